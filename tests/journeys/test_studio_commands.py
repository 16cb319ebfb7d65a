"""`flask studio`: accounts are added, shown, connected by a pasted code, disconnected, bound."""

import json
import os
import pty
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from app import create_app
from app.core import accounts
from app.crypto import Vault
from tests import world as worlds
from tests.journeys.connecting import Admin, account_of, another_studio, forget_tokens, tokens_of
from tests.journeys.starting import started_again
from tests.world import ROOT, World

SECRET = "a-client-secret"
LTI13 = (
    *("--launch-mode", "lti13", "--lti-deployment-id", "d"),
    *("--lti-login-url", "https://s.example/login"),
    *("--lti-redirect-uri", "https://s.example/a", "--lti-redirect-uri", "https://s.example/b"),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with worlds.world(tmp_path_factory.mktemp("studio"), workers=1) as built:
        yield built


@pytest.fixture(autouse=True)
def _environment(world: World) -> Iterator[None]:
    """The service's environment here too: most commands run in this process, for time's sake."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in world.environment.items():
            patch.setenv(name, value)
        yield


def _run(*arguments: str, given: str = "", status: int = 0) -> Result:
    app = create_app()
    done = app.test_cli_runner().invoke(args=arguments, input=given)
    app.extensions["outside"].db.dispose()
    assert done.exit_code == status, done.output
    return done


def _fail(*arguments: str, given: str = "") -> str:
    done = _run(*arguments, given=given, status=1)
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def _add(url: str, *more: str) -> Any:
    options = ["--url", url, "--client-id", "c", "--client-secret-file", "-", "--json"]
    return json.loads(_run("studio", "add", *options, *more, given=f"{SECRET}\n").stdout)


def _status(studio: str) -> Any:
    done = (
        create_app()
        .test_cli_runner()
        .invoke(args=["studio", "status", "--studio", studio, "--json"])
    )
    (found,) = json.loads(done.stdout)
    assert done.exit_code == (0 if found["state"] == "connected" else 1)
    return found


def _described(number: int, url: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "url": url,
        "default": False,
        "client_id": "c",
        "state": "never connected",
        "since": None,
        "token_expires_at": None,
        "launch_mode": "canvas",
        "platforms": [],
        "home": None,
        "circuit_open_until": None,
    } | changes


def test_an_account_is_added_and_updated_and_what_is_not_given_stays(world: World):
    url = "https://one.example"
    added = _add(f"{url.upper()}:443/")
    assert added == _described(added["id"], url)
    vault = Vault((world.environment["SECRET_KEY"],))
    assert vault.decrypt(account_of(world, url).client_secret) == SECRET
    key = ("--lti-key", "k", "--lti-secret-file", "-", "--launch-mode", "lti11", "--json")
    changed = json.loads(_run("studio", "add", "--url", url, *key, given="s\n").stdout)
    assert changed == added | {"launch_mode": "lti11"}
    assert vault.decrypt(account_of(world, url).client_secret) == SECRET
    assert vault.decrypt(account_of(world, url).lti_secret) == "s"
    text = _run("studio", "add", "--url", url, "--launch-mode", "canvas").stdout
    public = world.environment["PUBLIC_URL"]
    assert text.splitlines() == [
        f"Saved Studio account {added['id']}: {url}.",
        f"Next: give its developer key in Studio the redirect URI {public}/studio/callback",
        f"Then: flask studio connect --studio {url}",
    ]


def test_the_secret_may_come_from_a_file(world: World, tmp_path: Path):
    file = tmp_path / "secret"
    file.write_text("of-a-file\n")
    options = ("--url", "https://file.example", "--client-id", "c", "--client-secret-file")
    _run("studio", "add", *options, str(file))
    vault = Vault((world.environment["SECRET_KEY"],))
    kept = account_of(world, "https://file.example").client_secret
    assert vault.decrypt(kept) == "of-a-file"


def test_on_a_terminal_the_secret_is_asked_for_and_not_shown(world: World):
    command = ["studio", "add", "--url", "https://asked.example", "--client-id", "c"]
    said = _on_terminal(world, command, "Client secret: ", SECRET)
    assert "Saved Studio account" in said
    assert SECRET not in said
    vault = Vault((world.environment["SECRET_KEY"],))
    assert vault.decrypt(account_of(world, "https://asked.example").client_secret) == SECRET


def _on_terminal(world: World, command: list[str], question: str, answer: str) -> str:
    """Run a command on a terminal, answer its question, and give all that the terminal showed."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(ROOT)
        os.execve(sys.executable, [sys.executable, "-m", "flask", *command], world.environment)
    shown = b""
    while question.encode() not in shown:
        shown += os.read(terminal, 1024)
    os.write(terminal, f"{answer}\n".encode())
    try:
        while more := os.read(terminal, 1024):
            shown += more
    except OSError:  # so Linux tells the end of a terminal
        os.close(terminal)
    assert os.waitpid(process, 0)[1] == 0, shown
    return shown.decode()


@pytest.mark.parametrize(
    ("options", "needed"),
    [
        (("--launch-mode", "lti11"), "lti11 of https://needs.example needs: lti_key, lti_secret."),
        (LTI13, "lti13 of https://needs.example needs: lti_client_id."),
    ],
)
def test_a_launch_mode_that_lacks_something_is_not_saved(
    world: World, options: tuple[str, ...], needed: str
):
    command = ("--url", "https://needs.example", "--client-id", "c", "--client-secret-file", "-")
    said = _fail("studio", "add", *command, *options, given=SECRET)
    assert f"The launch mode {needed}" in said
    assert accounts.find_account_at(world.database, "https://needs.example") is None


def test_two_studios_cannot_be_our_tool_under_one_client_id(world: World):
    assert _add("https://two.example", *LTI13, "--lti-client-id", "tool")["launch_mode"] == "lti13"
    kept = account_of(world, "https://two.example").lti_redirect_uris
    assert kept == "https://s.example/a\nhttps://s.example/b"
    command = ("--url", "https://three.example", "--client-id", "c", "--client-secret-file", "-")
    said = _fail("studio", "add", *command, *LTI13, "--lti-client-id", "tool", given=SECRET)
    assert "`lti_client_id`: tool is that of https://two.example." in said


def test_the_first_account_is_named_by_the_environment_and_connected(world: World):
    url = world.studio.settings.url
    world.launch({"media_id": "262118"}, person="instructor")
    found = _status(url)
    since, ends = (
        datetime.fromisoformat(found.pop(name)) for name in ("since", "token_expires_at")
    )
    assert since < ends
    lms = {"issuer": world.lms.settings.url, "client_id": world.lms.settings.client_id}
    expected = _described(1, url, default=True, state="connected", platforms=[lms], home=lms)
    expected["client_id"] = world.studio.settings.client_id
    assert found == {name: expected[name] for name in found}
    lines = _run("studio", "status", "--studio", "1").stdout.splitlines()
    assert lines[0] == "id: 1"
    assert f"url: {url}" in lines
    assert "default: yes" in lines
    assert f"platforms: {lms['issuer']}, client id {lms['client_id']}" in lines
    assert "circuit open until: -" in lines


def test_accounts_are_listed(world: World):
    _add("https://listed.example")
    head, *rows = _run("studio", "list").stdout.splitlines()
    assert head.split() == ["id", "url", "state", "launch", "mode", "default"]
    assert rows[0].split() == ["1", world.studio.settings.url, "connected", "canvas", "yes"]
    assert [row.split()[1] for row in rows if "never connected" in row][-1] == (
        "https://listed.example"
    )
    listed = json.loads(_run("studio", "list", "--json").stdout)
    assert [one["url"] for one in listed if one["default"]] == [world.studio.settings.url]


def test_no_token_and_no_secret_is_printed(world: World):
    world.launch({"media_id": "262118"}, person="instructor")
    said = "".join(
        _run("studio", command, *options, status=status).stdout
        for command, status in (("list", 0), ("status", 1))
        for options in ((), ("--json",))
    )
    secrets = [*tokens_of(world, world.studio).values(), world.studio.settings.client_secret]
    assert [secret for secret in secrets if secret and secret in said] == []


@pytest.mark.parametrize("whole", [True, False], ids=["address", "code"])
def test_a_code_can_be_pasted_where_studio_cannot_send_the_browser_back(world: World, whole: bool):
    public, url = world.environment["PUBLIC_URL"], world.studio.settings.url
    forget_tokens(world)
    query = f"client_id=sandbox-client&response_type=code&redirect_uri={public}/studio/callback"
    back = Admin(world).decide(f"{url}/api/public/oauth/authorize?{query}")
    given = public + back if whole else back.partition("code=")[2]
    done = _run("studio", "connect", "--code", given=f"{given}\n")
    assert f"{url}/api/public/oauth/authorize?client_id=sandbox-client&" in done.stdout
    assert f"Then the browser goes to {public}/studio/callback" in done.stdout
    assert f"Connected {url}.\n{url} answers, and accepts our tokens.\n" in done.stdout
    assert _status(url)["state"] == "connected"


def test_the_redirect_uri_may_be_one_of_somebody_else(world: World):
    url, elsewhere = world.studio.settings.url, "https://elsewhere.example/back"
    code = world.studio.tokens.make_code(elsewhere)
    options = ("connect", "--code", "--redirect-uri", elsewhere)
    done = _run("studio", *options, given=f"{elsewhere}?code={code}\n")
    assert "redirect_uri=https%3A%2F%2Felsewhere.example%2Fback" in done.stdout
    assert _status(url)["state"] == "connected"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("https://x.example/?error=access_denied", "the access was not allowed there"),
        ("https://x.example/?other=1", "did not get what Studio normally sends"),
        ("made-up", "Studio did not accept the code"),
    ],
)
def test_what_is_pasted_and_no_good_is_told(world: World, given: str, told: str):
    done = _run("studio", "connect", "--code", given=f"{given}\n", status=1)
    assert done.stderr.startswith("Error: ")
    assert told in done.stderr
    assert "made-up" not in done.stderr


def test_the_text_of_a_link_says_what_to_do_with_it(world: World):
    first, link = _run("studio", "connect").stdout.splitlines()
    assert first.startswith("Open this in a browser by ")
    assert first.endswith(f" UTC, once. It connects {world.studio.settings.url}:")
    assert Admin(world).open(link.partition("link=")[2]).status_code == 200


def test_an_account_without_a_client_cannot_be_connected(world: World):
    with another_studio(world) as other, pytest.MonkeyPatch.context() as patch:
        patch.setenv("STUDIO_URL", other.settings.url)
        patch.delenv("STUDIO_CLIENT_ID")
        said = _fail("studio", "connect")
        assert said == (
            f"Error: The Studio account {other.settings.url} has no OAuth client. Give it one "
            f"with `flask studio add --url {other.settings.url} --client-id …`.\n"
        )


def test_after_a_lost_secret_key_the_client_is_given_again_and_connects(
    world: World, tmp_path: Path
):
    settings = world.studio.settings
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'apart.sqlite3'}")
        _run("studio", "list")
        patch.setenv("SECRET_KEY", "another-secret-of-the-tests-that-protects-nothing")
        patch.delenv("STUDIO_CLIENT_SECRET")
        assert "a client secret that SECRET_KEY does not open" in _fail("studio", "connect")
        options = ("--client-id", settings.client_id, "--client-secret-file", "-")
        _run("studio", "add", "--url", settings.url, *options, given=settings.client_secret)
        code = world.studio.tokens.make_code("https://x.example")
        paste = ("--code", "--redirect-uri", "https://x.example")
        assert "accepts our tokens" in _run("studio", "connect", *paste, given=f"{code}\n").stdout


def test_tokens_are_forgotten_when_that_is_confirmed_and_come_back_when_they_change(world: World):
    url = world.studio.settings.url
    assert _run("studio", "disconnect", given="n\n", status=1).stdout.endswith("[y/N]: n\n")
    assert _status(url)["state"] == "connected"
    done = _run("studio", "disconnect", given="y\n")
    assert f"Forget the tokens of {url}? [y/N]: y" in done.stdout
    assert f"Forgot the tokens of {url}. `flask studio connect` gets new ones." in done.stdout
    found = _status(url)
    assert (found["state"], found["token_expires_at"]) == ("disconnected", None)
    assert found["since"] is not None
    assert _run("studio", "disconnect", "--yes").stdout.startswith("Forgot the tokens")
    with started_again(world):
        assert _status(url)["state"] == "disconnected"
    new = tokens_of(world, world.studio)["refresh_token"]
    assert new is not None
    with started_again(world, STUDIO_REFRESH_TOKEN=new):
        assert accounts.find_account(world.database, 1).disconnected_at is None


def test_a_client_that_an_admin_gave_outlives_a_start_that_names_none(world: World):
    unset = dict.fromkeys(("STUDIO_CLIENT_ID", "STUDIO_CLIENT_SECRET"))
    with started_again(world, **unset):
        found = account_of(world)
    assert found.client_id == world.studio.settings.client_id
    assert found.client_secret is not None


def test_without_a_studio_url_the_oldest_account_is_the_default_one(world: World):
    with pytest.MonkeyPatch.context() as patch:
        for name in world.environment:
            if name.startswith("STUDIO_"):
                patch.delenv(name)
        listed = json.loads(_run("studio", "list", "--json").stdout)
    assert [one["id"] for one in listed if one["default"]] == [1]
