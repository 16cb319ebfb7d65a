"""What of a launch is carried to Studio: odd shapes left out, people and courses guarded."""

from typing import Any

import pytest

from app.core.carried import LTI, OUR_PARAMETERS, Carried, plain_name

TEXTS = ("name", "given_name", "family_name", "email", "picture", "locale")
PARTS = {
    "context": ("id", "label", "title"),
    "resource_link": ("id", "title", "description"),
    "launch_presentation": ("document_target", "return_url", "locale"),
    "lis": ("person_sourcedid", "course_offering_sourcedid", "course_section_sourcedid"),
    "tool_platform": (
        "guid",
        "name",
        "description",
        "url",
        "contact_email",
        "product_family_code",
        "version",
    ),
    "lti1p1": ("user_id",),
}
ODD: list[Any] = [
    None,
    True,
    False,
    [],
    {},
    [[]],
    [None],
    ["", " ", None, {}],
    {"a": {"b": "c"}},
    {"a": None, "b": []},
    "",
    " \n\t ",
    "\ud83c",
    "\x00",
    "\u2028",
]
TO_TEXT: list[tuple[Any, str]] = [
    ("text", "text"),
    (" around\n", "around"),
    ("a\r\nb", "a  b"),
    ("\ud83c half", "half"),
    ("👩\u200d🔬", "👩\u200d🔬"),
    ("x" * 10_000, "x" * 2048),
    (17, "17"),
    (-1, "-1"),
    (0, "0"),
    (1.5, "1.5"),
    (10**300, str(10**300)),
    (float("inf"), "inf"),
]


def from_claims(custom: dict[str, str] | None = None, **claims: Any) -> Carried:
    return Carried.from_claims({"sub": "person-1", **claims}, custom or {})


def kept(person: Carried) -> Carried:
    """The same, after it was kept for another request."""
    again = Carried.model_validate_json(person.model_dump_json())
    assert again == person
    return again


def read(person: Carried, part: str, name: str) -> Any:
    return getattr(getattr(person, part), name)


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_what_has_no_text_in_it_is_left_out_wherever_it_stands(odd: Any):
    flat = dict.fromkeys(TEXTS, odd)
    nested = {LTI + part: dict.fromkeys(names, odd) for part, names in PARTS.items()}
    lists = {f"{LTI}roles": odd, f"{LTI}role_scope_mentor": odd, f"{LTI}ext": odd}
    assert kept(from_claims(**flat, **nested, **lists)) == Carried(sub="person-1")


@pytest.mark.parametrize("odd", [*ODD, "text", 17, ["text"], [{"id": "x"}]], ids=repr)
def test_a_claim_that_should_have_members_and_has_none_is_left_out(odd: Any):
    claims = {LTI + part: odd for part in PARTS}
    assert kept(from_claims(**claims)) == Carried(sub="person-1")


@pytest.mark.parametrize(("value", "text"), TO_TEXT, ids=lambda value: repr(value)[:20])
def test_whatever_is_a_text_or_a_number_is_carried_as_a_text(value: Any, text: str):
    flat = dict.fromkeys(TEXTS, value)
    nested = {LTI + part: dict.fromkeys(names, value) for part, names in PARTS.items()}
    person = kept(from_claims(**flat, **nested))
    assert [getattr(person, name) for name in TEXTS] == [text] * len(TEXTS)
    found = [read(person, part, name) for part, names in PARTS.items() for name in names]
    assert found == [text] * len(found)


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        (["a", None, 7, {}, "", ["b"], "c"], ("a", "7", "c")),
        ("alone", ("alone",)),
        (["x" * 10_000], ("x" * 2048,)),
        (["half \ud83c", "a\nb"], ("half", "a b")),
        ([f"role-{number}" for number in range(500)], tuple(f"role-{n}" for n in range(500))),
    ],
)
def test_of_a_list_the_members_that_are_texts_are_carried(value: Any, texts: tuple[str, ...]):
    context = {"id": "c", "type": value}
    claims = {f"{LTI}roles": value, f"{LTI}role_scope_mentor": value, f"{LTI}context": context}
    person = kept(from_claims(**claims))
    assert [person.roles, person.role_scope_mentor, person.context.type] == [texts] * 3


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (640, 640),
        ("640", 640),
        (" 640 ", 640),
        (0, 0),
        (-1, None),
        (640.5, None),
        ("640px", None),
        ("６４０", None),
        ("100%", None),
        (10**6, None),
        (True, None),
        ([640], None),
        (float("nan"), None),
    ],
    ids=repr,
)
def test_a_size_is_a_number_or_left_out(value: Any, number: int | None):
    shown = from_claims(**{f"{LTI}launch_presentation": {"width": value, "height": value}})
    presentation = kept(shown).launch_presentation
    assert (presentation.width, presentation.height) == (number, number)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("\ud83c", " "),
        ("half \ud83c", "half  "),
        ("a\nb", "a b"),
        ("\x00", " "),
        ("", ""),
        ("x" * 10_000, "x" * 10_000),
        ("é", "é"),
        ("👩\u200d🔬", "👩\u200d🔬"),
    ],
    ids=lambda name: ascii(name)[:20],
)
def test_a_name_of_any_kind_harms_nothing(name: str, shown: str):
    person = kept(from_claims({name: "custom", "other": "1"}, **{f"{LTI}ext": {name: "ext"}}))
    assert person.custom == {shown: "custom", "other": "1"}
    assert person.ext == {shown: "ext"}


def test_members_of_ext_that_are_no_texts_are_left_out():
    ext = {"lms": "moodle-2", "number": 7, "deep": {"a": "b"}, "list": ["x"], "none": None}
    assert from_claims(**{f"{LTI}ext": ext}).ext == {"lms": "moodle-2", "number": "7"}


def test_claims_that_are_not_for_studio_are_left_out():
    claims = {
        "nonce": "n",
        "azp": "a",
        "phone_number": "1",
        f"{LTI}deployment_id": "d",
        f"{LTI}target_link_uri": "https://x",
        "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {"lineitems": "https://x"},
        "https://www.instructure.com/placement": "course_navigation",
    }
    assert from_claims(**claims) == Carried(sub="person-1")


@pytest.mark.parametrize("name", sorted(OUR_PARAMETERS))
@pytest.mark.parametrize("spell", [str, str.upper, str.title, lambda name: name.replace("_", "-")])
def test_our_own_parameters_stay_here_however_they_are_spelled(name: str, spell: Any):
    assert from_claims({spell(name): "x", "other": "y"}).custom == {"other": "y"}


@pytest.mark.parametrize(
    "name",
    [
        "arc_display_download",
        "ARC-display-download",
        "Arc display download",
        "arc.media_id",
        "aRc_start_at",
        "arc_",
        "ARCé",
        "arc\nlaunch_type",
    ],
)
def test_nothing_passes_for_one_of_studios_own_parameters(name: str):
    person = from_claims({name: "true", "other": "y"})
    assert person.custom == {"other": "y"}
    assert person.sent_to(7, "link", "title").custom == {"other": "y", "canvas_course_id": "7"}


def test_a_name_is_written_as_lti_1_1_writes_it():
    names = ("Canvas.User-Id", "é", "a  b", "_x", "ABC9", "")
    expected = ["canvas_user_id", "_", "a__b", "_x", "abc9", ""]
    assert [plain_name(name) for name in names] == expected


@pytest.mark.parametrize(
    "rival",
    [
        "canvas_course_id",
        "Canvas-Course-Id",
        "CANVAS_COURSE_ID",
        "canvas.course.id",
        "canvas course id",
    ],
)
def test_studio_is_told_the_course_of_the_embed_and_no_other(rival: str):
    custom = {rival: "999", "canvas_user_id": "12", "canvas_course_name": "x"}
    sent = from_claims(custom).sent_to(101, "embed-1", "A film")
    assert sent.custom == {
        "canvas_user_id": "12",
        "canvas_course_name": "x",
        "canvas_course_id": "101",
    }


def test_the_link_that_was_launched_stays_and_where_there_is_none_it_is_the_embeds():
    link = {"id": "link-1", "title": "Mine", "description": "Ours"}
    launched = from_claims(**{f"{LTI}resource_link": link})
    assert launched.sent_to(1, "embed-1", "A film").resource_link == launched.resource_link
    for claim in ({}, {"title": "no id"}, {"id": ""}, {"id": ["x"]}):
        sent = from_claims(**{f"{LTI}resource_link": claim}).sent_to(1, "embed-1", "A\nfilm")
        assert sent.resource_link.model_dump() == {
            "id": "embed-1",
            "title": "A film",
            "description": None,
        }


EVERYTHING: dict[str, Any] = {
    **{name: f"the {name}" for name in TEXTS},
    **{LTI + part: {name: f"the {name}" for name in names} for part, names in PARTS.items()},
    f"{LTI}roles": ["Learner"],
    f"{LTI}role_scope_mentor": ["child"],
    f"{LTI}ext": {"user_username": "sam"},
}
PERSONAL = {
    "canvas_user_id": "12",
    "canvas_user_login_id": "sam",
    "Canvas-User-Sis-Id": "S12",
    "CANVAS.USER.NAME": "Sam",
}


def test_a_stranger_keeps_name_roles_course_and_link_and_nothing_that_could_name_a_person():
    custom = {**PERSONAL, "canvas_course_id": "101", "canvas_api_domain": "x.test", "week": "3"}
    known = from_claims(custom, **EVERYTHING)
    stranger = known.as_stranger(7)
    emptied = {
        "email": None,
        "lis": {"person_sourcedid": None}
        | {"course_offering_sourcedid": None, "course_section_sourcedid": None},
        "lti1p1": {"user_id": None},
        "role_scope_mentor": (),
        "ext": {},
    }
    assert kept(stranger).model_dump() == known.model_dump() | emptied | {
        "sub": "7:person-1",
        "custom": {"canvas_api_domain": "x.test"},
    }
    assert stranger.sent_to(101, "embed-1", "A film").custom == {
        "canvas_api_domain": "x.test",
        "canvas_course_id": "101",
    }


def test_no_person_of_one_platform_can_be_written_as_one_of_another():
    ours = from_claims(sub="7:person-1").as_stranger(1)
    theirs = from_claims(sub="person-1").as_stranger(17)
    assert (ours.sub, theirs.sub) == ("1:7:person-1", "17:person-1")
