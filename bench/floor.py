"""The floor: the least that a Flask LTI 1.3 tool can do for a launch. A yardstick, no example.

Login is a redirect with state, nonce and one cookie. Launch reads the form, verifies the RS256
signature with a key that is there, compares audience, issuer, nonce and state, inserts the
nonce into SQLite so that it works once, and redirects. LTI asks for far more.

Served by gunicorn's plain worker: `gunicorn --workers 2 --worker-class sync bench.floor:app`.
"""

import os
import secrets
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from flask import Flask, redirect, request
from werkzeug.wrappers import Response

KEY: Any = load_pem_public_key(Path(os.environ["FLOOR_KEY"]).read_bytes())
DATABASE = os.environ["FLOOR_DATABASE"]
ISSUER, CLIENT_ID = os.environ["FLOOR_ISSUER"], os.environ["FLOOR_CLIENT_ID"]
AUTHORIZATION_URL = f"{ISSUER}/authorize"

app = Flask(__name__)
local = threading.local()


def connection() -> sqlite3.Connection:
    """Give this thread's connection."""
    if not hasattr(local, "connection"):
        local.connection = sqlite3.connect(DATABASE, timeout=10, isolation_level=None)
        local.connection.execute("PRAGMA synchronous=NORMAL")
    found: sqlite3.Connection = local.connection
    return found


def make_database() -> None:
    """Make the file, before there is a worker."""
    with sqlite3.connect(DATABASE, isolation_level=None) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute(
            "CREATE TABLE IF NOT EXISTS nonce (nonce TEXT PRIMARY KEY, ends INTEGER) WITHOUT ROWID"
        )


make_database()


@app.route("/lti/login", methods=["GET", "POST"])
def login() -> Response | tuple[str, int]:
    """Redirect to the platform."""
    asked = request.values
    if asked.get("iss") != ISSUER or asked.get("client_id") != CLIENT_ID:
        return "unknown platform", 400
    state, nonce = secrets.token_urlsafe(18), secrets.token_urlsafe(18)
    query = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": CLIENT_ID,
        "redirect_uri": asked["target_link_uri"],
        "state": state,
        "nonce": nonce,
        "login_hint": asked["login_hint"],
        "lti_message_hint": asked.get("lti_message_hint", ""),
    }
    answer = redirect(f"{AUTHORIZATION_URL}?{urlencode(query)}")
    answer.set_cookie(
        f"lti-{state}", nonce, max_age=300, secure=True, httponly=True, samesite="None"
    )
    return answer


@app.post("/lti/launch")
def launch() -> Response | tuple[str, int]:
    """Verify, insert, redirect."""
    form = request.form
    try:
        claims = jwt.decode(
            form["id_token"], KEY, algorithms=["RS256"], audience=CLIENT_ID, issuer=ISSUER
        )
    except jwt.InvalidTokenError:
        return "bad token", 401
    if request.cookies.get(f"lti-{form['state']}") != claims["nonce"]:
        return "bad state or nonce", 401
    row = (claims["nonce"], int(time.time()) + 3600)
    try:
        connection().execute("INSERT INTO nonce VALUES (?, ?)", row)
    except sqlite3.IntegrityError:
        return "used", 401
    return redirect("/app")
