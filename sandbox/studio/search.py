"""Search: what may be asked for, and one page of what is found."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.studio.lookup import readable
from sandbox.studio.media import Media
from sandbox.studio.operations import ApiError


class Search(BaseModel):
    """The parameters offered here; the vendor's others are refused rather than ignored."""

    model_config = ConfigDict(extra="forbid")

    title: str = ""
    owner: str = ""
    page: Annotated[int, Field(ge=1)] = 1
    per_page: Annotated[int, Field(ge=1, le=50)] = 20

    def finds(self, media: Media) -> bool:
        """Say whether the media fits all that was asked."""
        return self.title.casefold() in media.title.casefold() and self.owner.casefold() in (
            "",
            media.owner.email.casefold(),
        )


def read_search(parameters: Mapping[str, str]) -> Search:
    """Read the query's parameters, or refuse with 422."""
    try:
        return Search.model_validate(dict(parameters))
    except ValidationError as error:
        raise ApiError(422, readable(error)) from error


def search_page(media: list[Media], search: Search, studio_url: str) -> dict[str, object]:
    """Give the asked page, with its place among all pages."""
    found = [one for one in media if search.finds(one)]
    start = (search.page - 1) * search.per_page
    return {
        "media": [one.as_json(studio_url) for one in found[start : start + search.per_page]],
        "meta": {
            "current_page": search.page,
            "last_page": max(1, -(-len(found) // search.per_page)),
            "total_count": len(found),
        },
    }
