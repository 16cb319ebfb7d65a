"""The door for people with a browser, and for machines that watch."""

from functools import partial

from flask import Blueprint, Response, make_response, render_template

from app.core import account_state, accounts, platforms
from app.outside import Outside
from app.pages import connect, figures, health
from app.pages.headers import protect
from app.pages.languages import speak
from app.pages.refused import answer_errors


def create_door(outside: Outside) -> Blueprint:
    """Give the routes that belong to nobody else."""
    door = Blueprint("pages", __name__)
    door.add_url_rule("/", "home", partial(_home, outside))
    door.add_url_rule("/metrics", "metrics", partial(figures.figures, outside))
    door.add_url_rule("/studio/connect", "connect", partial(connect.show, outside))
    begin = partial(connect.begin, outside)
    door.add_url_rule("/studio/connect", "begin_connect", begin, methods=["POST"])
    door.add_url_rule("/studio/callback", "finish_connect", partial(connect.finish, outside))
    door.add_url_rule("/healthz", "healthz", health.healthz)
    door.add_url_rule("/readyz", "readyz", partial(health.readyz, outside))
    return door


def _home(outside: Outside) -> Response:
    found = accounts.list_accounts(outside.db)
    return make_response(
        render_template(
            "home.html",
            service_url=outside.settings.public_url,
            has_platforms=bool(platforms.list_platforms(outside.db)),
            studio_states={account_state.read_state(account) for account in found},
        )
    )


__all__ = ["answer_errors", "create_door", "protect", "speak"]
