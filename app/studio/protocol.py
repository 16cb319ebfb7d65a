"""Studio's public API as pure functions: paths, bodies, how an answer is read. No I/O.

1. `GET /media/{id}` says what a media is; a single object comes as `{"media": {…}}`.
2. `GET /media/{id}/users` lists those who have access to it.
3. `POST /media/{id}/create_embed` puts it into a course and answers a launch URL.
4. `GET /media/{id}/perspectives` tells into which courses it was put.
5. `GET /media/search` finds media; here it only tells whether a token is good.
6. `POST /api/public/oauth/token` gives two new tokens for a refresh token, which is dead then.

Source: https://developerdocs.instructure.com/services/studio/api-reference/media
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from app.inputs import origin_of, printable
from app.studio import errors

API = "/api/public/v1"
TOKEN_PATH = "/api/public/oauth/token"  # noqa: S105 (a path)
LAUNCH_PATH = "/lti/launch"
LONGEST_LIFETIME_SECONDS = 366 * 24 * 3600


class Owner(BaseModel):
    """Who a media belongs to."""

    model_config = ConfigDict(frozen=True)
    email: str | None = None


class Media(BaseModel):
    """As much of a media as an embed needs."""

    model_config = ConfigDict(frozen=True)
    id: int
    title: Annotated[str, AfterValidator(printable)] | None = None
    owner: Owner | None = None


class Tokens(BaseModel):
    """What the token endpoint gives."""

    model_config = ConfigDict(frozen=True)
    access_token: SecretStr = Field(min_length=1)
    refresh_token: SecretStr | None = None
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

    def body(self) -> dict[str, Any]:
        """The JSON body of the call."""
        return {
            "course_id": self.course_id,
            "embed_type": self.embed_type,
            "downloadable": self.downloadable,
        }


def read_json(body: bytes, operation: str) -> Any:
    """Give the JSON value of an answer; raises `StudioAnswerError`."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise errors.answer(f"{operation}: the answer is no JSON") from None


def read_media(value: Any) -> Media:
    """Read `{"media": {…}}`; raises `StudioAnswerError`."""
    try:
        return Media.model_validate(value["media"] if isinstance(value, dict) else None)
    except (ValidationError, KeyError):
        raise errors.answer("show: the answer holds no media") from None


def read_emails(value: Any) -> frozenset[str]:
    """Read the e-mail addresses of those who have access, in lower case."""
    users = value.get("users") if isinstance(value, dict) else value
    if not isinstance(users, list):
        raise errors.answer("users: the answer holds no list")
    addresses = (user.get("email") for user in users if isinstance(user, dict))
    return frozenset(address.lower() for address in addresses if isinstance(address, str))


def read_last_page(value: Any) -> int:
    """Read how many pages a list has; 1 where it does not say."""
    meta = value.get("meta") if isinstance(value, dict) else None
    last = meta.get("last_page") if isinstance(meta, dict) else None
    return last if isinstance(last, int) else 1


def read_tokens(value: Any) -> Tokens:
    """Read the answer of the token endpoint; raises `StudioAnswerError`."""
    try:
        return Tokens.model_validate(value)
    except ValidationError:
        raise errors.answer("token: the answer holds no tokens") from None


def read_launch_url(value: Any, account_url: str) -> str:
    """Read the launch URL out of the answer of `create_embed`.

    The reference does not name its key, so `launch_url`, `embed_url` and `url` are taken in
    this order, else the only launch URL anywhere in the answer.
    Raises `StudioAnswerError` where there is none or several, or where it leads anywhere but
    to the account's own Studio; the log names the keys of the answer and none of its values.
    """
    if isinstance(value, dict):
        for key in ("launch_url", "embed_url", "url"):
            if isinstance(url := value.get(key), str) and is_launch_url(url, account_url):
                return url
    found = {text for text in _texts(value) if is_launch_url(text, account_url)}
    if len(found) == 1:
        return found.pop()
    keys = sorted(str(key)[:40] for key in value) if isinstance(value, dict) else []
    raise errors.answer(
        f"create_embed: {len(found)} launch URLs of this Studio in an answer with {keys[:20]}"
    )


def is_launch_url(text: str, account_url: str) -> bool:
    """Whether `text` is an LTI launch on the account's Studio, under its scheme, host and port."""
    if len(text) > 4096 or any(not "!" <= character <= "~" for character in text):
        return False
    if "\\" in text or "#" in text or origin_of(text) != account_url:
        return False
    path = urlsplit(text).path
    return (path == LAUNCH_PATH or path.startswith(LAUNCH_PATH + "/")) and ".." not in path


def find_launch_url(value: Any, wish: EmbedWish, account_url: str) -> str | None:
    """Find, among a media's perspectives, the launch URL of an embed like `wish`; None if none.

    A launch URL says its type in its own query; whether it is downloadable stands beside it.
    """
    perspectives = value.get("perspectives") if isinstance(value, dict) else value
    if not isinstance(perspectives, list):
        return None
    for perspective in perspectives:
        if _course_id(perspective) != wish.course_id:
            continue
        for entry in _dictionaries(perspective):
            for url in entry.values():
                if isinstance(url, str) and is_launch_url(url, account_url):
                    said = parse_qs(urlsplit(url).query).get("custom_arc_launch_type")
                    embed_type = said[0] if said else entry.get("embed_type")
                    found = (embed_type, entry.get("downloadable"))
                    if found == (wish.embed_type, wish.downloadable):
                        return url
    return None


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
    return max(0, int((at - now).total_seconds()))


def _course_id(perspective: Any) -> Any:
    collection = perspective.get("collection") if isinstance(perspective, dict) else None
    return collection.get("course_id") if isinstance(collection, dict) else None


def _dictionaries(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    children = value.values() if isinstance(value, dict) else value
    if isinstance(children, str) or not hasattr(children, "__iter__"):
        return
    for child in children:
        if isinstance(child, dict | list):
            yield from _dictionaries(child)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _texts(child)
