"""Our client and the reference page, as `sandbox/operations.json` has it, agree."""

import json
from typing import Any

import pytest

from app.studio import operations, protocol
from app.studio.operations import Operation
from app.studio.search import MediaSearch
from tests.rules.source import ROOT

OURS = {one.name: one for one in vars(operations).values() if isinstance(one, Operation)}
PAGE = json.loads((ROOT / "sandbox" / "operations.json").read_text())
THEIRS: dict[str, dict[str, Any]] = {one["name"]: one for one in PAGE["operations"]}


def parameters(operation: dict[str, Any], place: str) -> set[str]:
    return {one["name"] for one in operation["parameters"] if one["in"] == place}


def test_every_operation_of_the_reference_page_is_ours():
    assert {name for name, one in THEIRS.items() if one["page"] == "Media"} - set(OURS) == set()
    assert PAGE["base"] == protocol.API


@pytest.mark.parametrize("name", OURS)
def test_it_is_called_as_the_page_says(name: str):
    ours, theirs = OURS[name], THEIRS[name]
    assert (ours.method, ours.path) == (theirs["method"], theirs["path"])
    assert ours.redirects is ("302" in theirs["statuses"])


def test_search_has_every_filter_of_the_page_and_no_other():
    assert set(MediaSearch.model_fields) | {"page", "per_page"} == parameters(
        THEIRS["search"], "query"
    )
