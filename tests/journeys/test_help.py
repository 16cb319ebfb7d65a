"""What commands say of themselves, and of what they cannot do; many, so in one process."""

import re
from collections.abc import Iterator

import click
import pytest
from flask import Flask

from app import create_app
from app.settings import Settings
from tests.journeys.commanding import our_commands
from tests.journeys.starting import run
from tests.world import bare_environment

GROUPS = ["api-keys", "batches", "courses", "db", "embeds", "keys", "media", "platforms", "studio"]
ALONE = ["doctor", "worker"]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The service itself, on a database of its own."""
    url = f"sqlite:///{tmp_path_factory.mktemp('help') / 'service.sqlite3'}"
    with pytest.MonkeyPatch.context() as patch:
        for name in Settings.model_fields:
            patch.delenv(name.upper(), raising=False)
        patch.setenv("DATABASE_URL", url)
        patch.setenv("SECRET_KEY", "a-secret-of-the-tests-that-protects-nothing")
        yield create_app()


def _help(app: Flask, *path: str) -> str:
    done = app.test_cli_runner().invoke(args=[*path, "--help"])
    assert done.exit_code == 0, done.output
    return str(done.output)


def _fail(app: Flask, *arguments: str, status: int) -> str:
    done = app.test_cli_runner().invoke(args=arguments)
    assert (done.exit_code, done.stdout) == (status, ""), done.output
    return str(done.stderr)


def _commands(app: Flask) -> dict[tuple[str, ...], click.Command]:
    ours = our_commands(app)
    in_groups = {
        (name, command): made
        for name, group in ours.items()
        if isinstance(group, click.Group)
        for command, made in group.commands.items()
    }
    return {(name,): ours[name] for name in ALONE} | in_groups


def test_our_commands_stand_in_the_help_of_flask(app: Flask):
    assert sorted(our_commands(app)) == sorted(GROUPS + ALONE)
    done = run(bare_environment(), "flask", "--help")
    assert done.returncode == 0
    told = dict(re.findall(r"^  ([a-z-]+) +([A-Z].*)$", done.stdout, re.MULTILINE))
    assert {name for name in GROUPS + ALONE if "..." in told[name]} == set()


@pytest.mark.parametrize("group", GROUPS)
def test_a_groups_help_tells_each_command_in_a_sentence_that_is_not_cut_off(app: Flask, group: str):
    text = _help(app, group)
    names = {path[1] for path in _commands(app) if path[0] == group and len(path) > 1}
    assert set(re.findall(r"^  ([a-z]+) +[A-Z]", text, re.MULTILINE)) == names
    assert "..." not in text.partition("Commands:")[2]


def test_every_command_says_what_it_does_and_what_each_option_is(app: Flask):
    silent = []
    for path, command in _commands(app).items():
        said = _help(app, *path).splitlines()[2].strip()
        silent += [path] if not said or not said[0].isupper() else []
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.help:
                silent.append((*path, parameter.opts[0]))
    assert silent == []


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ("platforms show --issuer https://none.example", "https://none.example"),
        ("platforms show --issuer https://none.example", "flask platforms list"),
        ("platforms remove --issuer https://none.example", "https://none.example"),
        ("platforms import /nowhere.json", "/nowhere.json cannot be read: No such file"),
        (
            "platforms invite lms.example",
            "lms.example: an issuer that registers itself is an https",
        ),
        ("platforms invite http://lms.example", "an https URL"),
        (f"platforms invite https://lms.example/{'x' * 255}", "of at most 255 characters"),
        ("embeds forget 999999", "There is no embed 999999. `flask embeds list`"),
        ("courses link --platform https://none.example --context c --course 5", "none.example"),
        (
            "platforms add --issuer i --client-id c --auth-login-url x --key-set-url https://y",
            "i: `auth_login_url` is no URL.",
        ),
        (
            "platforms add --issuer i --client-id c --auth-login-url http://x --key-set-url y",
            "i: `auth_login_url` must be an https URL",
        ),
        (
            f"platforms add --issuer i --client-id {'c' * 300} --auth-login-url x --key-set-url y",
            "client_id",
        ),
        (
            f"platforms add --issuer {'i' * 300} --client-id c --auth-login-url x --key-set-url y",
            "issuer",
        ),
        ("embeds link 5", "STUDIO_URL"),
        ("api-keys create --name n --scope media:read", "STUDIO_URL"),
        ("api-keys create --name n --scope media:read --studio 9", "There is no Studio account 9."),
        ("api-keys revoke 0a1b2c3d", "There is no API key 0a1b2c3d. `flask api-keys list`"),
        ("studio status", "`flask studio add`"),
        ("studio connect --studio none.example", "There is no Studio account none.example."),
        ("studio add --url http://s.example --client-id c", "`url` must be an https URL."),
        ("studio add --url https://s.example/x --client-id c", "`url`: must be scheme, host"),
        ("studio add --url ftp://s.example --client-id c", "`url`: must be a URL such as"),
        (f"studio add --url https://s.example --client-id {'c' * 256}", "`client_id`: String"),
        (
            "studio add --url https://s.example --client-id c --lti-login-url http://x",
            "`lti_login_url` must be an https URL.",
        ),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(app: Flask, arguments: str, named: str):
    line = _fail(app, *arguments.split(), status=1)
    assert line.startswith("Error: ")
    assert named in line
    assert line.endswith(".\n")
    assert line.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        "platforms nothing",
        "platforms add --issuer x",
        "platforms invite https://a.example https://b.example",
        "embeds show",
        "embeds show -- -5",
        f"embeds show {2**63}",
        "embeds link 0",
        "embeds link 5 --embed-type frame",
        "embeds list --course 0",
        "courses link --platform p --context c --course -1",
        "courses link --platform p --context c --course x",
        "keys list --jsonx",
        "api-keys create --name n",
        "api-keys create --name n --scope everything",
        "api-keys create --scope media:read",
        "api-keys revoke",
        "studio add --client-id c",
        "studio add --url https://s.example",
        "studio add --url https://s.example --client-id c",
        "studio add --url https://s.example --client-id c --client-secret-file /dev/null",
        "studio add --url https://s.example --client-secret-file /nowhere",
        "studio add --url https://s.example --launch-mode moodle",
        "studio connect --redirect-uri https://x",
        "studio connect --code --json",
        "studio bind",
        "doctor --jsonx",
        "doctor studio",
    ],
)
def test_wrong_use_shows_how_to_use_it(app: Flask, arguments: str):
    said = _fail(app, *arguments.split(), status=2)
    assert said.startswith("Usage: ")
    assert "\nError: " in said


@pytest.mark.parametrize("context", ["", "x" * 256])
def test_a_context_that_no_launch_can_have_is_not_linked(app: Flask, context: str):
    add = (
        "platforms add --issuer i --client-id c --auth-login-url https://x --key-set-url https://x"
    )
    assert app.test_cli_runner().invoke(args=add.split()).exit_code == 0
    link = ["courses", "link", "--platform", "i", "--course", "5", "--context", context]
    done = app.test_cli_runner().invoke(args=link)
    assert (done.exit_code in (1, 2), "context" in done.stderr) == (True, True)
