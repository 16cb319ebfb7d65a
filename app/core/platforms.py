"""The platforms that may launch, and their deployments; and how they are read from a file."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from pydantic import AfterValidator, BaseModel, StringConstraints, ValidationError
from sqlalchemy import Connection

from app.core.memory import Memory, changing
from app.db import Database, insert_into
from app.errors import ServiceError
from app.inputs import is_id, origin_of
from app.models import deployment, platform


def _keepable(text: str) -> str:
    if not is_id(text):
        raise ValueError("holds what cannot be printed")
    return text


Short = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_keepable)]
_PLATFORM_COLUMNS = [column for column in platform.c if column.name != "created_at"]
_OF_ISSUER = platform.c.issuer == sa.bindparam("issuer")
_OF_CLIENT = platform.c.client_id == sa.bindparam("client_id")
_BY_ISSUER = sa.select(*_PLATFORM_COLUMNS).where(_OF_ISSUER).limit(2)
_BY_CLIENT = sa.select(*_PLATFORM_COLUMNS).where(_OF_ISSUER, _OF_CLIENT)
_BY_ID = sa.select(*_PLATFORM_COLUMNS).where(platform.c.id == sa.bindparam("id"))
_DEPLOYMENT = sa.select(deployment.c.deployment_id).where(
    deployment.c.platform_id == sa.bindparam("platform_id"),
    deployment.c.deployment_id == sa.bindparam("deployment_id"),
)


class PlatformFaultError(ServiceError):
    """A platform that cannot be used as it is described."""

    def __init__(self, title: str, hint: str = "Please mend it and try again.") -> None:
        super().__init__("platform", 400, title, hint)


@dataclass(frozen=True)
class Platform:
    """A registration: one client id of one issuer; `account_id` None: of the default account."""

    id: int
    issuer: str
    client_id: str
    auth_login_url: str
    auth_token_url: str | None
    auth_audience: str | None
    key_set_url: str
    any_deployment: bool
    account_id: int | None = None

    @property
    def names(self) -> tuple[str, str]:
        """What tells one platform from another: its issuer, and our client id there."""
        return self.issuer, self.client_id

    @cached_property
    def login_origin(self) -> str:
        """Origin of its authorization endpoint."""
        return origin_of(self.auth_login_url) or ""

    @cached_property
    def origins(self) -> frozenset[str]:
        """The origins of its issuer, where that is a URL, and of its authorization endpoint."""
        found = (origin_of(url) for url in (self.issuer, self.auth_login_url))
        return frozenset(origin for origin in found if origin)

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The same, as hosts."""
        return frozenset(urlsplit(origin).hostname or "" for origin in self.origins)


class Registration(BaseModel):
    """A platform as an admin or `PLATFORMS_FILE` describes it (PyLTI1p3's JSON format)."""

    client_id: Short
    auth_login_url: str
    key_set_url: str
    auth_token_url: str | None = None
    auth_audience: str | None = None
    deployment_ids: list[Short] | None = None


def read_registration(issuer: str, fields: Any, *, allow_insecure: bool) -> Registration:
    """Read how a platform is described; raises `PlatformFaultError` naming the field."""
    if not is_id(issuer):
        raise PlatformFaultError("An issuer has 1 to 255 characters that can be printed.")
    if isinstance(fields, dict) and fields.get("key_set"):
        raise PlatformFaultError(
            f"{issuer}: `key_set` inside the file is not supported: give `key_set_url`."
        )
    try:
        registration = Registration.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "entry"
        raise PlatformFaultError(f"{issuer}: `{field}`: {first['msg']}.") from None
    for name in ("auth_login_url", "key_set_url", "auth_token_url"):
        url = getattr(registration, name)
        if url is not None and (fault := _url_fault(url, allow_insecure=allow_insecure)):
            raise PlatformFaultError(f"{issuer}: `{name}` {fault}.")
    return registration


def _url_fault(url: str, *, allow_insecure: bool) -> str | None:
    if (origin := origin_of(url)) is None:
        return "is no URL"
    return "must be an https URL" if origin.startswith("http:") and not allow_insecure else None


def save_platform(connection: Connection, issuer: str, registration: Registration) -> int:
    """Add a platform, or update the one with this issuer and client id; gives its id.

    Deployments are added, never removed. An empty list, or none for a new platform, accepts
    any; none for a known one changes nothing.
    """
    values: dict[str, Any] = {
        "auth_login_url": registration.auth_login_url,
        "auth_token_url": registration.auth_token_url,
        "auth_audience": registration.auth_audience,
        "key_set_url": registration.key_set_url,
    }
    if registration.deployment_ids is not None:
        values["any_deployment"] = not registration.deployment_ids
    new = {"issuer": issuer, "client_id": registration.client_id, "any_deployment": True}
    new |= {**values, "created_at": datetime.now(UTC)}
    saved = insert_into(connection, platform).values(new)
    saved = saved.on_conflict_do_update(index_elements=["issuer", "client_id"], set_=values)
    platform_id: int = connection.execute(saved.returning(platform.c.id)).scalar_one()
    for deployment_id in registration.deployment_ids or ():
        add_deployment(connection, platform_id, deployment_id)
    return platform_id


def add_deployment(
    connection: Connection,
    platform_id: int,
    deployment_id: str,
    recorded_at: datetime | None = None,
) -> None:
    """Add a deployment that is not there yet."""
    row = {
        "platform_id": platform_id,
        "deployment_id": deployment_id,
        "recorded_at": recorded_at,
    }
    insert = insert_into(connection, deployment).values(row)
    connection.execute(insert.on_conflict_do_nothing())


def list_platforms(db: Database) -> list[Platform]:
    """Give every platform, oldest first."""
    with db.reading() as connection:
        rows = connection.execute(sa.select(*_PLATFORM_COLUMNS).order_by(platform.c.id))
        return [Platform(**row._mapping) for row in rows]


def list_deployments(db: Database, platform_id: int) -> list[Any]:
    """Give the deployments of a platform."""
    with db.reading() as connection:
        of_platform = deployment.c.platform_id == platform_id
        return list(connection.execute(sa.select(deployment).where(of_platform)))


def get_platform(db: Database, issuer: str, client_id: str | None) -> Platform:
    """Give a platform as an admin names it; raises `PlatformFaultError`."""
    if (found := find_platform(db, issuer, client_id)) is not None:
        return found
    which = f"client id {client_id}" if client_id else "just one client id"
    raise PlatformFaultError(
        f"There is no platform {issuer} with {which}.",
        "`flask platforms list` shows those that are there.",
    )


def find_platform(db: Database, issuer: str, client_id: str | None) -> Platform | None:
    """Find a platform; without a client id only where its issuer has just one."""
    query = _BY_ISSUER if client_id is None else _BY_CLIENT
    with db.reading() as connection:
        rows = connection.execute(query, {"issuer": issuer, "client_id": client_id}).all()
    return Platform(**rows[0]._mapping) if len(rows) == 1 else None


def find_platform_by_id(db: Database, platform_id: int) -> Platform | None:
    """Find a platform by its number, which no other one ever has."""
    with db.reading() as connection:
        row = connection.execute(_BY_ID, {"id": platform_id}).one_or_none()
    return None if row is None else Platform(**row._mapping)


def accepts_deployment(memory: Memory, found: Platform, deployment_id: str) -> bool:
    """Whether launches of this deployment are accepted."""
    if found.any_deployment:
        return True
    return memory.recall(_find_deployment, found.id, deployment_id) is not None


def record_deployment(memory: Memory, platform_id: int, deployment_id: str) -> None:
    """Record a deployment that was accepted, where it is not known yet."""
    if memory.recall(_find_deployment, platform_id, deployment_id) is None:
        with memory.db.writing() as connection:
            add_deployment(connection, platform_id, deployment_id, datetime.now(UTC))


def _find_deployment(db: Database, platform_id: int, deployment_id: str) -> str | None:
    asked = {"platform_id": platform_id, "deployment_id": deployment_id}
    with db.reading() as connection:
        found: str | None = connection.execute(_DEPLOYMENT, asked).scalar_one_or_none()
    return found


def remove_platform(db: Database, platform_id: int) -> None:
    """Remove a platform with its deployments and course links; embeds stay."""
    with changing(db) as connection:
        connection.execute(sa.delete(platform).where(platform.c.id == platform_id))


def read_platforms_file(path: Path, *, allow_insecure: bool) -> list[tuple[str, Registration]]:
    """Read PyLTI1p3's JSON format; raises `PlatformFaultError` with one sentence."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PlatformFaultError(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise PlatformFaultError(f"{path} is no JSON: {error}.") from None
    if not isinstance(content, dict):
        raise PlatformFaultError(f"{path} must hold an object whose names are issuers.")
    return [
        (issuer, read_registration(issuer, entry, allow_insecure=allow_insecure))
        for issuer, entries in content.items()
        for entry in (entries if isinstance(entries, list) else [entries])
    ]


def import_platforms(db: Database, read: Iterable[tuple[str, Registration]]) -> int:
    """Add and update what a file holds, all or nothing; gives how many platforms it held."""
    count = 0
    with changing(db) as connection:
        for issuer, registration in read:
            save_platform(connection, issuer, registration)
            count += 1
    return count
