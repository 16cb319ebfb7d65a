"""A small Canvas Studio: OAuth, the Media API, LTI 1.1 and 1.3 launches, a player.

For development, the demo and the tests, never for real media. `POST /_sandbox/next` and
`/_sandbox/throttle` make it fail as Studio may fail. One process with many threads; media, embeds
and tokens are kept in SQLite, in a file if the settings name one.

`static/sample.webm` is what every media plays. It was made with:
    ffmpeg -f lavfi -i testsrc=size=640x360:rate=15:duration=6 \
        -f lavfi -i sine=frequency=330:duration=6 -af volume=0.3 \
        -c:v libvpx-vp9 -b:v 0 -crf 42 -c:a libopus -b:a 24k -ac 1 -map_metadata -1 sample.webm
"""

from flask import Flask

from sandbox.studio import (
    api,
    apidocs,
    control,
    files,
    insights,
    lti11,
    lti13,
    neighbours,
    oauth,
    pages,
    player,
    upkeep,
)
from sandbox.studio.settings import StudioSettings
from sandbox.studio.state import Studio

__all__ = ["StudioSettings", "create_studio"]


def create_studio(settings: StudioSettings) -> Flask:
    """Make a Studio of its own, as at start; its state is `app.extensions["studio"]`."""
    # Only `static/pages` is open to everyone: the sample beside it is for launched people.
    app = Flask(__name__, static_folder="static/pages", static_url_path="/static")
    app.extensions["studio"] = Studio(settings)
    for part in (oauth, api, upkeep, files, neighbours, insights, apidocs, lti11, lti13, player):
        app.register_blueprint(part.blueprint)
    for part in (control, pages):
        app.register_blueprint(part.blueprint)
    return app
