"""OAuth 1.0a signatures of forms, worked out by RFC 5849, 3.4, without any library of OAuth."""

import base64
import hashlib
import hmac
from urllib.parse import quote, unquote_to_bytes, urlsplit

PORTS = {"http": ":80", "https": ":443"}


def sign(url: str, fields: dict[str, str], key: str, method: str = "POST") -> str:
    """The `oauth_signature` of a form for this URL; `key` is both secrets, encoded, with `&`."""
    address, _, query = url.partition("?")
    said = [pair.partition("=")[::2] for pair in query.split("&") if pair]
    pairs = [tuple(unquote_to_bytes(text.replace("+", " ")) for text in pair) for pair in said]
    pairs += [(name.encode(), value.encode()) for name, value in fields.items()]
    encoded = sorted(
        (_encode(name), _encode(value)) for name, value in pairs if name != b"oauth_signature"
    )
    normal = "&".join(f"{name}={value}" for name, value in encoded)
    base = "&".join(_encode(part.encode()) for part in (method, _base_uri(address), normal))
    digest = hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def _base_uri(address: str) -> str:
    parts = urlsplit(address)
    host = parts.netloc.lower().removesuffix(PORTS[parts.scheme])
    return f"{parts.scheme}://{host}{parts.path or '/'}"


def _encode(text: bytes) -> str:
    return quote(text, safe="~")
