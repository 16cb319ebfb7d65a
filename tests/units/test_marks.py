"""The service's mark: good for exactly what it was made for, under its own key."""

import pytest

from app.core.marks import is_marked, link_parameters, make_mark

KEY = b"k" * 32
WHAT = {
    "studio_url": "https://studio.example",
    "media_id": 17,
    "embed_type": "embed",
    "downloadable": False,
}


def test_a_mark_is_good_for_what_it_was_made_for():
    assert is_marked(KEY, make_mark(KEY, **WHAT), **WHAT)


@pytest.mark.parametrize(
    "altered",
    [
        {"studio_url": "https://other.example"},
        {"media_id": 18},
        {"media_id": 171},
        {"embed_type": "bare_embed"},
        {"downloadable": True},
    ],
    ids=str,
)
def test_a_mark_is_good_for_nothing_else(altered: dict[str, object]):
    assert not is_marked(KEY, make_mark(KEY, **WHAT), **(WHAT | altered))


@pytest.mark.parametrize("mark", [None, "", "é", "x" * 43, "A" * 10_000])
def test_what_is_no_mark_marks_nothing(mark: str | None):
    assert not is_marked(KEY, mark, **WHAT)


def test_a_mark_under_another_key_is_none():
    assert not is_marked(KEY, make_mark(b"x" * 32, **WHAT), **WHAT)


def test_each_letter_of_a_mark_counts():
    mark = make_mark(KEY, **WHAT)
    altered = [
        mark[:at] + ("A" if mark[at] != "A" else "B") + mark[at + 1 :] for at in range(len(mark))
    ]
    assert [one for one in [*altered, mark + "=", mark[:-1]] if is_marked(KEY, one, **WHAT)] == []


def test_a_link_bears_its_parameters_as_texts():
    assert link_parameters(KEY, **(WHAT | {"downloadable": True})) == {
        "media_id": "17",
        "embed_type": "embed",
        "downloadable": "true",
        "link": make_mark(KEY, **(WHAT | {"downloadable": True})),
    }
