"""The launch URL of an embed: found in what Studio answers, and believed only if it leads there.

1. `POST /media/{id}/create_embed` answers one, under a key that the reference does not name.
2. `GET /media/{id}/perspectives` tells those that were made before.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.inputs import origin_of
from app.studio import errors
from app.studio.protocol import LONGEST_URL, EmbedWish

LAUNCH_PATH = "/lti/launch"


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
    if len(text) > LONGEST_URL or any(not "!" <= character <= "~" for character in text):
        return False
    if "\\" in text or "#" in text or origin_of(text) != account_url:
        return False
    path = urlsplit(text).path
    if ".." in path or "%2e" in path.lower():
        return False
    return path == LAUNCH_PATH or path.startswith(LAUNCH_PATH + "/")


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
