"""Which kind of content item is returned, for every wish and everything that a place takes."""

import itertools

import pytest

from app.core.item_kinds import ItemKind, choose_kind

HTML, LINK, RESOURCE = "html", "link", "ltiResourceLink"
EDITOR, MODULES = "editor_button", "module_index_menu_modal"
Types = tuple[str, ...]


def choose(wish: str, mode: str, types: Types, place: str | None, canvas: bool) -> ItemKind | None:
    return choose_kind(wish, mode, types, place, canvas=canvas)


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        # what a place takes: with `auto` in the editor, `auto` elsewhere, `link`, `native`
        ((), (None, None, None, None)),
        (("file", "image"), (None, None, None, None)),
        ((LINK,), ("canvas_link", "canvas_link", "canvas_link", "canvas_link")),
        ((HTML,), ("native", "native", "native", "native")),
        ((HTML, LINK), ("native", "native", "native", "native")),
        ((RESOURCE,), ("link", "link", "link", "link")),
        ((LINK, RESOURCE), ("link", "link", "link", "link")),
        ((HTML, RESOURCE), ("native", "link", "link", "native")),
        ((HTML, LINK, RESOURCE), ("native", "link", "link", "native")),
        ((LINK, "file", HTML, RESOURCE, "image"), ("native", "link", "link", "native")),
    ],
    ids=lambda value: "+".join(value) if value and isinstance(value[0], str) else None,
)
def test_canvas_gets_what_serves_best_of_what_it_takes(
    types: Types, expected: tuple[ItemKind | None, ...]
):
    asked = [("auto", EDITOR), ("auto", MODULES), ("link", EDITOR), ("native", MODULES)]
    found = tuple(choose(wish, "canvas", types, place, True) for wish, place in asked)
    assert found == expected


@pytest.mark.parametrize("mode", ["lti11", "lti13"])
def test_where_this_service_launches_studio_the_editor_gets_links_unless_native_is_wished(
    mode: str,
):
    both = (HTML, RESOURCE)
    found = {wish: choose(wish, mode, both, EDITOR, True) for wish in ("auto", "link", "native")}
    assert found == {"auto": "link", "link": "link", "native": "native"}


def test_no_other_platform_ever_gets_what_leads_to_canvas():
    every = [
        types
        for count in range(4)
        for types in itertools.combinations((HTML, LINK, RESOURCE), count)
    ]
    wishes, modes = ("auto", "link", "native"), ("canvas", "lti11", "lti13")
    for types, wish, mode in itertools.product(every, wishes, modes):
        found = choose(wish, mode, types, EDITOR, False)
        assert found == ("link" if RESOURCE in types else None), (types, wish, mode)


def test_a_canvas_that_names_no_placement_gets_links():
    assert choose("auto", "canvas", (HTML, RESOURCE), None, True) == "link"
