"""Every setting of the service: name, type, default, meaning.

All are read from the environment and checked together, so that a start that fails
says once everything that is wrong. No other module looks at the environment.
"""

import contextlib
import ipaddress
import os
import secrets
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.errors import StartError

ROOT = Path(__file__).resolve().parent.parent
SHORTEST_SECRET = 16


def _split(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


CommaSeparated = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
CommaSeparatedSecrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split)]


def is_local_host(host: str | None) -> bool:
    """Whether `host` is this machine: localhost or a loopback address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


class Settings(BaseSettings):
    """The environment, typed; made by `read_settings`."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    public_url: str = Field(
        "http://localhost:8000", description="the URL under which browsers reach the service"
    )
    secret_key: CommaSeparatedSecrets = Field(
        (),
        description="signs and encrypts; several, comma-separated, for rotation: "
        "the first signs and encrypts, all verify and decrypt",
    )
    database_url: SecretStr = Field(
        SecretStr(f"sqlite:///{ROOT / 'instance' / 'studio-embed.sqlite3'}"),
        description="SQLAlchemy URL of an SQLite or PostgreSQL database",
    )
    redis_url: SecretStr | None = Field(None, description="Redis, where there is one")
    platforms_file: Path | None = Field(
        None, description="platforms to import at start, in PyLTI1p3's JSON format"
    )
    studio_url: str | None = Field(None, description="the default Studio account")
    studio_client_id: str | None = Field(None, description="its OAuth client")
    studio_client_secret: SecretStr | None = Field(None, description="that client's secret")
    studio_refresh_token: SecretStr | None = Field(None, description="a first refresh token")
    studio_access_token: SecretStr | None = Field(None, description="a first access token")
    studio_launch_mode: Literal["canvas"] = Field(
        "canvas", description="how a browser is sent to Studio"
    )
    studio_library: Literal["own", "all"] = Field(
        "own", description="what an instructor may pick: what is theirs or shared with them, or all"
    )
    canvas_hosts: CommaSeparated | None = Field(
        None, description="hosts to which mode canvas may redirect, `*.` for subdomains"
    )
    frame_ancestors: CommaSeparated | None = Field(None, description="who may frame our pages")
    allow_insecure_urls: bool = Field(
        False, description="lets platforms and Studio have http: and private addresses"
    )

    @field_validator("public_url", "studio_url")
    @classmethod
    def _origin(cls, value: str | None) -> str | None:
        return None if value is None else _read_origin(value)

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: SecretStr) -> SecretStr:
        return SecretStr(_read_database_url(value.get_secret_value()))

    @field_validator("canvas_hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for host in value or ():
            if any(character in host.removeprefix("*.") for character in ":/*@ "):
                raise PydanticCustomError(
                    "host", "{host} is no host such as lms.school.example", {"host": host}
                )
        return value

    @field_validator("frame_ancestors")
    @classmethod
    def _sources(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for source in value or ():
            if any(character in source for character in ' ;"\r\n'):
                raise PydanticCustomError(
                    "source",
                    "{source} is no origin such as https://*.school.example",
                    {"source": source},
                )
        return value

    @field_validator("platforms_file")
    @classmethod
    def _is_file(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise PydanticCustomError("file", "there is no file {path}", {"path": str(value)})
        return value

    @property
    def development(self) -> bool:
        """Whether browsers reach the service only from this very machine."""
        return is_local_host(urlsplit(self.public_url).hostname)

    @property
    def secure(self) -> bool:
        """Whether browsers reach the service over TLS."""
        return self.public_url.startswith("https:")

    def with_secret_key(self) -> Self:
        """These settings with the key that development makes once and keeps."""
        if self.secret_key:
            return self
        return self.model_copy(update={"secret_key": (SecretStr(_development_key()),)})

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The keys in the clear; the first signs and encrypts."""
        return tuple(key.get_secret_value() for key in self.secret_key)


def _read_origin(value: str) -> str:
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
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _read_database_url(value: str) -> str:
    if value.startswith(("postgres://", "postgresql://")):
        return "postgresql+psycopg://" + value.partition("://")[2]
    if value.startswith("postgresql+psycopg://"):
        return value
    if not value.startswith(("sqlite:///", "sqlite+pysqlite:///")):
        raise PydanticCustomError(
            "database",
            "must begin with sqlite:/// or postgresql:// (four slashes before an absolute path)",
        )
    if value.endswith(":///") or ":memory:" in value or "mode=memory" in value:
        raise PydanticCustomError(
            "database", "names no file: several processes share the database, so it needs one"
        )
    return value


def _development_key() -> str:
    """Make a key once, for this checkout, readable by its owner only."""
    path = ROOT / "instance" / "secret_key"
    try:
        return _made_once(path)
    except OSError as error:
        raise StartError(f"SECRET_KEY is not set, and {path}: {error.strerror}.") from None


def _made_once(path: Path) -> str:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.exists():
        descriptor, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(name, path)
        Path(name).unlink()
    return path.read_text().strip()


_NOT_BUILT = "mode {mode} is not in this version: set canvas, or leave it out"


def _explain(fault: Any) -> str:
    name = str(fault["loc"][0]).upper()
    if name == "STUDIO_LAUNCH_MODE" and fault["input"] in ("lti11", "lti13"):
        return f"{name}: " + _NOT_BUILT.format(mode=fault["input"])
    return f"{name}: {fault['msg']}"


def _missing(settings: Settings) -> list[str]:
    """What only shows when the settings are seen together."""
    faults = []
    if not settings.development and not settings.secret_key:
        faults.append(
            "SECRET_KEY: is required outside development; make one with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    if not settings.development and any(len(key) < SHORTEST_SECRET for key in settings.secret_keys):
        faults.append(f"SECRET_KEY: each key needs at least {SHORTEST_SECRET} characters")
    if not settings.development and not settings.secure:
        faults.append(
            "PUBLIC_URL: must be https: outside development, or the LMS cannot show it in a frame"
        )
    studio = {
        "STUDIO_CLIENT_ID": settings.studio_client_id,
        "STUDIO_CLIENT_SECRET": settings.studio_client_secret,
        "STUDIO_REFRESH_TOKEN": settings.studio_refresh_token,
        "STUDIO_ACCESS_TOKEN": settings.studio_access_token,
    }
    if settings.studio_url is None:
        faults += [f"{name}: is set, but STUDIO_URL is not" for name in studio if studio[name]]
    elif not settings.studio_url.startswith("https:") and not settings.allow_insecure_urls:
        faults.append("STUDIO_URL: must be https: (ALLOW_INSECURE_URLS=1 allows http: in tests)")
    return faults


def read_settings() -> Settings:
    """Read the environment.

    Raises `StartError` with one line for each fault; no value of a secret stands in it.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        faults = [_explain(fault) for fault in error.errors(include_url=False)]
        raise StartError("The settings cannot be used:", faults) from None
    if faults := _missing(settings):
        raise StartError("The settings cannot be used:", faults)
    if settings.platforms_file is None and (found := ROOT / "config" / "platforms.json").is_file():
        settings = settings.model_copy(update={"platforms_file": found})
    return settings.with_secret_key()
