"""How the files of media are served, which `POST /_sandbox/files` sets."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints


class Serving(BaseModel):
    """The body of the order; it replaces the one before."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    ranges: bool = True
    """Whether a part of a file can be asked for."""
    version: Annotated[str, StringConstraints(pattern="^[a-z0-9]+$")] | None = None
    """The ETag of every file, as if they had changed; null makes it from the file."""
