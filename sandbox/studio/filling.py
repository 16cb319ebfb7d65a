"""Which media are put into an empty Studio, or added to one that is to have more."""

from sandbox.studio.catalogue import Catalogue
from sandbox.studio.database import Database
from sandbox.studio.generated import generated_entries
from sandbox.studio.people import People
from sandbox.studio.starting import first_entries
from sandbox.studio.troubled import troubled_entries


def fill(catalogue: Catalogue, database: Database, people: People, count: int) -> None:
    """Fill up to `count` media, counting those that were deleted since; fewer are not taken away.

    The media that are named in the code come first and are always there.
    """
    kept = database.find_kept("generated")
    if kept is None:
        catalogue.add((*first_entries(people), *troubled_entries(people)))
    start, named = int(kept or 0), len(first_entries(people)) + len(troubled_entries(people))
    end = max(start, count - named)
    if kept is None or end > start:
        catalogue.add(generated_entries(people, start, end))
        database.keep(generated=str(end))
