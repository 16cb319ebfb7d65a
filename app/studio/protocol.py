"""Studio's public API as pure functions: paths, and how an answer is read. No I/O.

1. A single thing comes as `{"media": {…}}`, a list as `{"media": [ … ], "meta": {…}}`.
2. A list that is paged says in `meta` which page it is and which is the last; some do not.
3. An error is a status; its JSON holds `error`, a text, which is not looked at.
4. `GET /media/{id}/download` answers a redirect to a signed URL on another host.
5. `POST /api/public/oauth/token` gives two new tokens for a code, or for a refresh token, which
   is dead then.

Not here: which operations there are (`operations`), the things (`shapes`), launch URLs
(`launch_urls`), what may be repeated (`trying`).
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from app.inputs import may_be_token, origin_of
from app.studio import arguments, errors
from app.studio.operations import Operation
from app.studio.shapes import Shape

API = "/api/public/v1"
AUTHORIZE_PATH = "/api/public/oauth/authorize"
TOKEN_PATH = "/api/public/oauth/token"  # noqa: S105 (a path)
LONGEST_LIFETIME_SECONDS = 366 * 24 * 3600
LONGEST_URL = 4096
DEEPEST = 100

T = TypeVar("T", bound=Shape)


def _check_token(secret: SecretStr) -> SecretStr:
    if not may_be_token(secret.get_secret_value()):
        raise ValueError("no token")
    return secret


Token = Annotated[SecretStr, AfterValidator(_check_token)]


class Tokens(BaseModel):
    """What the token endpoint gives."""

    model_config = ConfigDict(frozen=True)
    access_token: Token = Field(min_length=1)
    refresh_token: Token | None = None
    expires_in: Any = None

    def expires_at(self, now: datetime) -> datetime | None:
        """When the access token ends; None where Studio says nothing that makes sense."""
        try:
            seconds = float(self.expires_in)
        except (TypeError, ValueError, OverflowError):
            return None
        return now + timedelta(seconds=seconds) if 0 < seconds < LONGEST_LIFETIME_SECONDS else None


@dataclass(frozen=True)
class EmbedWish:
    """What `create_embed` is asked for."""

    media_id: int
    course_id: int
    embed_type: str
    downloadable: bool

    def check(self) -> None:
        """See that it can be sent; raises `StudioArgumentError`."""
        arguments.check_id("media_id", self.media_id)
        arguments.check_id("course_id", self.course_id)
        arguments.check_choice("embed_type", self.embed_type, arguments.EMBED_TYPES)
        arguments.check_flag("downloadable", self.downloadable)

    def body(self) -> dict[str, Any]:
        """The JSON body of the call."""
        return {
            "course_id": self.course_id,
            "embed_type": self.embed_type,
            "downloadable": self.downloadable,
        }


class Meta(Shape):
    """Where a page stands among all."""

    current_page: int | None = None
    last_page: int | None = None
    total_count: int | None = None


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list; `meta` is None where Studio does not say which."""

    items: tuple[T, ...]
    meta: Meta | None

    def may_be_followed(self, number: int, so_far: int) -> bool:
        """Whether to ask for another page after this one, the `number`th; `so_far` are with it.

        How many are on a page says nothing: Studio may give fewer than it is asked for.
        """
        if not self.items or self.meta is None:
            return bool(self.items)
        if self.meta.last_page is not None:
            return number < self.meta.last_page
        return self.meta.total_count is None or so_far < self.meta.total_count


def authorization_url(account_url: str, client_id: str, redirect_uri: str) -> str:
    """Give where an admin's browser asks Studio for a code; Studio sends no `state` back."""
    asked = {"client_id": client_id, "response_type": "code", "redirect_uri": redirect_uri}
    return f"{account_url}{AUTHORIZE_PATH}?{urlencode(asked)}"


def fill_path(operation: Operation, ids: Mapping[str, int], query: Mapping[str, str]) -> str:
    """Give path and query below Studio's origin."""
    path = API + operation.path.format(**{name: int(number) for name, number in ids.items()})
    return f"{path}?{urlencode(query)}" if query else path


def read_json(body: bytes, operation: str) -> Any:
    """Give the JSON value of an answer; raises `StudioAnswerError`."""
    try:
        value = json.loads(body, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        raise errors.answer(f"{operation}: the answer is no JSON") from None
    if _is_too_deep(value):
        raise errors.answer(f"{operation}: the answer is nested too deeply")
    return value


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("no number of JSON")
    return number


def _is_too_deep(value: Any) -> bool:
    """Whether it is nested more deeply than it could be written out again."""
    level = [value]
    for _ in range(DEEPEST):
        level = [
            child
            for one in level
            if isinstance(one, dict | list)
            for child in (one.values() if isinstance(one, dict) else one)
        ]
    return bool(level)


def read_one(value: Any, key: str, shape: type[T], operation: str) -> T:
    """Read `{key: {…}}`; raises `StudioAnswerError`, whose log names the field and no value."""
    return _read(_member(value, key, operation), shape, (key,), operation)


def read_list(value: Any, keys: Sequence[str], shape: type[T], operation: str) -> tuple[T, ...]:
    """Read a list that stands under one of `keys`, or alone; raises `StudioAnswerError`."""
    key = next((key for key in keys if isinstance(value, dict) and key in value), keys[0])
    items = value if isinstance(value, list) else _member(value, key, operation)
    if not isinstance(items, list):
        raise errors.answer(f"{operation}: {key}: no list")
    read = (_read(item, shape, (key, index), operation) for index, item in enumerate(items))
    return tuple(read)


def read_page(value: Any, keys: Sequence[str], shape: type[T], operation: str) -> Page[T]:
    """Read a page of a list; raises `StudioAnswerError`."""
    items = read_list(value, keys, shape, operation)
    meta = value.get("meta") if isinstance(value, dict) else None
    return Page(items, None if meta is None else _read(meta, Meta, ("meta",), operation))


def read_last_page(value: Any, operation: str) -> int:
    """Read how many pages a list has, 1 where it does not say; raises `StudioAnswerError`."""
    meta = value.get("meta") if isinstance(value, dict) else None
    last = None if meta is None else _read(meta, Meta, ("meta",), operation).last_page
    return 1 if last is None else last


def _member(value: Any, key: str, operation: str) -> Any:
    if not isinstance(value, dict) or key not in value:
        raise errors.answer(f"{operation}: {key}: is not there")
    return value[key]


def _read(value: Any, shape: type[T], where: tuple[int | str, ...], operation: str) -> T:
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = arguments.place((*where, *fault["loc"]))
        raise errors.answer(f"{operation}: {field}: {fault['msg']}") from None


def read_pong(body: bytes) -> None:
    """See that the answer of `ping` is one; raises `StudioAnswerError`."""
    if len(body) > 100 or b"pong" not in body.lower():
        raise errors.answer("ping: the answer is no pong")


def read_download_url(headers: Mapping[str, str], account_url: str, *, allow_insecure: bool) -> str:
    """Read where a download is to be had; raises `StudioAnswerError`.

    Security: the URL is signed and leads to another host: it is no business of a log, and
    our access token is none of that host's. It may still name a private address, which only
    `app.http` can see.
    """
    url = headers.get("location", "")
    if url.startswith("//"):
        url = account_url.partition("//")[0] + url
    elif url.startswith("/"):
        url = account_url + url
    plain = len(url) <= LONGEST_URL and all("!" <= character <= "~" for character in url)
    origin = origin_of(url) if plain and "\\" not in url else None
    if origin is None:
        raise errors.answer("download: the redirect leads to no http(s) URL")
    if not origin.startswith("https:") and not allow_insecure:
        raise errors.answer("download: the redirect leads to a URL that is not https")
    return url


def read_tokens(value: Any) -> Tokens:
    """Read the answer of the token endpoint; raises `StudioAnswerError`."""
    try:
        return Tokens.model_validate(value)
    except ValidationError:
        raise errors.answer("token: the answer holds no tokens") from None


def read_retry_after(text: str | None, now: datetime) -> int | None:
    """Read `Retry-After`, seconds or a date (RFC 9110, 10.2.3); None where it says nothing."""
    if text is None:
        return None
    if text.strip().isdecimal():
        return int(text.strip()[:9])
    try:
        at = datetime.strptime(text.strip(), "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError:
        return None
    return max(0, math.ceil((at - now).total_seconds()))
