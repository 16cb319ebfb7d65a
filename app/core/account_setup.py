"""How a Studio account is described, by an admin's command or by the environment, and saved.

What a description leaves out stays as it is. Secrets and tokens lie in the database encrypted.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import BaseModel, SecretStr, StringConstraints, ValidationError
from sqlalchemy import Connection

from app.core.memory import changing
from app.core.platforms import Short
from app.crypto import Vault, fingerprint
from app.db import Database, insert_into
from app.errors import ServiceError
from app.models import studio_account
from app.settings import Settings
from app.settings.launch_modes import NEEDED, LaunchMode
from app.settings.values import Origin, Url

_PLAIN = ("client_id", "launch_mode", "lti_key", "lti_client_id", "lti_deployment_id")
_SECRET = ("client_secret", "lti_secret")


class AccountFaultError(ServiceError):
    """A Studio account that cannot be used as it is described."""

    def __init__(self, title: str, hint: str = "Please mend it and try again.") -> None:
        super().__init__("studio-account", 400, title, hint)


class Description(BaseModel):
    """A Studio account as it shall be; None (no redirect URI) is what stays as it is."""

    url: Annotated[Origin, StringConstraints(max_length=255)]
    client_id: Short | None = None
    client_secret: SecretStr | None = None
    launch_mode: LaunchMode | None = None
    lti_key: Short | None = None
    lti_secret: SecretStr | None = None
    lti_client_id: Short | None = None
    lti_deployment_id: Short | None = None
    lti_login_url: Url | None = None
    lti_redirect_uris: tuple[Url, ...] = ()


def read_description(fields: dict[str, Any], *, allow_insecure: bool) -> Description:
    """Read how an account is described; raises `AccountFaultError` naming the field.

    No value stands in its text: it may be a secret.
    """
    try:
        described = Description.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        raise AccountFaultError(f"`{first['loc'][0]}`: {first['msg']}.") from None
    urls = [("url", described.url), ("lti_login_url", described.lti_login_url)]
    urls += [("lti_redirect_uris", uri) for uri in described.lti_redirect_uris]
    for name, url in urls:
        if url and not url.startswith("https:") and not allow_insecure:
            raise AccountFaultError(f"`{name}` must be an https URL.")
    return described


def _describe_default(settings: Settings) -> Description | None:
    """Read the account of the environment; None where that names none."""
    if settings.studio_url is None:
        return None
    names = set(Description.model_fields) - {"launch_mode"}
    fields = {name: getattr(settings, f"studio_{name}") for name in names}
    if "studio_launch_mode" in settings.model_fields_set:
        fields["launch_mode"] = settings.studio_launch_mode
    return read_description(fields, allow_insecure=settings.allow_insecure_urls)


def save_account(db: Database, vault: Vault, described: Description) -> Any:
    """Add an account, or update the one with this URL; gives its row.

    Raises `AccountFaultError` where its launch mode lacks something, or its client id of `lti13`
    is another account's.
    """
    with changing(db) as connection:
        return _save(connection, vault, described)


def prepare_default_account(db: Database, vault: Vault, settings: Settings) -> None:
    """Make or update the account of the environment, and give it the tokens that changed there.

    After a rotation the kept tokens are newer than those of the environment, so these count
    only where the account never had any, or where they are others than last time.
    Raises `AccountFaultError`.
    """
    if (described := _describe_default(settings)) is None:
        return
    refresh, access = (
        None if value is None else value.get_secret_value()
        for value in (settings.studio_refresh_token, settings.studio_access_token)
    )
    environment = fingerprint(refresh, access)
    with changing(db) as connection:
        row = _save(connection, vault, described)
        has_none = row.refresh_token is None and row.access_token is None
        never = has_none and row.disconnected_at is None
        if (refresh or access) and (never or row.environment != environment):
            tokens = {
                "refresh_token": None if refresh is None else vault.encrypt(refresh),
                "access_token": None if access is None else vault.encrypt(access),
                "access_expires_at": None,
                "connected_at": datetime.now(UTC),
                "disconnected_at": None,
                "environment": environment,
            }
            same = studio_account.c.id == row.id
            connection.execute(sa.update(studio_account).where(same).values(tokens))


def _save(connection: Connection, vault: Vault, described: Description) -> Any:
    here = sa.select(studio_account).where(studio_account.c.url == described.url)
    if connection.execute(here).one_or_none() is None:
        insert = insert_into(connection, studio_account).values(url=described.url)
        connection.execute(insert.on_conflict_do_nothing())
    if values := _columns(vault, described):
        _check_tool(connection, described)
        update = sa.update(studio_account).where(studio_account.c.url == described.url)
        connection.execute(update.values(values))
    saved = connection.execute(here).one()
    missing = [name for name in NEEDED.get(saved.launch_mode, ()) if not getattr(saved, name)]
    if missing:
        raise AccountFaultError(
            f"The launch mode {saved.launch_mode} of {saved.url} needs: {', '.join(missing)}."
        )
    return saved


def _columns(vault: Vault, described: Description) -> dict[str, Any]:
    """Give what a description says, as it lies in the database."""
    plain = {name: getattr(described, name) for name in _PLAIN}
    plain["lti_login_url"] = described.lti_login_url
    plain["lti_redirect_uris"] = "\n".join(described.lti_redirect_uris)
    values: dict[str, Any] = {name: value for name, value in plain.items() if value}
    for name in _SECRET:
        if (secret := getattr(described, name)) is not None:
            values[name] = vault.encrypt(secret.get_secret_value())
    return values


def _check_tool(connection: Connection, described: Description) -> None:
    others = sa.select(studio_account.c.url).where(
        studio_account.c.lti_client_id == described.lti_client_id,
        studio_account.c.url != described.url,
    )
    if described.lti_client_id and (url := connection.execute(others).scalar_one_or_none()):
        raise AccountFaultError(f"`lti_client_id`: {described.lti_client_id} is that of {url}.")
