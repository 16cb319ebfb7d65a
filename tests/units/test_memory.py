"""What was looked up is kept until any process changes it, and is asked for once till then."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.core import accounts, courses, embeds, platforms
from app.core.account_setup import Description, save_account
from app.core.memory import LONGEST, NUMBER, Memory, changing
from app.core.platforms import Registration
from app.crypto import Vault
from app.db import Database
from app.models import embed, studio_account

ISSUER = "https://lms.example"
FIELDS = {"client_id": "1", "auth_login_url": f"{ISSUER}/a", "key_set_url": f"{ISSUER}/k"}


class Counted:
    """A look-up that counts how often it is made."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers, self.asked = answers, 0

    def __call__(self, _db: Database, name: str) -> str | None:
        self.asked += 1
        return self.answers.get(name)


def number(db: Database) -> int:
    with db.reading() as connection:
        found: int = connection.execute(NUMBER).scalar_one()
    return found


def test_what_was_found_is_asked_for_once_and_what_was_not_each_time(db: Database):
    memory, find = Memory(db), Counted({"a": "1"})
    assert [memory.recall(find, "a") for _ in range(3)] == ["1", "1", "1"]
    assert find.asked == 1
    assert [memory.recall(find, "b") for _ in range(3)] == [None, None, None]
    assert find.asked == 4


def test_a_change_of_another_process_is_seen_by_its_number(db: Database):
    memory, find = Memory(db), Counted({"a": "1"})
    memory.see(number(db), time.monotonic())
    memory.recall(find, "a")
    find.answers["a"] = "2"
    memory.see(number(db), time.monotonic())
    assert memory.recall(find, "a") == "1"
    with changing(db):
        pass
    memory.see(number(db), time.monotonic())
    assert memory.recall(find, "a") == "2"


def test_whoever_only_looks_sees_a_change_within_a_moment(db: Database):
    memory, find = Memory(db), Counted({"a": "1"})
    memory.look()
    memory.recall(find, "a")
    find.answers["a"] = "2"
    with changing(db):
        changed = time.monotonic()
    while memory.recall(find, "a") == "1":
        memory.look()
        assert time.monotonic() < changed + 5
    assert memory.recall(find, "a") == "2"


def test_a_change_that_is_taken_back_changes_nothing(db: Database):
    before = number(db)
    with pytest.raises(ZeroDivisionError), changing(db):
        raise ZeroDivisionError
    assert number(db) == before


def test_what_was_looked_up_before_a_change_is_not_kept_after_it(db: Database):
    memory = Memory(db)

    def find(_db: Database, _name: str) -> str:
        memory.see(-1, time.monotonic())  # as another thread does meanwhile
        return "old"

    assert memory.recall(find, "a") == "old"
    assert memory._kept == {}


def test_no_more_is_kept_than_there_is_room_for(db: Database):
    memory, find = Memory(db), Counted({str(each): "x" for each in range(LONGEST + 10)})
    for each in range(LONGEST + 10):
        memory.recall(find, str(each))
    assert len(memory._kept) == 10


def _add(db: Database) -> int:
    platforms.import_platforms(db, [(ISSUER, Registration(**FIELDS))])
    return platforms.get_platform(db, ISSUER, None).id


def _account(db: Database) -> int:
    with db.writing() as connection:
        connection.execute(sa.insert(studio_account).values(id=1, url="https://s.example"))
    return 1


def _embed(db: Database) -> int:
    now = datetime.now(UTC)
    row = {"account_id": _account(db), "media_id": 5, "course_id": 7, "embed_type": "embed"}
    row |= {"downloadable": False, "launch_url": "https://s.example/lti/launch", "id": 9}
    row |= {"created_at": now, "made_at": now, "uncertain": False}
    with db.writing() as connection:
        connection.execute(sa.insert(embed).values(row))
    return 9


def _adding(db: Database) -> Callable[[], object]:
    return lambda: _add(db)


def _updating(db: Database) -> Callable[[], object]:
    _add(db)
    return lambda: _add(db)


def _removing(db: Database) -> Callable[[], object]:
    found = _add(db)
    return lambda: platforms.remove_platform(db, found)


def _linking(db: Database) -> Callable[[], object]:
    found = _add(db)
    return lambda: courses.link_course(db, found, "c", 5)


def _pinning(db: Database) -> Callable[[], object]:
    found, options = _add(db), {"by_placement": False, "by_instructor": True}
    return lambda: courses.resolve_course(Memory(db), found, "c", "5", **options)


def _naming_home(db: Database) -> Callable[[], object]:
    account = _account(db)
    return lambda: accounts.set_home(db, account, ISSUER, "1")


def _binding(db: Database) -> Callable[[], object]:
    found, account = _add(db), _account(db)
    return lambda: accounts.bind_platform(db, found, account)


def _setting_up(db: Database) -> Callable[[], object]:
    described = Description(url="https://s.example", launch_mode="canvas")
    return lambda: save_account(db, Vault(("k" * 32,)), described)


def _finding_home(db: Database) -> Callable[[], object]:
    _add(db)
    _account(db)
    account = accounts.find_default_account(db, "https://s.example")
    return lambda: accounts.is_home(db, account, ISSUER, "1", None)


def _forgetting(db: Database) -> Callable[[], object]:
    found = _embed(db)
    return lambda: embeds.forget_embed(db, found)


@pytest.mark.parametrize(
    "prepare",
    [
        _adding,
        _updating,
        _removing,
        _linking,
        _pinning,
        _naming_home,
        _binding,
        _setting_up,
        _finding_home,
        _forgetting,
    ],
)
def test_whatever_changes_what_launches_look_up_counts_the_number_up(
    db: Database, prepare: Callable[[Database], Callable[[], object]]
):
    change = prepare(db)
    before = number(db)
    change()
    assert number(db) == before + 1
