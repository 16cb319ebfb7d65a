"""A small LMS in the manner of Canvas: courses, pages with LTI links, LTI 1.3 and 1.1 launches.

For development, the demo and the tests. One process with many threads, all in memory; anyone may
be anyone, and `/_sandbox` lets tests change what there is and make it misbehave.
"""

from flask import Flask

from sandbox.lms import (
    answers,
    control,
    deep_linking,
    external_tools,
    oidc,
    pages,
    registering,
    registration,
    session,
    storage,
)
from sandbox.lms.settings import LmsSettings
from sandbox.lms.state import Lms

__all__ = ["LmsSettings", "create_lms"]


def create_lms(settings: LmsSettings) -> Flask:
    """Make an LMS of its own, as at start; its state is `app.extensions["lms"]`."""
    app = Flask(__name__)
    app.extensions["lms"] = Lms(settings)
    parts = (answers, session, storage, pages, external_tools, oidc, deep_linking, control)
    for part in (*parts, registering, registration):
        app.register_blueprint(part.blueprint)
    return app
