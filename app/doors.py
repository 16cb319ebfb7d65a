"""The three doors that answer requests, and what lies around all of them.

Apart from `create_app`, because a command needs none of it: it is half of what a start takes.
"""

from flask import Flask

from app import api, around, lti, pages
from app.outside import Outside


def open_doors(app: Flask, outside: Outside) -> None:
    """Let the service answer."""
    app.register_blueprint(lti.create_door(outside))
    app.register_blueprint(api.create_door(outside))
    app.register_blueprint(pages.create_door(outside))
    pages.answer_errors(app, {"/api/": api.problem_renderer(outside)})
    pages.protect(app, outside)
    pages.speak(app)
    app.wsgi_app = around.wrap(app.wsgi_app, outside.settings)  # type: ignore[method-assign, assignment]
