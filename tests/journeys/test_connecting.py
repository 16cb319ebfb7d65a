"""An admin connects Studio in a browser: a link, a button, Studio's page, and back."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import sqlalchemy as sa

from app.core import account_state
from app.crypto import Vault
from app.models import studio_connection
from tests.journeys.connecting import (
    Admin,
    account_of,
    another_studio,
    forget_tokens,
    make_link,
    tokens_of,
)
from tests.journeys.starting import started_again
from tests.pages import read_code
from tests.world import World

MINE = 262118
NOT_BEGUN, EXPIRED = (401, "connect-not-begun"), (401, "connect-expired")


@pytest.fixture(autouse=True)
def _disconnected(world: World) -> Iterator[None]:
    """Begin with an account that has no tokens, and with no link."""
    forget_tokens(world)
    with world.database.writing() as connection:
        connection.execute(sa.delete(studio_connection))
    yield


def _refusal(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, read_code(answer)


def _is_connected(world: World) -> bool:
    account = account_of(world)
    vault = Vault((world.environment["SECRET_KEY"],))
    if account_state.read_state(account) != "connected":
        return False
    kept = [vault.decrypt(token) for token in (account.access_token, account.refresh_token)]
    return kept == list(tokens_of(world, world.studio).values())


def _can_make(world: World) -> bool:
    """Whether a launch that needs Studio works."""
    return world.launch({"media_id": str(MINE)}, person="instructor").status_code == 302


def test_a_link_leads_through_studio_to_tokens_that_are_kept(world: World):
    url, public = world.studio.settings.url, world.environment["PUBLIC_URL"]
    said = json.loads(world.flask("studio", "connect", "--json").stdout)
    assert set(said) == {"url", "expires_at"}
    age = datetime.fromisoformat(said["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=29) < age <= timedelta(minutes=30)
    address, _, link = said["url"].partition("?link=")
    assert address == f"{public}/studio/connect"
    assert not _can_make(world)

    admin = Admin(world)
    page = admin.open(link)
    assert (page.status_code, url in page.text) == (200, True)
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert "form-action" not in page.headers["Content-Security-Policy"]

    sent = admin.press(link)
    name, _, attributes = sent.headers["Set-Cookie"].partition("; ")
    assert name.startswith("__Host-studio-connect=")
    kept = {each for each in attributes.split("; ") if not each.startswith("Expires=")}
    assert kept == {"Secure", "HttpOnly", "Max-Age=600", "Path=/", "SameSite=Lax"}
    assert sent.status_code == 303
    at, _, query = sent.headers["Location"].partition("?")
    assert at == f"{url}/api/public/oauth/authorize"
    assert dict(parse_qsl(query)) == {
        "client_id": world.studio.settings.client_id,
        "response_type": "code",
        "redirect_uri": f"{public}/studio/callback",
    }

    done = admin.go_to(admin.decide(sent.headers["Location"]))
    assert (done.status_code, "Studio is connected" in done.text) == (200, True), done.text
    assert f"{url} answers, and accepts our tokens." in done.text
    assert "Max-Age=0" in done.headers["Set-Cookie"]
    assert "frame-ancestors 'none'" in done.headers["Content-Security-Policy"]
    assert _is_connected(world)
    assert _can_make(world)
    assert account_of(world).connected_at > datetime.now(UTC) - timedelta(minutes=1)


def test_neither_link_nor_code_nor_tokens_stand_on_a_page_or_in_the_log(world: World):
    admin, link = Admin(world), make_link(world)
    shown = admin.open(link).text.replace(f'value="{link}"', "")
    back = admin.come_back(link)
    shown += admin.go_to(back).text + admin.go_to(back).text + world.logs()
    secrets = [
        link,
        admin.cookie.partition("=")[2],
        *dict(parse_qsl(urlsplit(back).query)).values(),
    ]
    secrets += [token or "" for token in tokens_of(world, world.studio).values()]
    assert [secret for secret in secrets if secret in shown] == []
    assert all(len(secret) > 15 for secret in secrets)
    assert '"studio-connected"' in world.logs()


def test_scanners_that_open_a_link_do_not_use_it_up(world: World):
    link = make_link(world)
    for method in ("GET", "HEAD", "GET"):
        answer = world.http.request(method, f"{world.url}/studio/connect", params={"link": link})
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False)
    assert Admin(world).connect(link).status_code == 200
    assert _is_connected(world)


def test_a_head_of_the_way_back_does_not_use_the_code_up(world: World):
    admin = Admin(world)
    back = admin.come_back(make_link(world))
    head = world.http.head(world.url + back, headers={"Cookie": admin.cookie})
    assert (head.status_code, _is_connected(world)) == (200, False)
    assert admin.go_to(back).status_code == 200


def test_a_link_works_once(world: World):
    link = make_link(world)
    assert Admin(world).connect(link).status_code == 200
    refused = Admin(world).open(link)
    assert _refusal(refused) == EXPIRED
    assert (
        "on the course page in your LMS, or with <code>flask studio connect</code>" in refused.text
    )
    assert _refusal(Admin(world).press(link)) == EXPIRED


def test_of_many_who_press_the_button_at_once_one_goes_on(world: World):
    link = make_link(world)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: Admin(world).press(link), range(8)))
    assert sorted(answer.status_code for answer in answers) == [303] + [401] * 7


def test_the_way_back_works_once(world: World):
    admin = Admin(world)
    back = admin.come_back(make_link(world))
    assert admin.go_to(back).status_code == 200
    assert _refusal(admin.go_to(back)) == NOT_BEGUN
    assert _is_connected(world)


def _let_time_pass(world: World) -> None:
    over = {"expires_at": datetime.now(UTC) - timedelta(seconds=1)}
    with world.database.writing() as connection:
        connection.execute(sa.update(studio_connection).values(over))


def test_a_link_ends_after_half_an_hour(world: World):
    link = make_link(world)
    _let_time_pass(world)
    assert _refusal(Admin(world).open(link)) == EXPIRED
    assert _refusal(Admin(world).press(link)) == EXPIRED


def test_who_stays_at_studio_for_longer_than_ten_minutes_begins_again(world: World):
    admin = Admin(world)
    back = admin.come_back(make_link(world))
    _let_time_pass(world)
    assert _refusal(admin.go_to(back)) == NOT_BEGUN
    assert not _is_connected(world)


def test_a_newer_link_puts_an_end_to_an_older_one_and_to_who_used_it(world: World):
    first, admin = make_link(world), Admin(world)
    second = make_link(world)
    assert _refusal(admin.press(first)) == EXPIRED
    back = admin.come_back(second)
    third = make_link(world)
    assert _refusal(admin.go_to(back)) == NOT_BEGUN
    assert Admin(world).connect(third).status_code == 200


@pytest.mark.parametrize("link", ["", "x", "no-such-link-of-ours"])
def test_a_link_that_nobody_made_is_refused(world: World, link: str):
    assert _refusal(Admin(world).open(link)) == EXPIRED
    assert _refusal(Admin(world).press(link)) == EXPIRED


def test_a_code_that_comes_to_another_browser_connects_nothing(world: World):
    victim, attacker = Admin(world), Admin(world)
    back = attacker.come_back(make_link(world))
    assert _refusal(victim.go_to(back)) == NOT_BEGUN
    victim.cookie = "__Host-studio-connect=made-up"
    assert _refusal(victim.go_to(back)) == NOT_BEGUN
    assert not _is_connected(world)
    assert attacker.go_to(back).status_code == 200


def test_a_code_of_another_studio_is_refused_by_ours(world: World):
    admin = Admin(world)
    address = admin.press(make_link(world)).headers["Location"]
    with another_studio(world) as other:
        theirs = address.replace(world.studio.settings.url, other.settings.url)
        back = admin.decide(theirs)
        assert _refusal(admin.go_to(back)) == (502, "studio-code-refused")
        assert tokens_of(world, other)["refresh_token"] == other.settings.refresh_token
    assert not _is_connected(world)


def test_who_denies_the_access_is_told_how_to_go_on(world: World):
    admin = Admin(world)
    answer = admin.go_to(admin.come_back(make_link(world), "deny"))
    assert _refusal(answer) == (403, "connect-denied")
    assert "flask studio connect" in answer.text
    assert '"why": "Studio answered error=access_denied"' in world.logs()


@pytest.mark.parametrize("query", ["", "code=", "state=x", f"code={'x' * 5000}"])
def test_who_brings_nothing_that_can_be_read_can_still_come_back(world: World, query: str):
    admin = Admin(world)
    back = admin.come_back(make_link(world))
    assert _refusal(admin.go_to(f"/studio/callback?{query}")) == (400, "connect-unreadable")
    assert admin.go_to(back).status_code == 200


def test_an_error_that_is_no_word_is_not_repeated(world: World):
    admin = Admin(world)
    admin.press(make_link(world))
    answer = admin.go_to("/studio/callback?error=%3Cb%3E%0Aevil")
    assert _refusal(answer) == (403, "connect-denied")
    assert "evil" not in answer.text + world.logs()


@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        ({"status": 400}, (502, "studio-code-refused")),
        ({"status": 401}, (502, "studio-code-refused")),
        ({"status": 500}, (503, "studio-unavailable")),
        ({"reset": True}, (503, "studio-unavailable")),
        ({"garbage": True}, (502, "studio-answer")),
    ],
    ids=str,
)
def test_a_token_endpoint_that_does_not_serve_is_asked_once_and_told(
    world: World, fault: dict[str, object], refusal: tuple[int, str]
):
    admin = Admin(world)
    back = admin.come_back(make_link(world))
    before = len(world.calls("token"))
    world.tell_studio("next", operation="token", **fault)
    answer = admin.go_to(back)
    assert _refusal(answer) == refusal
    assert "flask studio connect" in answer.text or refusal[1] == "studio-answer"
    assert len(world.calls("token")) == before + 1
    assert not _is_connected(world)


def test_while_all_threads_to_spare_wait_for_studio_nothing_is_used_up(world: World):
    assert Admin(world).connect(make_link(world)).status_code == 200
    links = [
        world.marked(media, kind) for media in (261533, 262590) for kind in ("embed", "bare_embed")
    ]
    with started_again(world) as again, ThreadPoolExecutor(len(links)) as pool:
        again.tell_studio("next", operation="show", hold=True, times=len(links))
        launches = [pool.submit(again.launch, link) for link in links]
        held = {"at_least": 3, "seconds": 10}
        studio = world.studio.settings.url
        assert world.http.get(f"{studio}/_sandbox/held", params=held).json()["held"] >= 3
        admin = Admin(again)
        back = admin.come_back(make_link(world))
        busy = admin.go_to(back)
        again.tell_studio("release")
        assert {launch.result().status_code for launch in launches} <= {200, 302}
        assert (_refusal(busy), busy.headers["Retry-After"]) == ((503, "connect-busy"), "5")
        assert admin.go_to(back).status_code == 200


def test_tokens_that_are_good_stay_where_a_code_is_refused(world: World):
    assert Admin(world).connect(make_link(world)).status_code == 200
    admin = Admin(world)
    admin.press(make_link(world))
    assert _refusal(admin.go_to("/studio/callback?code=stolen")) == (502, "studio-code-refused")
    assert _is_connected(world)


def test_tokens_are_kept_even_if_the_first_call_fails_and_the_page_says_so(world: World):
    admin = Admin(world)
    back = admin.come_back(make_link(world))
    world.tell_studio("next", operation="search", status=503, times=3)
    answer = admin.go_to(back)
    assert answer.status_code == 200
    assert "But a first try failed" in answer.text
    assert "cannot be reached (search: Studio answered 503)" in answer.text
    assert _is_connected(world)


def test_who_is_no_admin_in_studio_is_told_so(world: World):
    admin = Admin(world)
    back = admin.come_back(make_link(world))
    world.tell_studio("next", operation="search", status=403)
    assert "an account that is an admin in Studio" in admin.go_to(back).text


def test_the_start_page_says_whether_studio_is_connected(world: World):
    assert "an admin connects it again" in world.get("/").text
    assert Admin(world).connect(make_link(world)).status_code == 200
    assert "Studio is connected." in world.get("/").text
