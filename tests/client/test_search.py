"""Search finds what a plain filter finds among the same 200 media, whatever is combined."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from app.studio.search import MediaSearch, read_search
from app.studio.shapes import Media
from tests.client.reaching import Reach

ROUNDS = 150
SEED = 20260301
DATES = ("start_date", "end_date")
SPANS = {
    "": "created_at",
    "last_viewed_": "last_viewed",
    "last_viewed_by_student_": "last_viewed_by_student",
}


@pytest.fixture(scope="module")
def media(built: Reach) -> list[Media]:
    """All that a search can find, and what makes it fit."""
    return list(built.client().list_media())


@pytest.fixture(scope="module")
def tags(built: Reach, media: list[Media]) -> dict[int, set[str]]:
    """The tags of each media, which Studio's lists do not show."""
    catalogue = built.studio.catalogue
    return {
        one.id: {tag["name"].casefold() for tag in catalogue.list_tags(one.id)} for one in media
    }


def _day(moment: str | None) -> date | None:
    return None if moment is None else date.fromisoformat(moment[:10])


def _fits(media: Media, tags: set[str], wanted: MediaSearch) -> bool:
    """The plain filter: it takes nothing from the client and nothing from the sandbox."""
    for prefix, field in SPANS.items():
        first, last = (getattr(wanted, prefix + name) for name in DATES)
        day = _day(getattr(media, field))
        if (first or last) and day is None:
            return False
        if (first and day < first) or (last and day > last):  # type: ignore[operator]
            return False
    for limit, sign in ((wanted.min_size, 1), (wanted.max_size, -1)):
        if limit is not None and (media.size is None or (media.size - limit) * sign < 0):
            return False
    email = media.owner.email if media.owner else None
    return (
        (wanted.title or "").casefold() in (media.title or "").casefold()
        and (wanted.owner is None or wanted.owner.casefold() == (email or "").casefold())
        and (wanted.tag is None or wanted.tag.casefold() in tags)
        and wanted.source in (None, media.source)
    )


def _some_filters(
    chance: random.Random, media: list[Media], tags: dict[int, set[str]]
) -> dict[str, Any]:
    """Up to four filters, drawn from what some media have, so that often something fits."""
    example, other = chance.choice(media), chance.choice(media)
    size = example.size or 1_000_000
    words = [word for word in (example.title or "").split() if word.isprintable()] or ["x"]
    drawn: dict[str, Any] = {
        "title": chance.choice(words)[: chance.randint(1, 8)],
        "min_size": size + chance.choice((-1, 0, 1)),
        "max_size": size + chance.choice((-1, 0, 1, 10**9)),
        "owner": example.owner and example.owner.email,
        "tag": chance.choice(sorted(tags[example.id]) or ["no such tag"]),
        "source": example.source,
    }
    for prefix, field in SPANS.items():
        day = _day(getattr(example, field)) or _day(other.created_at)
        assert day is not None
        days = sorted(day + timedelta(days=chance.choice((-200, -1, 0, 1, 200))) for _ in DATES)
        drawn |= {prefix + name: day for name, day in zip(DATES, days, strict=True)}
    return dict(chance.sample(sorted(drawn.items()), chance.randint(0, 4)))


def test_search_finds_what_a_plain_filter_finds(
    reach: Reach, media: list[Media], tags: dict[int, set[str]]
):
    chance, client, hits = random.Random(SEED), reach.client(), 0
    for _ in range(ROUNDS):
        filters = _some_filters(chance, media, tags)
        wanted = read_search(filters)
        found = [one.id for one in client.list_media(wanted)]
        assert found == [one.id for one in media if _fits(one, tags[one.id], wanted)], filters
        page = client.search(wanted, per_page=1)
        assert page.meta is not None
        assert page.meta.total_count == len(found)
        hits += 0 < len(found) < len(media)
    assert hits > ROUNDS / 3


@pytest.mark.parametrize("field", MediaSearch.model_fields)
def test_each_filter_alone_tells_some_from_others(
    reach: Reach, media: list[Media], tags: dict[int, set[str]], field: str
):
    chance, client, counts = random.Random(SEED), reach.client(), set()
    for _ in range(60):
        drawn = _some_filters(chance, media, tags)
        if field in drawn:
            wanted = read_search({field: drawn[field]})
            found = [one.id for one in client.list_media(wanted)]
            assert found == [one.id for one in media if _fits(one, tags[one.id], wanted)], wanted
            counts.add(len(found))
    assert counts - {0, len(media)}


def test_there_are_two_hundred_media_and_the_odd_ones_among_them(media: list[Media]):
    assert 180 <= len(media) <= 200
    assert any(one.size is None for one in media)
    assert any(one.last_viewed is None for one in media)
    assert any(not (one.title or "").isascii() for one in media)
