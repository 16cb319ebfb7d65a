"""Registering an LMS: ask it who it is, tell it who we are, keep what it answers.

1. Its configuration is fetched. Canvas leads from one address to the next, and wants the
   registration token at each; that goes nowhere but to the origin that gave it, and to the
   registration endpoint that this origin names.
2. What it says of itself is compared with what is known: an issuer keeps its keys.
3. Our metadata are posted to its registration endpoint, once. What does not come back may have
   been obeyed.
4. The platform is saved and the invite used up, in one transaction, which looks again at 2.

Source: https://www.imsglobal.org/spec/lti-dr/v1p0
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin

import sqlalchemy as sa
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    field_validator,
)
from sqlalchemy.exc import DBAPIError

from app.core import invites, platforms
from app.core import registration_refusals as refusals
from app.core.memory import changing
from app.core.openid_configuration import OpenidConfiguration, is_address, read_configuration
from app.core.platforms import Registration, Short
from app.db import Database
from app.errors import RegistrationError
from app.http import (
    Answer,
    AnswerLostError,
    AnswerTimeoutError,
    AnswerTooLongError,
    OutgoingError,
)
from app.inputs import origin_of
from app.models import platform

TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
CONFIGURATION_SECONDS = 10.0
REGISTRATION_SECONDS = 20.0
MOST_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
SAID_YES = frozenset({200, 201})
UNAVAILABLE = 503
"""Of the errors of a server the only one that says that nothing was done."""

_WORD = re.compile(r"[A-Za-z0-9_]{1,64}", re.ASCII)

Ask = Callable[..., Answer]
"""`(method, url, seconds, headers=…, json=…)`; raises `OutgoingError`."""


class Registered(BaseModel):
    """How an LMS calls us; `deployment_id` None: it is deployed later."""

    model_config = ConfigDict(coerce_numbers_to_str=True, frozen=True)

    client_id: Short
    deployment_id: Short | None = Field(None, alias=TOOL_CONFIGURATION)

    @field_validator("deployment_id", mode="wrap")
    @classmethod
    def _read_deployment(
        cls, tool_configuration: Any, read: ValidatorFunctionWrapHandler
    ) -> str | None:
        """One that cannot be used is as good as none: the LMS has registered us all the same."""
        found = isinstance(tool_configuration, dict) and tool_configuration.get("deployment_id")
        try:
            deployment_id: str | None = read(found or None)
        except ValidationError:
            return None
        return deployment_id


def fetch_configuration(
    ask: Ask, url: str, token: str | None, *, insecure: bool
) -> OpenidConfiguration:
    """Ask an LMS who it is; raises `RegistrationError`."""
    origin, end = origin_of(url), time.monotonic() + CONFIGURATION_SECONDS
    for _ in range(MOST_REDIRECTS + 1):
        if not is_address(url, insecure=insecure) or origin_of(url) != origin:
            raise refusals.unreachable("it is not under the https address that was given")
        try:
            answer = ask("GET", url, max(0.1, end - time.monotonic()), headers=_headers(token))
        except OutgoingError as error:
            raise refusals.unreachable(str(error)) from None
        if answer.status not in REDIRECTS:
            break
        url = _join(url, answer.headers.get("location", ""))
    if answer.status != 200:
        raise refusals.not_configured(answer.status)
    return read_configuration(url, answer.body, insecure=insecure)


def check_known(db: Database, configuration: OpenidConfiguration) -> int:
    """Give how many client ids an issuer has here.

    Raises `RegistrationError` where it has other endpoints than it had.
    """
    with db.reading() as connection:
        return _check_known(connection, configuration)


def register(
    ask: Ask, configuration: OpenidConfiguration, token: str | None, metadata: Mapping[str, Any]
) -> Registered:
    """Tell an LMS who we are; raises `RegistrationError`, also where it is not known how it went.

    Security: the caller holds the invite, and has checked what is known of the issuer.
    """
    url = configuration.registration_endpoint
    try:
        answer = ask("POST", url, REGISTRATION_SECONDS, headers=_headers(token), json=metadata)
    except (AnswerTimeoutError, AnswerLostError) as error:
        raise refusals.unheard(str(error)) from None
    except AnswerTooLongError:
        raise refusals.without_client_id() from None
    except OutgoingError as error:
        raise refusals.unreachable(str(error)) from None
    if answer.status >= 500 and answer.status != UNAVAILABLE:
        raise refusals.unheard(f"the registration endpoint answered {answer.status}")
    if answer.status not in SAID_YES:
        raise refusals.not_accepted(answer.status, _read_error(answer.body))
    try:
        return Registered.model_validate(json.loads(answer.body))
    except (ValueError, RecursionError):
        raise refusals.without_client_id() from None


def save(
    db: Database, invite: str, configuration: OpenidConfiguration, registered: Registered
) -> int:
    """Save the platform and use the invite up, both or neither; gives the platform's number.

    A client id that is there already gets the deployment, and keeps all that it had. Raises
    `RegistrationError`.
    """
    names = configuration.issuer, registered.client_id
    try:
        with changing(db) as connection:  # one after the other, so none sees half of another
            invites.use_up(connection, invite)
            _check_known(connection, configuration)
            return _save_platform(connection, configuration, registered)
    except RegistrationError as error:
        raise refusals.registered_there(*names, error) from None
    except DBAPIError as error:
        raise refusals.not_saved(*names, str(error.orig)) from None


def _save_platform(
    connection: sa.Connection, configuration: OpenidConfiguration, registered: Registered
) -> int:
    mine = platform.c.client_id == registered.client_id
    same = sa.select(platform.c.id).where(platform.c.issuer == configuration.issuer, mine)
    found: int | None = connection.execute(same).scalar_one_or_none()
    deployment_ids = [registered.deployment_id] if registered.deployment_id else None
    if found is None:
        registration = Registration(
            client_id=registered.client_id,
            auth_login_url=configuration.authorization_endpoint,
            auth_token_url=configuration.token_endpoint,
            auth_audience=configuration.authorization_server,
            key_set_url=configuration.jwks_uri,
            deployment_ids=deployment_ids,
        )
        return platforms.save_platform(connection, configuration.issuer, registration)
    for deployment_id in deployment_ids or ():
        platforms.add_deployment(connection, found, deployment_id)
    return found


def _check_known(connection: sa.Connection, configuration: OpenidConfiguration) -> int:
    columns = platform.c.auth_login_url, platform.c.key_set_url
    same_issuer = platform.c.issuer == configuration.issuer
    known = [tuple(row) for row in connection.execute(sa.select(*columns).where(same_issuer))]
    if set(known) - {configuration.endpoints}:
        raise refusals.known_otherwise(configuration.issuer)
    return len(known)


def _join(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        return ""


def _headers(token: str | None) -> dict[str, str]:
    told = {"Accept": "application/json"}
    return told if token is None else told | {"Authorization": f"Bearer {token}"}


def _read_error(body: bytes) -> str:
    """Give the code of an error (RFC 7591, 3.2.2), where it is one word."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    code = told.get("error") if isinstance(told, dict) else None
    return code if isinstance(code, str) and _WORD.fullmatch(code) else ""
