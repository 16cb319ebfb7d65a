"""What a title may be is the same to who reads a schema, and to the code that checks it."""

from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel, ValidationError

from app.api.batch_shapes import BatchItemWish
from app.studio.search import MediaSearch

GOOD = ["!", "a", " a ", "\na", "Week 1", "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{SCHOOL}", "x" * 255]
BLANK = ["", " ", "\t\n", "\N{NO-BREAK SPACE}", "\N{LINE SEPARATOR}", "\x85"]
CONTROL = ["\x00", "\x1b\x7f"]
BROKEN = ["a\x00b", "a\nb", "a\N{LINE SEPARATOR}b", "\x1b[2J", "a\x9bb"]
LONG = ["x" * 256, " " * 255 + "x"]


def _search(title: str) -> BaseModel:
    return MediaSearch.model_validate({"title": title})


def _item(title: str) -> BaseModel:
    return BatchItemWish.model_validate({"media_id": 1, "course_id": 1, "title": title})


def _takes(read: Callable[[str], BaseModel], title: str) -> bool:
    try:
        read(title)
    except ValidationError:
        return False
    return True


def _allows(model: type[BaseModel], title: str) -> bool:
    schema: Any = model.model_json_schema()["properties"]["title"]
    return jsonschema.Draft202012Validator(schema).is_valid(title)


@pytest.mark.parametrize("title", [*GOOD, *BLANK, *CONTROL, *BROKEN, *LONG], ids=ascii)
def test_schema_and_code_agree(title: str):
    searched, wanted = title in GOOD, title in GOOD + BROKEN
    assert (_takes(_search, title), _allows(MediaSearch, title)) == (searched, searched)
    assert (_takes(_item, title), _allows(BatchItemWish, title)) == (wanted, wanted)
