"""Every setting of the service: name, type, default, meaning.

All are read from the environment and checked together, so that a start that fails
says once everything that is wrong. No other module looks at the environment.
"""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import StartError
from app.settings.launch_modes import NEEDED, LaunchMode
from app.settings.values import (
    DatabaseUrl,
    ExistingFile,
    Hosts,
    Origin,
    RedisUrl,
    Secrets,
    Sources,
    Token,
    Url,
    Urls,
    is_local_host,
)

ROOT = Path(__file__).resolve().parent.parent.parent
SHORTEST_SECRET = 16


class Settings(BaseSettings):
    """The environment, typed; made by `read_settings`."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    public_url: Origin = Field(
        "http://localhost:8000", description="the URL under which browsers reach the service"
    )
    secret_key: Secrets = Field(
        (),
        description="signs and encrypts; several, comma-separated, for rotation: "
        "the first signs and encrypts, all verify and decrypt",
    )
    database_url: DatabaseUrl = Field(
        SecretStr(f"sqlite:///{ROOT / 'instance' / 'studio-embed.sqlite3'}"),
        description="SQLAlchemy URL of an SQLite or PostgreSQL database",
    )
    redis_url: RedisUrl | None = Field(
        None,
        description="a Redis that wakes workers and counts calls of API keys for several machines",
    )
    platforms_file: ExistingFile | None = Field(
        None, description="platforms to import at start, in PyLTI1p3's JSON format"
    )
    studio_url: Origin | None = Field(None, description="the default Studio account")
    studio_client_id: str | None = Field(None, description="its OAuth client")
    studio_client_secret: SecretStr | None = Field(None, description="that client's secret")
    studio_refresh_token: Token | None = Field(None, description="a first refresh token")
    studio_access_token: Token | None = Field(None, description="a first access token")
    studio_launch_mode: LaunchMode = Field(
        "canvas", description="who launches Studio: Canvas, or this service by LTI 1.1 or 1.3"
    )
    studio_lti_key: str | None = Field(None, description="lti11: the consumer key at Studio")
    studio_lti_secret: SecretStr | None = Field(None, description="lti11: that key's secret")
    studio_lti_client_id: str | None = Field(
        None, description="lti13: what this platform calls Studio, its tool"
    )
    studio_lti_deployment_id: str | None = Field(
        None, description="lti13: the deployment of that tool"
    )
    studio_lti_login_url: Url | None = Field(
        None, description="lti13: Studio's login initiation URL"
    )
    studio_lti_redirect_uris: Urls = Field(
        (), description="lti13: where Studio lets id_tokens be posted, each exactly"
    )
    studio_deep_link_item: Literal["auto", "link", "native"] = Field(
        "auto", description="what the picker puts into a page where Canvas's editor takes both"
    )
    studio_library: Literal["own", "all"] = Field(
        "own", description="what an instructor may pick: what is theirs or shared with them, or all"
    )
    studio_calls_per_second: float = Field(
        5.0,
        gt=0,
        le=1000,
        description="how often a Studio account is called at the most; launches never wait for it",
    )
    api_calls_per_minute: int = Field(
        600, ge=1, le=1_000_000, description="how often an API key may call in a minute"
    )
    canvas_hosts: Hosts | None = Field(
        None, description="hosts to which mode canvas may redirect, `*.` for subdomains"
    )
    frame_ancestors: Sources | None = Field(None, description="who may frame our pages")
    metrics_token: SecretStr | None = Field(
        None, min_length=SHORTEST_SECRET, description="lets its bearer read /metrics from anywhere"
    )
    prometheus_multiproc_dir: Path | None = Field(
        None, description="where processes count together; config/gunicorn.py sets it"
    )
    worker: Literal["beside", "external"] = Field(
        "beside",
        description="who works batches off: a process beside gunicorn's, or `flask worker`",
    )
    allow_insecure_urls: bool = Field(
        False, description="lets platforms and Studio have http: and private addresses"
    )

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


def _explain(fault: Any) -> str:
    return f"{str(fault['loc'][0]).upper()}: {fault['msg']}"


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
    return faults + _insecure(settings) + _missing_of_launch_mode(settings)


def _insecure(settings: Settings) -> list[str]:
    urls = [("STUDIO_URL", settings.studio_url)]
    urls.append(("STUDIO_LTI_LOGIN_URL", settings.studio_lti_login_url))
    urls += [("STUDIO_LTI_REDIRECT_URIS", url) for url in settings.studio_lti_redirect_uris]
    return [
        f"{name}: must be https: (ALLOW_INSECURE_URLS=1 allows http: in tests)"
        for name, url in urls
        if url and not url.startswith("https:") and not settings.allow_insecure_urls
    ]


def _missing_of_launch_mode(settings: Settings) -> list[str]:
    mode = settings.studio_launch_mode
    return [
        f"STUDIO_{name.upper()}: is needed where STUDIO_LAUNCH_MODE is {mode}"
        for name in NEEDED.get(mode, ())
        if not getattr(settings, f"studio_{name}")
    ]


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
