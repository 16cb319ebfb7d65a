"""The API as it describes itself to programs, in Swagger 2.0 as the real one does.

Made of `sandbox/operations.json`, so it says what the vendor's pages say, and no more.
"""

import json
from pathlib import Path
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from sandbox.studio.state import current_studio

blueprint = Blueprint("apidocs", __name__, url_prefix="/api/public")

_OPERATIONS = Path(__file__).parent.parent / "operations.json"
_PARAMETER = ("name", "in", "type", "format", "required", "description", "enum", "default")
_LIMITS = ("minimum", "maximum")


@blueprint.get("/apidocs")
def apidocs() -> ResponseReturnValue:
    """Describe every operation."""
    known = json.loads(_OPERATIONS.read_text())
    scheme, _, host = current_studio().settings.url.partition("://")
    paths: dict[str, dict[str, Any]] = {}
    for operation in known["operations"]:
        paths.setdefault(operation["path"], {})[operation["method"].lower()] = _said(operation)
    return jsonify(
        swagger="2.0",
        info={"title": "Sandbox Studio", "version": "1.0", "description": known["about"]},
        host=host,
        schemes=[scheme],
        basePath=known["base"],
        securityDefinitions={"token": {"type": "apiKey", "name": "Authorization", "in": "header"}},
        security=[{"token": []}],
        paths=paths,
        definitions={name: _object(fields) for name, fields in known["shapes"].items()},
    )


def _said(operation: dict[str, Any]) -> dict[str, Any]:
    parameters = [
        {key: one[key] for key in (*_PARAMETER, *_LIMITS) if key in one}
        for one in operation["parameters"]
    ]
    if "body" in operation:
        parameters.append(_body(operation["body"]))
    responses = {
        status: {"description": text}
        for status, text in (operation["statuses"] | operation.get("beyond", {})).items()
    }
    if "answer" in operation:
        responses["200"]["schema"] = _object(operation["answer"])
    return {
        "operationId": operation["name"],
        "tags": [operation["page"]],
        "summary": operation["summary"],
        "produces": ["application/json"],
        "parameters": parameters,
        "responses": responses,
    }


def _body(fields: list[dict[str, Any]]) -> dict[str, Any]:
    kept = ("type", "description", "enum")
    properties = {one["name"]: {key: one[key] for key in kept if key in one} for one in fields}
    for described in properties.values():
        if described["type"] == "array":
            described["items"] = {"type": "object"}
    required = [one["name"] for one in fields if one["required"]]
    schema = {"type": "object", "required": required, "properties": properties}
    return {
        "name": "body",
        "in": "body",
        "required": True,
        "description": "What is wanted.",
        "schema": schema,
    }


def _object(fields: dict[str, str]) -> dict[str, Any]:
    return {"type": "object", "properties": {name: _typed(text) for name, text in fields.items()}}


def _typed(text: str) -> dict[str, Any]:
    """Read a type as `operations.json` writes it: `string?`, `Media`, `[Media]`."""
    if text.startswith("["):
        return {"type": "array", "items": _typed(text[1:-1])}
    plain = text.removesuffix("?")
    if plain[0].isupper():
        return {"$ref": f"#/definitions/{plain}"}
    described: dict[str, Any] = {"type": plain}
    if plain == "array":
        described["items"] = {"type": "string"}
    return described | ({"x-nullable": True} if text != plain else {})
