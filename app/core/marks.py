"""The service's mark on the links that it returns.

A link's custom parameters can be written by teachers. The mark is an HMAC over what the link
embeds, so a link that bears it was made by the service, whoever copied it wherever. It is
under a key of its own, because links live for years and `SECRET_KEY` does not.
"""

import base64
import hashlib
import hmac


def make_mark(
    key: bytes, studio_url: str, media_id: int, embed_type: str, downloadable: bool
) -> str:
    """Give the custom parameter `link` of a link that embeds this."""
    text = "\n".join(["v1", studio_url, str(media_id), embed_type, str(downloadable).lower()])
    digest = hmac.new(key, text.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def is_marked(
    key: bytes,
    mark: str | None,
    studio_url: str,
    media_id: int,
    embed_type: str,
    downloadable: bool,
) -> bool:
    """Whether `mark` is the service's own for exactly this."""
    expected = make_mark(key, studio_url, media_id, embed_type, downloadable)
    return hmac.compare_digest((mark or "").encode(), expected.encode())


def link_parameters(
    key: bytes, studio_url: str, media_id: int, embed_type: str, downloadable: bool
) -> dict[str, str]:
    """Give the custom parameters of a link of ours; LTI wants them all as strings."""
    return {
        "media_id": str(media_id),
        "embed_type": embed_type,
        "downloadable": str(downloadable).lower(),
        "link": make_mark(key, studio_url, media_id, embed_type, downloadable),
    }
