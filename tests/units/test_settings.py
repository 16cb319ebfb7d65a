"""What the environment may say, and how a start that fails tells all that is wrong at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.errors import StartError
from app.settings import Settings, _made_once, read_settings

SECRET = "k" * 32
OUTSIDE = {"PUBLIC_URL": "https://embed.school.example", "SECRET_KEY": SECRET}


@pytest.fixture(autouse=True)
def _nothing_of_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch):
    """Read settings from an environment, outside development where nothing else is said."""

    def with_environment(**environment: str) -> Settings:
        for name, value in (OUTSIDE | environment).items():
            monkeypatch.setenv(name, value)
        return read_settings()

    return with_environment


@pytest.fixture
def faults(read):
    """The faults of an environment, a line each."""

    def of(**environment: str) -> list[str]:
        with pytest.raises(StartError) as caught:
            read(**environment)
        sentence, *lines = str(caught.value).splitlines()
        assert sentence == "The settings cannot be used:"
        return [line.removeprefix("  - ") for line in lines]

    return of


def test_the_least_that_is_needed_outside_development_is_enough(read):
    settings = read()
    assert settings.public_url == "https://embed.school.example"
    assert settings.secret_keys == (SECRET,)
    assert (settings.development, settings.secure) == (False, True)
    assert (settings.studio_launch_mode, settings.studio_library) == ("canvas", "own")
    assert (settings.canvas_hosts, settings.frame_ancestors) == (None, None)
    assert settings.allow_insecure_urls is False


def test_all_faults_are_told_at_once(faults):
    told = faults(
        PUBLIC_URL="ftp://embed",
        DATABASE_URL="mysql://localhost/embed",
        STUDIO_LIBRARY="everything",
        FRAME_ANCESTORS="https://a.example; script-src *",
        PLATFORMS_FILE="/nowhere/platforms.json",
        REDIS_URL="localhost:6379",
        WORKER="aside",
        ALLOW_INSECURE_URLS="perhaps",
    )
    assert sorted(line.partition(":")[0] for line in told) == [
        "ALLOW_INSECURE_URLS",
        "DATABASE_URL",
        "FRAME_ANCESTORS",
        "PLATFORMS_FILE",
        "PUBLIC_URL",
        "REDIS_URL",
        "STUDIO_LIBRARY",
        "WORKER",
    ]


def test_faults_that_show_only_together_are_told_at_once(faults):
    told = faults(
        PUBLIC_URL="http://embed.school.example",
        SECRET_KEY="short",
        STUDIO_CLIENT_ID="7",
        STUDIO_ACCESS_TOKEN="t",
    )
    assert told == [
        "SECRET_KEY: each key needs at least 16 characters",
        "PUBLIC_URL: must be https: outside development, or the LMS cannot show it in a frame",
        "STUDIO_CLIENT_ID: is set, but STUDIO_URL is not",
        "STUDIO_ACCESS_TOKEN: is set, but STUDIO_URL is not",
    ]


def test_no_secret_stands_in_what_is_told_or_printed(read, faults):
    secrets = {
        "SECRET_KEY": "a-key-not-to-be-seen",
        "STUDIO_CLIENT_SECRET": "a-client-secret-not-to-be-seen",
        "STUDIO_REFRESH_TOKEN": "a-refresh-token-not-to-be-seen",
        "STUDIO_ACCESS_TOKEN": "an-access-token-not-to-be-seen",
        "DATABASE_URL": "mysql://embed:a-password-not-to-be-seen@host/db",
        "REDIS_URL": "redis://:not-to-be-seen@host",
    }
    assert "not-to-be-seen" not in "".join(faults(**secrets))
    together = secrets | {"DATABASE_URL": "sqlite:////tmp/x"}
    assert "not-to-be-seen" not in "".join(faults(**together))
    good = secrets | {
        "SECRET_KEY": "a-key-that-is-long-and-not-to-be-seen",
        "DATABASE_URL": "postgresql://embed:not-to-be-seen@host/db",
        "STUDIO_URL": "https://school.instructuremedia.com",
    }
    assert "not-to-be-seen" not in repr(read(**good))


@pytest.mark.parametrize("name", ["STUDIO_ACCESS_TOKEN", "STUDIO_REFRESH_TOKEN"])
@pytest.mark.parametrize("token", ["€uro", "two words", "token\n"])
def test_a_token_that_no_header_can_carry_is_refused(faults, name: str, token: str):
    told = faults(STUDIO_URL="https://school.instructuremedia.com", **{name: token})
    assert told == [f"{name}: must be printable ASCII without blanks"]


def test_the_secret_key_is_needed_outside_development(faults):
    (line,) = faults(SECRET_KEY="")
    assert line.startswith("SECRET_KEY: is required outside development; make one with: python3 -c")


@pytest.mark.parametrize("keys", ["short", f"{SECRET},short", "k" * 15])
def test_no_key_may_be_short(faults, keys: str):
    assert faults(SECRET_KEY=keys) == ["SECRET_KEY: each key needs at least 16 characters"]


def test_on_this_very_machine_a_short_key_will_do(read):
    assert read(PUBLIC_URL="http://localhost:8000", SECRET_KEY="short").secret_keys == ("short",)


def test_several_keys_keep_their_order(read):
    assert read(SECRET_KEY=f" {'b' * 32} , {'a' * 32},").secret_keys == ("b" * 32, "a" * 32)


@pytest.mark.parametrize(
    "url",
    [
        "https://embed.example/tools",
        "https://embed.example/?x=1",
        "https://embed.example/#here",
        "https://someone@embed.example",
        "https://embed.example:port",
        "embed.example",
        "https://",
        "https://[embed",
        "javascript:alert(1)",
    ],
)
def test_a_public_url_is_an_origin_and_nothing_else(faults, url: str):
    (line,) = faults(PUBLIC_URL=url)
    assert line.startswith("PUBLIC_URL: ")


def test_an_origin_is_kept_in_its_plain_form(read):
    assert read(PUBLIC_URL="https://Embed.Example:8443/").public_url == "https://embed.example:8443"


@pytest.mark.parametrize(
    ("url", "development"),
    [
        ("http://localhost:8000", True),
        ("http://127.0.0.2:8000", True),
        ("https://localhost.evil.example", False),
        ("https://127.0.0.1.evil.example", False),
    ],
)
def test_development_is_this_very_machine(read, url: str, development: bool):
    assert read(PUBLIC_URL=url).development is development


LTI13 = {
    "STUDIO_LAUNCH_MODE": "lti13",
    "STUDIO_LTI_CLIENT_ID": "studio",
    "STUDIO_LTI_DEPLOYMENT_ID": "1",
    "STUDIO_LTI_LOGIN_URL": "https://studio.example/lti/login",
    "STUDIO_LTI_REDIRECT_URIS": "https://studio.example/a, https://studio.example/b?c=d",
}


@pytest.mark.parametrize(
    ("mode", "needed"),
    [
        ("lti11", ["STUDIO_LTI_KEY", "STUDIO_LTI_SECRET"]),
        ("lti13", [name for name in LTI13 if name != "STUDIO_LAUNCH_MODE"]),
    ],
)
def test_a_launch_mode_names_all_that_it_needs(faults, mode: str, needed: list[str]):
    assert faults(STUDIO_LAUNCH_MODE=mode) == [
        f"{name}: is needed where STUDIO_LAUNCH_MODE is {mode}" for name in needed
    ]


def test_redirect_uris_are_taken_letter_by_letter(read):
    assert read(**LTI13).studio_lti_redirect_uris == (
        "https://studio.example/a",
        "https://studio.example/b?c=d",
    )


@pytest.mark.parametrize("name", ["STUDIO_LTI_LOGIN_URL", "STUDIO_LTI_REDIRECT_URIS"])
@pytest.mark.parametrize(
    "url",
    ["studio.example/lti", "javascript:alert(1)", "https://studio.example/#a", "https://u@h/x"],
)
def test_an_address_of_studio_must_be_a_url(faults, name: str, url: str):
    told = faults(**LTI13 | {name: url})
    assert [line.partition(":")[0] for line in told] == [name]
    assert "must be a URL such as https://studio.example/lti/login" in told[0]


@pytest.mark.parametrize("name", ["STUDIO_LTI_LOGIN_URL", "STUDIO_LTI_REDIRECT_URIS"])
def test_an_http_address_of_studio_is_only_for_tests(read, faults, name: str):
    insecure = LTI13 | {name: "http://studio.example/x"}
    assert faults(**insecure) == [
        f"{name}: must be https: (ALLOW_INSECURE_URLS=1 allows http: in tests)"
    ]
    assert read(**insecure, ALLOW_INSECURE_URLS="1").studio_launch_mode == "lti13"


def test_an_unknown_launch_mode_names_the_known_ones(faults):
    assert faults(STUDIO_LAUNCH_MODE="moodle") == [
        "STUDIO_LAUNCH_MODE: Input should be 'canvas', 'lti11' or 'lti13'"
    ]


def test_the_pace_of_studio_is_a_positive_number(read, faults):
    assert read().studio_calls_per_second == 5
    assert read(STUDIO_CALLS_PER_SECOND="0.5").studio_calls_per_second == 0.5
    for odd in ("0", "-1", "1001", "fast", "nan", "inf"):
        (line,) = faults(STUDIO_CALLS_PER_SECOND=odd)
        assert line.startswith("STUDIO_CALLS_PER_SECOND: Input should be ")


def test_an_http_studio_is_only_for_tests(read, faults):
    url = "http://studio.example"
    assert faults(STUDIO_URL=url) == [
        "STUDIO_URL: must be https: (ALLOW_INSECURE_URLS=1 allows http: in tests)"
    ]
    assert read(STUDIO_URL=url, ALLOW_INSECURE_URLS="1").studio_url == url


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("postgres://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        ("sqlite:////var/lib/embed.sqlite3", "sqlite:////var/lib/embed.sqlite3"),
    ],
)
def test_a_database_is_named_as_people_name_it(read, given: str, kept: str):
    assert read(DATABASE_URL=given).database_url.get_secret_value() == kept


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///file::memory:?cache=shared&uri=true",
        "mysql://h/d",
        "/tmp/x.db",
    ],
)
def test_a_database_that_processes_cannot_share_is_refused(faults, url: str):
    (line,) = faults(DATABASE_URL=url)
    assert line.startswith("DATABASE_URL: ")


def test_an_empty_setting_is_none(read):
    settings = read(CANVAS_HOSTS="", FRAME_ANCESTORS="", REDIS_URL="", STUDIO_LAUNCH_MODE="")
    assert (settings.canvas_hosts, settings.frame_ancestors) == (None, None)
    assert (settings.redis_url, settings.studio_launch_mode) == (None, "canvas")


def test_lists_are_split_at_commas(read):
    settings = read(CANVAS_HOSTS="a.example, *.b.example", FRAME_ANCESTORS="https://a.example")
    assert settings.canvas_hosts == ("a.example", "*.b.example")
    assert settings.frame_ancestors == ("https://a.example",)


def test_the_key_of_development_is_made_once_however_many_start_and_is_its_owners(tmp_path: Path):
    path, together = tmp_path / "instance" / "secret_key", threading.Barrier(8)

    def start(_number: int) -> str:
        together.wait()
        return _made_once(path)

    with ThreadPoolExecutor(8) as pool:
        (key,) = set(pool.map(start, range(8)))
    assert len(key) == 64
    assert _made_once(path) == path.read_text() == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(path.parent.iterdir()) == [path]
