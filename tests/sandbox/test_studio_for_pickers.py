"""The small Studio has, for Ines, one of each media that a picker must be able to show."""

from collections.abc import Callable

import pytest

from sandbox.studio import StudioSettings, create_studio
from sandbox.studio.media import Media

STUDIO = create_studio(StudioSettings(url="http://127.0.0.2:9")).extensions["studio"]
INES = 4071


def by_id(media_id: int) -> Media:
    found = STUDIO.catalogue.find(media_id)
    assert isinstance(found, Media)
    return found


@pytest.mark.parametrize(
    ("media_id", "is_so"),
    [
        (260854, lambda media: media.has_thumbnail),
        (262118, lambda media: not media.has_thumbnail and "sound only" in media.title),
        (263951, lambda media: media.transcoding_status == "transcoding_started"),
        (263957, lambda media: media.transcoding_status == "transcoding_failed"),
        (263962, lambda media: media.source == "youtube" and media.is_external),
        (263975, lambda media: STUDIO.catalogue.list_captions(media.id) == []),
        (263981, lambda media: media.is_archived),
    ],
)
def test_ines_owns_one_of_each(media_id: int, is_so: Callable[[Media], bool]) -> None:
    media = by_id(media_id)
    assert (media.owner.id, is_so(media)) == (INES, True)


@pytest.mark.parametrize(
    ("media_id", "direct", "allowed"), [(262590, [INES], "view"), (264011, [882], "view")]
)
def test_others_share_with_her_directly_and_through_a_group(
    media_id: int, direct: list[int], allowed: str
) -> None:
    media = by_id(media_id)
    assert media.owner.id != INES
    assert [share.holder.id for share in STUDIO.catalogue.list_shares(media_id)] == direct
    users = {person.id: may for person, may in STUDIO.catalogue.list_users(media)}
    assert users[INES] == allowed
