"""The launch URL of an embed: found wherever it stands, and believed only if it leads to Studio."""

from typing import Any

import pytest

from app.studio import launch_urls
from app.studio.errors import StudioAnswerError
from app.studio.protocol import EmbedWish

STUDIO = "https://school.instructuremedia.com"
URL = f"{STUDIO}/lti/launch?custom_arc_media_id=1-1"
OTHER = f"{STUDIO}/lti/launch?custom_arc_media_id=2-2"
EVIL = "https://evil.example/lti/launch"
WISH = EmbedWish(7, 101, "embed", False)


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
    assert launch_urls.read_launch_url(value, STUDIO) == URL


@pytest.mark.parametrize(
    "value",
    [{}, [], None, 5, "", {"a": URL, "b": OTHER}, {"launch_url": EVIL}, {"launch_url": [1]}],
    ids=str,
)
def test_none_or_several_are_refused(value: Any):
    with pytest.raises(StudioAnswerError):
        launch_urls.read_launch_url(value, STUDIO)


def test_the_log_names_the_keys_of_an_odd_answer_and_no_value():
    with pytest.raises(StudioAnswerError) as caught:
        launch_urls.read_launch_url({"secret_name": "a-secret-value", "x" * 99: EVIL}, STUDIO)
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
        f"{STUDIO}/lti/launch/%2e%2E/%2E./evil",
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
    assert not launch_urls.is_launch_url(url, STUDIO)
    with pytest.raises(StudioAnswerError):
        launch_urls.read_launch_url({"launch_url": url}, STUDIO)


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
    assert launch_urls.is_launch_url(url, STUDIO)


def test_a_port_belongs_to_an_account():
    assert launch_urls.is_launch_url("http://127.0.0.2:8002/lti/launch", "http://127.0.0.2:8002")
    assert not launch_urls.is_launch_url("http://127.0.0.2/lti/launch", "http://127.0.0.2:8002")


def _perspectives(
    *, course_id: Any = 101, embed_type: str = "embed", downloadable: Any = False, url: str = STUDIO
) -> dict[str, Any]:
    launch = f"{url}/lti/launch?custom_arc_launch_type={embed_type}"
    embed = {"launch_url": launch, "downloadable": downloadable}
    return {"perspectives": [{"collection": {"course_id": course_id}, "embeds": [embed]}]}


def test_an_embed_that_was_made_before_is_found_among_perspectives():
    found = launch_urls.find_launch_url(_perspectives(), WISH, STUDIO)
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
    assert launch_urls.find_launch_url(value, WISH, STUDIO) is None
