"""A small Canvas Studio: OAuth, the Media API, LTI 1.1 and 1.3 launches, a player, all in memory.

For development, the demo and the tests, never for real media. `POST /_sandbox/next` makes it fail
as Studio may fail. One process with many threads; nothing survives a restart.

`static/sample.webm` is what every media plays. It was made with:
    ffmpeg -f lavfi -i testsrc=size=640x360:rate=15:duration=6 \
        -f lavfi -i sine=frequency=330:duration=6 -af volume=0.3 \
        -c:v libvpx-vp9 -b:v 0 -crf 42 -c:a libopus -b:a 24k -ac 1 -map_metadata -1 sample.webm
"""

from flask import Flask

from sandbox.studio import api, control, lti11, lti13, oauth, pages, player, upkeep
from sandbox.studio.settings import StudioSettings
from sandbox.studio.state import Studio

__all__ = ["StudioSettings", "create_studio"]


def create_studio(settings: StudioSettings) -> Flask:
    """Make a Studio of its own, as at start; its state is `app.extensions["studio"]`."""
    # Only `static/pages` is open to everyone: the sample beside it is for launched people.
    app = Flask(__name__, static_folder="static/pages", static_url_path="/static")
    app.extensions["studio"] = Studio(settings)
    for part in (oauth, api, upkeep, lti11, lti13, player, control, pages):
        app.register_blueprint(part.blueprint)
    return app
