"""The door for the LMS."""

import time
from functools import partial

from flask import Blueprint, Response, g, jsonify, make_response, request

from app import metrics
from app.core import keys
from app.lti import (
    answering,
    canvas_config,
    checking,
    connecting,
    course_page,
    inserting,
    launch,
    login,
    making,
    picker,
    platform_side,
    preview,
    registration,
)
from app.outside import Outside

ONCE = frozenset({"lti.wait", "lti.authorize", "lti.register"})
"""Where a GET uses something up, or calls somebody."""


def create_door(outside: Outside) -> Blueprint:
    """Give the routes under `/lti`."""
    door = Blueprint("lti", __name__, url_prefix="/lti")
    add = door.add_url_rule
    add("/login", "login", partial(login.login, outside), methods=["GET", "POST"])
    add("/launch", "launch", partial(launch.launch, outside), methods=["POST"])
    add("/wait", "wait", partial(making.wait, outside))
    add("/course", "course", partial(course_page.show_again, outside), methods=["POST"])
    add("/course/check", "check", partial(checking.check, outside), methods=["POST"])
    add("/connect", "connect", partial(connecting.go, outside), methods=["POST"])
    add("/play", "play", partial(course_page.play, outside), methods=["POST"])
    add("/make-anew", "make_anew", partial(course_page.make_anew, outside), methods=["POST"])
    add("/picker", "picker", partial(picker.show, outside), methods=["POST"])
    add("/picker/insert", "insert", partial(inserting.insert, outside), methods=["POST"])
    add("/picker/cancel", "cancel", partial(answering.cancel, outside), methods=["POST"])
    add("/picker/preview", "preview", partial(preview.show, outside), methods=["POST"])
    add("/picker/facts", "facts", partial(preview.tell_facts, outside), methods=["POST"])
    authorize = partial(platform_side.authorize, outside)
    add("/platform/authorize", "authorize", authorize, methods=["GET", "POST"])
    add("/jwks.json", "key_set", partial(_key_set, outside))
    config = partial(canvas_config.canvas_config, outside)
    add("/config/canvas.json", "canvas_config", config)
    add("/register", "register", partial(registration.show, outside))
    register = partial(registration.register, outside)
    add("/register", "do_register", register, methods=["POST"])
    door.before_request(partial(_begin, outside))
    door.after_request(_count)
    return door


def _begin(outside: Outside) -> Response | None:
    """Hear of changes, and let a HEAD use nothing up: scanners of links make them."""
    g.began = time.perf_counter()
    outside.memory.look()
    return make_response() if request.method == "HEAD" and request.endpoint in ONCE else None


def _count(answer: Response) -> Response:
    code, endpoint = g.get("code", ""), request.endpoint
    if endpoint == "lti.login":
        metrics.LOGINS.labels(code).inc()
    elif endpoint == "lti.launch":
        result = "refused" if code else g.get("outcome", "page")
        metrics.LAUNCHES.labels(result, code).inc()
        metrics.LAUNCH_SECONDS.labels(result).observe(time.perf_counter() - g.began)
    return answer


def _key_set(outside: Outside) -> Response:
    """Answer our public keys; they may be kept for as long as a new one is published before."""
    answer = jsonify(keys.public_key_set(outside.db))
    answer.cache_control.public = True
    answer.cache_control.max_age = 600
    return answer
