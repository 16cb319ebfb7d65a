"""How a single value of the environment is read, with a sentence for what cannot be used."""

import ipaddress
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_core import PydanticCustomError
from pydantic_settings import NoDecode

from app.inputs import may_be_token, origin_of


def is_local_host(host: str | None) -> bool:
    """Whether `host` is this machine: localhost or a loopback address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _split(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _origin(value: str) -> str:
    """Give `scheme://host[:port]`; a path, query or user would be lost, so they are refused."""
    parts = urlsplit(value)
    try:
        _ = parts.port
    except ValueError:
        raise PydanticCustomError("origin", "the port is not a number") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PydanticCustomError("origin", "must be a URL such as https://embed.school.example")
    if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise PydanticCustomError(
            "origin", "must be scheme, host and port only, with no path: https://host"
        )
    return origin_of(value) or value


def _url(value: str) -> str:
    if origin_of(value) is None or "#" in value or " " in value or not value.isprintable():
        raise PydanticCustomError("url", "must be a URL such as https://studio.example/lti/login")
    return value


def _host(value: str) -> str:
    if any(character in value.removeprefix("*.") for character in ":/*@ "):
        raise PydanticCustomError(
            "host", "{host} is no host such as lms.school.example", {"host": value}
        )
    return value


def _source(value: str) -> str:
    if any(character in value for character in ' ;"\r\n'):
        raise PydanticCustomError(
            "source", "{source} is no origin such as https://*.school.example", {"source": value}
        )
    return value


def _file(value: Path) -> Path:
    if not value.is_file():
        raise PydanticCustomError("file", "there is no file {path}", {"path": str(value)})
    return value


def _database(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value()
    if value.startswith(("postgres://", "postgresql://")):
        return SecretStr("postgresql+psycopg://" + value.partition("://")[2])
    if value.startswith("postgresql+psycopg://"):
        return secret
    if not value.startswith(("sqlite:///", "sqlite+pysqlite:///")):
        raise PydanticCustomError(
            "database",
            "must begin with sqlite:/// or postgresql:// (four slashes before an absolute path)",
        )
    if value.endswith(":///") or ":memory:" in value or "mode=memory" in value:
        raise PydanticCustomError(
            "database", "names no file: several processes share the database, so it needs one"
        )
    return secret


def _token(secret: SecretStr) -> SecretStr:
    if not may_be_token(secret.get_secret_value()):
        raise PydanticCustomError("token", "must be printable ASCII without blanks")
    return secret


def _redis(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
        raise PydanticCustomError("redis", "must be a URL such as redis://localhost:6379/0")
    return secret


Origin = Annotated[str, AfterValidator(_origin)]
Url = Annotated[str, AfterValidator(_url)]
Urls = Annotated[tuple[Url, ...], NoDecode, BeforeValidator(_split)]
Hosts = Annotated[
    tuple[Annotated[str, AfterValidator(_host)], ...], NoDecode, BeforeValidator(_split)
]
Sources = Annotated[
    tuple[Annotated[str, AfterValidator(_source)], ...], NoDecode, BeforeValidator(_split)
]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split)]
ExistingFile = Annotated[Path, AfterValidator(_file)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_database)]
Token = Annotated[SecretStr, AfterValidator(_token)]
RedisUrl = Annotated[SecretStr, AfterValidator(_redis)]
