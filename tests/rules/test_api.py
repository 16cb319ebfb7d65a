"""Every route of the API has a guard, a place in its description, and one shape of errors."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from app import create_app
from app.api.kinds import KINDS
from app.core.api_keys import SCOPES
from app.settings import Settings
from tests.rules.source import read_path, read_sources
from tests.rules.test_reference import slugs
from tests.world import bare_environment

OPEN_TO_ALL = {
    "/api/v1/openapi.json",
    "/api/docs",
    "/api/docs/swagger-ui-bundle.js",
    "/api/docs/swagger-ui.css",
}
"""Nothing stands there that is not in the project's repository."""
ON_ITS_WAY = {
    "app.pages.refused",
    "app.core.accounts",
    "app.core.batch_making",
    "app.core.batches",
    "app.core.cartridge",
    "app.core.embeds",
    "app.core.returned",
}
"""What makes errors, beside `api` and `studio`, that a request of the API can meet."""
NOT_MET = {"studio-not-set-up", "studio-code-refused", "studio-file"}
"""A key has its Studio account, people connect it, and files are fetched by commands."""
EVERYWHERE = {"401", "403", "422", "429", "500", "503"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The service itself, on a database of its own."""
    url = f"sqlite:///{tmp_path_factory.mktemp('api') / 'service.sqlite3'}"
    with pytest.MonkeyPatch.context() as patch:
        for name in Settings.model_fields:
            patch.delenv(name.upper(), raising=False)
        for name, value in bare_environment(
            DATABASE_URL=url, SECRET_KEY="a-secret-of-tests" * 3
        ).items():
            patch.setenv(name, value)
        yield create_app()


@pytest.fixture(scope="module")
def description(app: Flask) -> Any:
    return app.test_client().get("/api/v1/openapi.json").get_json()


def guarded(app: Flask) -> dict[tuple[str, str], str | None]:
    """The routes under `/api`, each with the scope that its view asks for."""
    return {
        (method, read_path(rule)): getattr(app.view_functions[rule.endpoint], "scope", None)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api") and rule.rule not in OPEN_TO_ALL
        for method in (rule.methods or set()) - {"HEAD"}
    }


def described(description: Any) -> dict[tuple[str, str], Any]:
    return {
        (method.upper(), path): operation
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    }


def test_every_route_of_the_api_asks_for_a_scope(app: Flask):
    assert {route for route, scope in guarded(app).items() if scope not in SCOPES} == set()
    assert set(guarded(app).values()) == set(SCOPES)
    assert {rule.rule for rule in app.url_map.iter_rules()} >= OPEN_TO_ALL


def test_no_route_of_the_api_answers_without_a_key(app: Flask):
    client = app.test_client()
    answers = {
        route: client.open(route[1].replace("<", "").replace(">", ""), method=route[0])
        for route in guarded(app)
    }
    assert {answer.status_code for answer in answers.values()} == {401}
    assert {answer.mimetype for answer in answers.values()} == {"application/problem+json"}


def test_the_description_is_valid(description: Any):
    assert [error.message for error in OpenAPIV31SpecValidator(description).iter_errors()] == []
    assert description["openapi"].startswith("3.1")


def test_the_description_has_every_route_with_its_scope_and_no_other(app: Flask, description: Any):
    told = {
        (method, path.replace("{", "<").replace("}", ">")): operation["security"]
        for (method, path), operation in described(description).items()
    }
    assert told == {route: [{"api_key": [scope]}] for route, scope in guarded(app).items()}


def test_every_operation_is_described_in_words_and_by_its_name(description: Any):
    operations = described(description).values()
    assert all(operation["summary"].endswith(".") for operation in operations)
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert {one["name"] for one in description["tags"]} == {"Batches", "Embeds", "Media"}
    for operation in operations:
        for parameter in operation["parameters"]:
            assert parameter["description"], parameter
            assert "type" in parameter["schema"], parameter


def test_every_operation_takes_a_reference_and_a_batch_its_key(description: Any):
    headers = {
        route: {one["name"]: one for one in operation["parameters"] if one["in"] == "header"}
        for route, operation in described(description).items()
    }
    begins = headers[("POST", "/api/v1/batches")]
    schema = begins.pop("Idempotency-Key")["schema"]
    assert {name for told in headers.values() for name in told} == {"X-Request-Id"}
    assert all(headers.values())
    keys = jsonschema.Draft202012Validator(schema)
    for key in ("a", "autumn term", "~" * 255):
        assert keys.is_valid(key), key
    for key in ("", " ", "x" * 256, "a\tb", "é"):
        assert not keys.is_valid(key), key
    (begun, *others) = (
        answer["headers"]
        for operation in described(description).values()
        for code, answer in operation["responses"].items()
        if code == "202" or "Idempotent-Replayed" in answer["headers"]
    )
    assert (others, begun["Idempotent-Replayed"]["schema"]) == ([], {"type": "string"})


def test_every_error_of_the_description_is_a_problem_document_with_an_example(description: Any):
    for route, operation in described(description).items():
        errors = {code: one for code, one in operation["responses"].items() if code >= "400"}
        assert set(errors) >= EVERYWHERE, route
        assert ("requestBody" in operation) == (set(errors) >= {"400", "413", "415"}), route
        for code, answer in errors.items():
            ((kind, content),) = answer["content"].items()
            assert kind == "application/problem+json"
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
            assert str(content["example"]["status"]) == code
            assert content["example"]["type"].rpartition("/")[2] in KINDS


HERE_AND_THERE = {"not-found", "method-not-allowed", "request-refused", "studio-argument"}
"""Kinds of no operation: of addresses and methods that are none, and what is seen before it."""
MAY_BE = {
    ("POST", "/api/v1/batches", "422"): [
        "fields-odd",
        "batch-empty",
        "batch-too-large",
        "idempotency-key-used",
    ],
    ("POST", "/api/v1/embeds", "503"): [
        "studio-unavailable",
        "studio-held-back",
        "service-busy",
        "embed-busy",
        "database-unavailable",
    ],
    ("GET", "/api/v1/courses/{course_id}/cartridge", "404"): ["course-empty"],
}


def test_every_error_of_the_description_names_the_kinds_that_it_can_be(description: Any):
    told = {}
    for (method, path), operation in described(description).items():
        for code, answer in operation["responses"].items():
            if code >= "400":
                kinds = re.findall("`(.+?)`", answer["description"])
                assert _shown(operation, code)["type"].rpartition("/")[2] == kinds[0]
                told[method, path, code] = kinds
    assert {place: told[place] for place in MAY_BE} == MAY_BE
    assert {kind for kinds in told.values() for kind in kinds} == set(KINDS) - HERE_AND_THERE


MISSING = {
    "/api/v1/batches": "batch-not-found",
    "/api/v1/courses": "course-empty",
    "/api/v1/embeds": "media-not-found",
    "/api/v1/embeds/{embed_id}": "embed-not-found",
    "/api/v1/media": "media-not-found",
    "/api/v1/media/search": "studio-not-found",
}


def _shown(operation: Any, code: str) -> Any:
    return operation["responses"][code]["content"]["application/problem+json"]["example"]


def test_an_example_of_nothing_there_is_of_what_the_operation_looks_for(description: Any):
    for (method, path), operation in described(description).items():
        if "404" in operation["responses"]:
            of = max((begin for begin in MISSING if path.startswith(begin)), key=len)
            shown = _shown(operation, "404")["type"].rpartition("/")[2]
            assert shown == MISSING[of], (method, path)
        of_studio = "502" in operation["responses"]
        shown = _shown(operation, "503")["type"].rpartition("/")[2]
        assert shown == ("studio-unavailable" if of_studio else "database-unavailable"), path


def test_an_example_of_a_fault_is_of_something_that_can_be_sent_there(description: Any):
    for route, operation in described(description).items():
        (fault,) = _shown(operation, "422")["errors"]
        if "requestBody" in operation:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            name = schema["$ref"].rpartition("/")[2]
            required = description["components"]["schemas"][name]["required"]
            assert fault["pointer"] in {f"/{field}" for field in required}, route
            assert "parameter" not in fault
        else:
            names = {one["name"] for one in operation["parameters"] if one["in"] != "header"}
            assert fault["parameter"] in names, route
            assert "pointer" not in fault


def test_every_schema_of_the_description_is_referred_to(description: Any):
    referred = set(re.findall("#/components/schemas/([A-Za-z]+)", json.dumps(description)))
    assert set(description["components"]["schemas"]) == referred


def numbers(schema: Any) -> list[Any]:
    """What a schema says of whole numbers."""
    kinds = schema.get("anyOf", [schema])
    return [kind for kind in kinds if kind.get("type") == "integer"]


def test_every_id_is_a_number_of_64_bits(description: Any):
    named = [
        *(
            (one["name"], one["schema"])
            for operation in described(description).values()
            for one in operation["parameters"]
        ),
        *(
            field
            for model in description["components"]["schemas"].values()
            for field in model["properties"].items()
        ),
    ]
    ids = [schema for name, schema in named if name == "id" or name.endswith("_id")]
    assert {kind.get("format") for schema in ids for kind in numbers(schema)} == {"int64"}
    assert len(ids) > 40
    pages = [schema for name, schema in named if name == "per_page"]
    assert {kind.get("format") for schema in pages for kind in numbers(schema)} == {None}


def test_what_a_client_has_to_know_of_batches_is_in_the_description(description: Any):
    models = description["components"]["schemas"]
    for name in ("EmbedWish", "StudioEmbedWish", "BatchItemWish"):
        assert all(field["description"] for field in models[name]["properties"].values())
    assert "`done`" in models["BatchAnswer"]["properties"]["status"]["description"]
    cartridge = description["paths"]["/api/v1/courses/{course_id}/cartridge"]["get"]
    assert "Content-Disposition" in cartridge["responses"]["200"]["headers"]
    begun = description["paths"]["/api/v1/batches"]["post"]
    for text in (
        models["BatchItemWish"]["properties"]["more"]["description"],
        begun["description"],
        cartridge["description"].replace("`more.module`", "`module`"),
    ):
        assert "`module`" in text


@pytest.mark.parametrize(
    ("title", "is_one"),
    [("x", True), ("two words", True), (" \nx\n\n", True), ("", False), (" \n", False)],
)
def test_the_pattern_of_a_title_says_the_same_of_a_part_and_of_the_whole(
    description: Any, title: str, is_one: bool
):
    schema = description["components"]["schemas"]["BatchItemWish"]["properties"]["title"]
    pattern = schema["anyOf"][0]["pattern"]
    assert bool(re.search(pattern, title)) == is_one
    assert bool(re.fullmatch(pattern, title)) == is_one


def test_every_example_is_what_its_schema_says(description: Any):
    found = list(examples(description))
    operations = described(description).values()
    assert len(found) > sum(len(operation["responses"]) for operation in operations)
    for schema, example in found:
        whole = {**schema, "components": description["components"]}
        jsonschema.validate(example, whole, cls=jsonschema.Draft202012Validator)


def examples(description: Any) -> Iterator[tuple[Any, Any]]:
    """Each example with its schema; all that has a content has one."""
    for operation in described(description).values():
        parts = [operation["requestBody"]] if "requestBody" in operation else []
        for part in (*parts, *operation["responses"].values()):
            for content in part.get("content", {}).values():
                yield content["schema"], content["example"]


def test_every_kind_of_problem_has_a_page_and_the_reverse(app: Flask):
    sources = [
        source
        for source in read_sources("app")
        if source.room in ("api", "studio") or source.module in ON_ITS_WAY
    ]
    met = set().union(*(slugs(source) for source in sources))
    assert met - NOT_MET == set(KINDS)
    assert met > NOT_MET
    client = app.test_client()
    for name, kind in KINDS.items():
        page = client.get(f"/problems/{name}")
        assert (page.status_code, page.mimetype) == (200, "text/html")
        assert f"<h1>{kind.title}</h1>" in page.text.replace("&#39;", "'")
    assert client.get("/problems/nonsense").status_code == 404


def test_no_hook_of_the_api_is_on_the_way_of_a_launch(app: Flask):
    """Spectree wraps the views of the API, and nothing that other doors serve."""
    of_others = {name: view for name, view in app.view_functions.items() if name[:4] != "api."}
    assert not [name for name, view in of_others.items() if hasattr(view, "__wrapped__")]
    hooks = [*app.before_request_funcs.values(), *app.after_request_funcs.values()]
    modules = {getattr(hook, "__module__", "") for several in hooks for hook in several}
    assert not [module for module in modules if module.startswith(("spectree", "app.api"))]
