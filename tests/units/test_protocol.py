"""How Studio's answers are read: nothing that leads elsewhere, nothing that breaks the reader."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.studio import protocol
from app.studio.errors import StudioAnswerError
from app.studio.protocol import EmbedWish, Media, Owner

STUDIO = "https://school.instructuremedia.com"
URL = f"{STUDIO}/lti/launch?custom_arc_media_id=1-1"
OTHER = f"{STUDIO}/lti/launch?custom_arc_media_id=2-2"
EVIL = "https://evil.example/lti/launch"
WISH = EmbedWish(7, 101, "embed", False)
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        {"launch_url": URL, "embed_url": OTHER, "url": OTHER},
        {"embed_url": URL, "url": OTHER},
        {"url": URL, "id": 5, "html": OTHER},
        {"launch_url": EVIL, "embed_url": URL},
        {"launch_url": None, "url": URL},
        {"embed": {"deep": [{"link": URL}]}},
        {"anything": URL, "the_same": URL},
        [URL],
        URL,
    ],
    ids=str,
)
def test_the_launch_url_is_found_by_its_name_or_as_the_only_one(value: Any):
    assert protocol.read_launch_url(value, STUDIO) == URL


@pytest.mark.parametrize(
    "value",
    [{}, [], None, 5, "", {"a": URL, "b": OTHER}, {"launch_url": EVIL}, {"launch_url": [1]}],
    ids=str,
)
def test_none_or_several_are_refused(value: Any):
    with pytest.raises(StudioAnswerError):
        protocol.read_launch_url(value, STUDIO)


def test_the_log_names_the_keys_of_an_odd_answer_and_no_value():
    with pytest.raises(StudioAnswerError) as caught:
        protocol.read_launch_url({"secret_name": "a-secret-value", "x" * 99: EVIL}, STUDIO)
    found = "create_embed: 0 launch URLs of this Studio in an answer with "
    assert caught.value.log == found + str(["secret_name", "x" * 40])


@pytest.mark.parametrize(
    "url",
    [
        EVIL,
        "http://school.instructuremedia.com/lti/launch",
        f"{STUDIO}:444/lti/launch",
        f"{STUDIO}.evil.example/lti/launch",
        "https://eu.school.instructuremedia.com/lti/launch",
        f"{STUDIO}@evil.example/lti/launch",
        "https://school.instructuremedia.com:x@evil.example/lti/launch",
        "https://evil@school.instructuremedia.com/lti/launch",
        "https://school.instructuremedia.com\\@evil.example/lti/launch",
        "https://evil.example\\school.instructuremedia.com/lti/launch",
        "//evil.example/lti/launch",
        "/lti/launch",
        "lti/launch",
        "javascript:alert(1)",
        f"javascript:'{URL}'",
        f"{URL}#fragment",
        f"{STUDIO}/lti/launch/../../evil",
        f"{STUDIO}/lti/launcher",
        f"{STUDIO}/evil?x=/lti/launch",
        f"{STUDIO}/",
        f" {URL}",
        f"{URL}\n",
        f"{URL} x",
        f"{URL}&title=ä",
        f"{URL}\x00",
        URL + "x" * 4096,
        "https://[school/lti/launch",
        "https://[::1/lti/launch",
        "",
    ],
)
def test_what_leads_elsewhere_is_no_launch_url(url: str):
    assert not protocol.is_launch_url(url, STUDIO)
    with pytest.raises(StudioAnswerError):
        protocol.read_launch_url({"launch_url": url}, STUDIO)


@pytest.mark.parametrize(
    "url",
    [
        URL,
        f"{STUDIO}/lti/launch",
        f"{STUDIO}/lti/launch/embed?x=%20&y=a@b",
        "https://School.InstructureMedia.com/lti/launch?x",
    ],
)
def test_a_launch_on_the_accounts_own_studio_is_one(url: str):
    assert protocol.is_launch_url(url, STUDIO)


def test_a_port_belongs_to_an_account():
    assert protocol.is_launch_url("http://127.0.0.2:8002/lti/launch", "http://127.0.0.2:8002")
    assert not protocol.is_launch_url("http://127.0.0.2/lti/launch", "http://127.0.0.2:8002")


def _perspectives(
    *, course_id: Any = 101, embed_type: str = "embed", downloadable: Any = False, url: str = STUDIO
) -> dict[str, Any]:
    launch = f"{url}/lti/launch?custom_arc_launch_type={embed_type}"
    embed = {"launch_url": launch, "downloadable": downloadable}
    return {"perspectives": [{"collection": {"course_id": course_id}, "embeds": [embed]}]}


def test_an_embed_that_was_made_before_is_found_among_perspectives():
    found = protocol.find_launch_url(_perspectives(), WISH, STUDIO)
    assert found == f"{STUDIO}/lti/launch?custom_arc_launch_type=embed"


@pytest.mark.parametrize(
    "value",
    [
        _perspectives(course_id=102),
        _perspectives(embed_type="bare_embed"),
        _perspectives(downloadable=True),
        _perspectives(downloadable=None),
        _perspectives(url="https://evil.example"),
        {"perspectives": None},
        {"perspectives": [None, 5, {"collection": None}, {"collection": {}}]},
        {"perspectives": []},
        {},
        None,
        "text",
    ],
    ids=str,
)
def test_an_embed_that_is_not_like_the_wish_is_not_found(value: Any):
    assert protocol.find_launch_url(value, WISH, STUDIO) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("0", 0),
        (" 120 ", 120),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("²", None),
        ("Sun, 99 Mar 2026 12:00:30 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_nothing(text: str | None, expected: int | None):
    assert protocol.read_retry_after(text, NOW) == expected


def test_an_endless_retry_after_breaks_nothing():
    asked = protocol.read_retry_after("9" * 5000, NOW)
    assert asked is None or asked > 10


@pytest.mark.parametrize(
    ("value", "media"),
    [
        (
            {"media": {"id": 7, "title": "Cells", "owner": {"id": 1, "email": "a@b.example"}}},
            Media(id=7, title="Cells", owner=Owner(email="a@b.example")),
        ),
        ({"media": {"id": 7}}, Media(id=7, title=None, owner=None)),
        ({"media": {"id": 7, "title": None, "owner": None}}, Media(id=7, title=None, owner=None)),
        (
            {"media": {"id": 7, "title": "T", "owner": {"email": None}, "further": [1]}},
            Media(id=7, title="T", owner=Owner(email=None)),
        ),
    ],
    ids=str,
)
def test_a_media_is_read(value: Any, media: Media):
    assert protocol.read_media(value) == media


@pytest.mark.parametrize(
    "value",
    [None, [], {}, {"media": None}, {"media": []}, {"media": {"id": "x"}}, {"id": 7}],
    ids=str,
)
def test_what_is_no_media_is_refused(value: Any):
    with pytest.raises(StudioAnswerError):
        protocol.read_media(value)


@pytest.mark.parametrize(
    ("value", "emails"),
    [
        ({"users": [{"email": "A@B.example"}, {"email": None}, {}, 5]}, ["a@b.example"]),
        ([{"email": "a@b.example"}, {"email": "c@d.example"}], ["a@b.example", "c@d.example"]),
        ({"users": []}, []),
    ],
    ids=str,
)
def test_addresses_are_read_in_lower_case(value: Any, emails: list[str]):
    assert protocol.read_emails(value) == set(emails)


@pytest.mark.parametrize("value", [None, {}, {"users": None}, "x", 5], ids=str)
def test_no_list_of_users_is_refused(value: Any):
    with pytest.raises(StudioAnswerError):
        protocol.read_emails(value)


@pytest.mark.parametrize(
    ("value", "pages"),
    [({"meta": {"last_page": 3}}, 3), ({"meta": {"last_page": "3"}}, 1), ({"meta": 5}, 1), ([], 1)],
    ids=str,
)
def test_how_many_pages_a_list_has(value: Any, pages: int):
    assert protocol.read_last_page(value) == pages


def test_tokens_are_read_and_not_shown():
    tokens = protocol.read_tokens(
        {"access_token": "at", "refresh_token": "rt", "expires_in": "3600", "token_type": "Bearer"}
    )
    assert tokens.access_token.get_secret_value() == "at"
    assert tokens.refresh_token is not None
    assert tokens.refresh_token.get_secret_value() == "rt"
    assert tokens.expires_at(NOW) == NOW + timedelta(hours=1)
    assert "rt" not in repr(tokens).replace("SecretStr", "").replace("expires", "")
    assert protocol.read_tokens({"access_token": "at"}).expires_at(NOW) is None


@pytest.mark.parametrize(
    "value",
    [None, [], {}, {"access_token": ""}, {"access_token": 5}, {"refresh_token": "x"}],
    ids=str,
)
def test_what_holds_no_tokens_is_refused(value: Any):
    with pytest.raises(StudioAnswerError):
        protocol.read_tokens(value)


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[" * 100_000], ids=len)
def test_what_is_no_json_is_refused(body: bytes):
    with pytest.raises(StudioAnswerError):
        protocol.read_json(body, "show")
