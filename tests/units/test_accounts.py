"""Which account is the default one, which platform is at home, and what may be pasted as a code."""

import pytest
import sqlalchemy as sa

from app.core import accounts, connecting, platforms
from app.core.platforms import Registration
from app.db import Database
from app.errors import AccountError, EmbedError
from app.models import studio_account

FIRST, SECOND, THIRD = "https://first.example", "https://second.example", "https://third.example"


@pytest.fixture
def numbers(db: Database) -> dict[str, int]:
    """Three accounts, and as many platforms, by their names; nothing is bound."""
    found = {}
    with db.writing() as connection:
        for url in (FIRST, SECOND, THIRD):
            made = sa.insert(studio_account).values(url=url).returning(studio_account.c.id)
            found[url] = connection.execute(made).scalar_one()
    for name in ("a", "b", "c"):
        registration = Registration(client_id="1", auth_login_url="a", key_set_url="k")
        platforms.import_platforms(db, [(name, registration)])
        found[name] = platforms.get_platform(db, name, None).id
    return found


def _homes(db: Database, url: str, studio_url: str | None = None) -> list[str]:
    account = accounts.find_account_at(db, url)
    return [name for name in "abc" if accounts.is_home(db, account, name, "1", studio_url)]


def test_the_default_account_is_that_of_the_setting_else_the_oldest(
    db: Database, numbers: dict[str, int]
):
    found = [
        accounts.find_default_account(db, url) for url in (None, SECOND, "https://none.example")
    ]
    assert [row and row.id for row in found] == [numbers[FIRST], numbers[SECOND], None]


def test_an_account_is_named_by_number_host_or_url(db: Database, numbers: dict[str, int]):
    host = FIRST.removeprefix("https://")
    for named in (str(numbers[FIRST]), host, host.upper(), FIRST, f"{FIRST}/"):
        assert accounts.get_account(db, named).id == numbers[FIRST]


@pytest.mark.parametrize("named", ["0", str(2**31), str(2**63), "9" * 5000, "none.example", ""])
def test_what_names_no_account_is_told(db: Database, named: str):
    with pytest.raises(EmbedError, match="There is no Studio account"):
        accounts.get_account(db, named)


def test_at_home_is_the_first_platform_that_is_bound_and_in_the_default_account_any_unbound_one(
    db: Database, numbers: dict[str, int]
):
    for name in ("b", "c"):
        accounts.bind_platform(db, numbers[name], numbers[SECOND])
    assert _homes(db, SECOND) == ["b"]
    assert _homes(db, FIRST) == ["a"]
    assert _homes(db, THIRD) == []
    accounts.bind_platform(db, numbers["c"], numbers[THIRD])
    assert _homes(db, THIRD) == ["c"]


def test_another_default_account_has_the_unbound_platforms(db: Database, numbers: dict[str, int]):
    accounts.bind_platform(db, numbers["b"], numbers[SECOND])
    assert _homes(db, SECOND, SECOND) == ["a"]
    assert _homes(db, FIRST, SECOND) == []


def test_a_platform_that_is_bound_elsewhere_stays_at_home_for_good(
    db: Database, numbers: dict[str, int]
):
    assert _homes(db, FIRST) == ["a"]
    accounts.bind_platform(db, numbers["a"], numbers[SECOND])
    assert _homes(db, FIRST) == ["a"]
    assert _homes(db, SECOND) == ["a"]


@pytest.mark.parametrize(
    "text",
    [
        "c-1",
        "https://x.example/back?code=c-1",
        "https://x.example/back?a=1&code=c-1#x",
        "?code=c-1",
        "https://[x?code=c-1",
    ],
)
def test_a_code_is_read_alone_and_out_of_an_address(text: str):
    assert connecting.read_pasted(text) == "c-1"


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("", "connect-unreadable"),
        (" ", "connect-unreadable"),
        ("https://x.example/?state=1", "connect-unreadable"),
        ("x" * 5000, "connect-unreadable"),
        ("https://x.example/?error=access_denied&code=c", "connect-denied"),
    ],
)
def test_what_holds_no_code_is_refused(text: str, slug: str):
    with pytest.raises(AccountError) as caught:
        connecting.read_pasted(text)
    assert caught.value.slug == slug
