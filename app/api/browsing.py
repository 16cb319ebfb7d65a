"""`/api/docs`: the description of the API to look through and to try, by Swagger UI.

Its files come from the package that brings them, as static files of ours; nothing is fetched
from elsewhere, and nothing is inline.
"""

from flask import Response, g, render_template, send_from_directory
from swagger_ui_bundle import swagger_ui_path

FILES = {"docs_script": "swagger-ui-bundle.js", "docs_style": "swagger-ui.css"}
"""By the name of its route."""


def page() -> str:
    """Show the page; it may read from this service, which other pages of ours never do."""
    # The page reads the description, and Swagger UI has its icons in its style sheet.
    g.loads, g.locale = {"img-src": "data:", "connect-src": "'self'"}, "en"
    return render_template("api.html")


def file(name: str) -> Response:
    """Give one of the files of Swagger UI."""
    return send_from_directory(swagger_ui_path, name, max_age=3600)
