"""The small Studio takes good launches once, and refuses all others with words."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from oauthlib.oauth1 import SIGNATURE_TYPE_BODY, Client

from tests.sandbox.studio_visitor import LAUNCH, UUID, Caller, signed, small_studio, video_of


@pytest.fixture
def studio() -> Iterator[Caller]:
    with small_studio() as caller:
        yield caller


def test_a_signed_launch_is_logged_and_shows_title_tabs_and_player(studio: Caller) -> None:
    url = studio.launch_url()
    page = studio.launch(url, signed(url, custom_extra="ünï&=", lis_person_name_full="Léa"))

    assert page.status_code == 200
    assert "<h1>Cell Division: Mitosis in Six Minutes</h1>" in page.text
    assert re.findall(r'role="tab" id="([^"]+)"', page.text) == ["tab-details", "tab-comments"]
    assert page.text.count("<video ") == 1
    assert "autoplay" not in page.text
    assert "Download" not in page.text
    assert studio.send("GET", "/_sandbox/launches").json() == [
        {
            "version": "1.1",
            "media_id": 260854,
            "launch_id": parse_qs(urlsplit(url).query)["custom_arc_media_id"][0],
            "launch_type": "embed",
            "downloadable": False,
            "course_id": 42,
            "user_id": "user-7",
            "roles": "Learner",
            "parameters": {**LAUNCH, "custom_extra": "ünï&=", "lis_person_name_full": "Léa"},
        }
    ]
    assert studio.send("GET", "/_sandbox/refusals").json() == []


def test_a_page_may_be_framed_and_has_a_strict_policy_and_cookie(studio: Caller) -> None:
    url = studio.launch_url()
    page = studio.launch(url, signed(url))
    assert page.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; media-src 'self'; "
        "img-src 'self' data:; base-uri 'none'; form-action 'self'"
    )
    assert "X-Frame-Options" not in page.headers
    name, *attributes = page.headers["Set-Cookie"].split("; ")
    assert re.fullmatch(f"studio_{UUID}-260854=[A-Za-z0-9_-]{{32}}", name)
    assert set(attributes) == {"Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"}
    assert page.text.startswith("<!doctype html>")
    assert not re.search(r"<script>|<style|\son[a-z]+=|\sstyle=", page.text)


@pytest.mark.parametrize("roles", ["Instructor", "Learner,urn:lti:role:ims/lis/Instructor"])
def test_an_instructor_sees_insights(studio: Caller, roles: str) -> None:
    url = studio.launch_url()
    page = studio.launch(url, signed(url, roles=roles))
    tabs = re.findall(r'role="tab" id="([^"]+)"', page.text)
    assert tabs == ["tab-details", "tab-comments", "tab-insights"]
    ids = re.findall(r'\sid="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'aria-(?:controls|labelledby)="([^"]+)"', page.text)) <= set(ids)


def test_a_bare_embed_has_only_the_player_and_downloads_if_allowed(studio: Caller) -> None:
    url = studio.launch_url(embed_type="bare_embed")
    plain = studio.launch(url, signed(url, roles="Instructor"))
    assert plain.status_code == 200
    assert ("<h1>" in plain.text, 'role="tab"' in plain.text) == (False, False)
    assert ("<video " in plain.text, "Download" in plain.text) == (True, False)

    url = studio.launch_url(embed_type="bare_embed", downloadable=True)
    downloadable = studio.launch(url, signed(url))
    assert f'<a href="{video_of(downloadable)}" download=' in downloadable.text


def test_a_title_with_markup_is_shown_as_text(studio: Caller) -> None:
    order = {"course_id": 42, "embed_type": "embed"}
    url = studio.api("POST", "/media/261533/create_embed", json=order).json()["launch_url"]
    page = studio.launch(url, signed(url)).text
    assert "<h1>Énergie &amp; &lt;b&gt;matière&lt;/b&gt; – 物理" in page
    assert "<script>alert" not in page


def test_the_start_of_the_launch_url_is_honoured(studio: Caller) -> None:
    url = studio.launch_url().replace("start_at=0", "start_at=2.5")
    assert 'data-start-seconds="2.5"' in studio.launch(url, signed(url)).text
    for wrong in ("soon", "-1", "inf"):
        bad = url.replace("2.5", wrong)
        assert studio.launch(bad, signed(bad)).status_code == 400


def refusal(studio: Caller, url: str, body: str) -> tuple[int, str]:
    answer = studio.launch(url, body)
    assert "<video" not in answer.text
    assert "Set-Cookie" not in answer.headers
    assert studio.send("GET", "/_sandbox/launches").json() == []
    found = re.search(r'<p role="alert">(.+)</p>', answer.text)
    assert found is not None, answer.text
    noted = studio.send("GET", "/_sandbox/refusals").json()[-1]
    assert (noted["status"], noted["reason"]) == (answer.status_code, found[1])
    return answer.status_code, found[1]


WRONG_SIGNATURE = (
    401,
    "The launch’s signature is wrong: something was altered, or the secret is another.",
)


@pytest.mark.parametrize("name", sorted(LAUNCH))
def test_an_altered_parameter_is_refused(studio: Caller, name: str) -> None:
    url = studio.launch_url()
    altered = signed(url).replace(f"{name}={LAUNCH[name]}", f"{name}=altered")
    assert "=altered" in altered
    assert refusal(studio, url, altered) == WRONG_SIGNATURE


def test_an_added_or_altered_query_is_refused(studio: Caller) -> None:
    url = studio.launch_url()
    altered = url.replace("start_at=0", "start_at=5")
    assert refusal(studio, altered, signed(url)) == WRONG_SIGNATURE
    assert refusal(studio, f"{url}&more=1", signed(url)) == WRONG_SIGNATURE
    other = studio.launch_url()
    assert refusal(studio, other, signed(url)) == WRONG_SIGNATURE


def test_another_secret_or_consumer_is_refused(studio: Caller) -> None:
    url = studio.launch_url()
    assert refusal(studio, url, signed(url, secret="wrong")) == WRONG_SIGNATURE
    assert refusal(studio, url, signed(url, key="stranger")) == (
        401,
        "The launch’s consumer is unknown.",
    )


def test_a_launch_is_good_once_even_when_many_come_at_once(studio: Caller) -> None:
    url = studio.launch_url()
    body = signed(url)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: Caller(studio.url).launch(url, body), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7
    assert len(studio.send("GET", "/_sandbox/launches").json()) == 1
    refused = studio.send("GET", "/_sandbox/refusals").json()
    assert [one["reason"] for one in refused] == ["The launch was used before."] * 7


def test_a_refused_launch_does_not_use_up_the_good_one(studio: Caller) -> None:
    url = studio.launch_url()
    body = signed(url)
    assert refusal(studio, url, body.replace("user-7", "user-8")) == WRONG_SIGNATURE
    assert studio.launch(url, body).status_code == 200


def test_an_old_launch_is_refused(studio: Caller) -> None:
    url = studio.launch_url()
    client = Client(
        "sandbox-consumer",
        client_secret="sandbox-consumer-secret",
        signature_type=SIGNATURE_TYPE_BODY,
        timestamp=str(int(time.time()) - 3600),
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    _, _, body = client.sign(url, "POST", body=urlencode(LAUNCH), headers=headers)
    assert refusal(studio, url, str(body)) == (
        401,
        "The launch’s OAuth parameters are incomplete or too old.",
    )


def test_an_embed_of_another_course_is_refused(studio: Caller) -> None:
    url = studio.launch_url(course_id=43)
    assert refusal(studio, url, signed(url)) == (403, "This embed was made for another course.")


def test_an_unknown_launch_id_or_the_other_launch_type_is_refused(studio: Caller) -> None:
    unknown = studio.launch_url().replace("-260854&", "-260861&")
    assert refusal(studio, unknown, signed(unknown)) == (
        400,
        "There is no embed with this launch id.",
    )
    other = studio.launch_url().replace("type=embed", "type=bare_embed")
    assert refusal(studio, other, signed(other)) == (400, "This embed’s launch type is embed.")


@pytest.mark.parametrize(
    "name", ["resource_link_id", "user_id", "roles", "custom_canvas_course_id"]
)
def test_a_launch_without_a_required_parameter_is_refused(studio: Caller, name: str) -> None:
    url = studio.launch_url()
    less = {key: value for key, value in LAUNCH.items() if key != name}
    assert refusal(studio, url, signed(url, less)) == (400, f"The launch lacks {name}.")


def test_what_is_no_lti_1_1_launch_is_refused_with_words(studio: Caller) -> None:
    url = studio.launch_url()
    kind = signed(url, lti_message_type="ContentItemSelectionRequest")
    assert refusal(studio, url, kind)[0] == 400
    assert refusal(studio, url, signed(url, lti_version="1.3.0"))[0] == 400
    assert refusal(studio, url, urlencode(LAUNCH)) == (401, "The launch is not signed.")
    assert refusal(studio, url, "id_token=e30.e30.e30&state=1") == (
        400,
        "This address takes LTI 1.1 launches only; LTI 1.3 has another.",
    )
    assert refusal(studio, url, "%ZZ=&&\x00=1")[0] == 401
    followed = studio.send("GET", url.removeprefix(studio.url))
    assert (followed.status_code, "<video" in followed.text) == (400, False)
