"""The door for automation: the REST API, its description, and what its problems mean."""

from collections.abc import Mapping
from functools import partial

from flask import Blueprint, Response, jsonify
from flask.blueprints import BlueprintSetupState
from spectree import SpecTree

from app.api import batches, browsing, cartridge, describing, embeds, media
from app.api.access import Gate
from app.api.limits import Limits
from app.api.problem import kind_page, problem_renderer
from app.api.routes import PREFIX, MediaIdConverter, Problems, add
from app.core.api_keys import Uses
from app.outside import Outside


def create_door(outside: Outside) -> Blueprint:
    """Give the routes under `/api`, and the pages of the kinds of problems."""
    door, tree = Blueprint("api", __name__), describing.make_tree()
    door.record_once(_teach_media_ids)
    gate = Gate(outside, Limits(outside.settings), Uses(outside.db))
    operations = (
        *embeds.OPERATIONS,
        *batches.OPERATIONS,
        *cartridge.OPERATIONS,
        *media.OPERATIONS,
    )
    for operation in operations:
        add(door, tree, gate, operation)
    problems = {operation.view.__name__: operation.problems for operation in operations}
    description = partial(_description, tree, problems, outside.settings.public_url)
    door.add_url_rule(f"{PREFIX}/openapi.json", "openapi", description)
    door.add_url_rule("/api/docs", "docs", browsing.page)
    for endpoint, name in browsing.FILES.items():
        door.add_url_rule(f"/api/docs/{name}", endpoint, partial(browsing.file, name))
    door.add_url_rule("/problems/<name>", "kind", kind_page)
    return door


def _teach_media_ids(state: BlueprintSetupState) -> None:
    state.app.url_map.converters["media_id"] = MediaIdConverter


def _description(tree: SpecTree, problems: Mapping[str, Problems], public_url: str) -> Response:
    return jsonify(describing.describe(tree, problems, public_url))


__all__ = ["create_door", "problem_renderer"]
