"""What the demo's three servers are told, so that they know each other and nothing else.

They see nothing of the shell's variables but those in `_KEPT`.
"""

import json
import os
import secrets
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, get_args

from sandbox.lms import LmsSettings
from sandbox.processes import ROOT, Server
from sandbox.studio import StudioSettings

LaunchMode = Literal["canvas", "lti11", "lti13"]
LAUNCH_MODES: tuple[LaunchMode, ...] = get_args(LaunchMode)

_KEPT = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR")
_SANDBOX_OPTIONS = ("--worker-class", "gthread", "--workers", "1", "--threads", "32")


def _clean_environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {"PYTHONUNBUFFERED": "1", "FLASK_SKIP_DOTENV": "1"}


def studio_database(folder: Path, port: int) -> Path:
    """Say where the Studio of a demo on this port keeps what it knows."""
    return folder / f"demo-studio-{port}.sqlite3"


def forget(database: Path) -> None:
    """Delete an SQLite database, with what SQLite may have left beside it."""
    for ending in ("", "-wal", "-shm"):
        database.with_name(database.name + ending).unlink(missing_ok=True)


def studio_server(studio: StudioSettings, port: int) -> Server:
    """Describe the small Studio, whose LTI 1.3 platform is the service."""
    settings = {
        "SANDBOX_STUDIO_URL": studio.url,
        "SANDBOX_STUDIO_PLATFORM_ISSUER": studio.platform_issuer,
        "SANDBOX_STUDIO_DATABASE": studio.database,
        "SANDBOX_STUDIO_MEDIA": str(studio.media),
    }
    return Server(
        name="Studio",
        port_variable="DEMO_STUDIO_PORT",
        host="127.0.0.2",
        port=port,
        arguments=(*_SANDBOX_OPTIONS, "sandbox.studio.wsgi:app"),
        environment=_clean_environment() | settings,
        health_url=f"{studio.url}/",
    )


def lms_server(lms: LmsSettings, studio: StudioSettings, port: int) -> Server:
    """Describe the small LMS, which signs with the small Studio's key."""
    settings = {
        "SANDBOX_LMS_URL": lms.url,
        "SANDBOX_LMS_TOOL_URL": lms.tool_url,
        "SANDBOX_LMS_STUDIO_URL": lms.studio_url,
        "SANDBOX_LMS_STUDIO_CONSUMER_KEY": studio.consumer_key,
        "SANDBOX_LMS_STUDIO_CONSUMER_SECRET": studio.consumer_secret,
    }
    return Server(
        name="The LMS",
        port_variable="DEMO_LMS_PORT",
        host="127.0.0.1",
        port=port,
        arguments=(*_SANDBOX_OPTIONS, "sandbox.lms.wsgi:app"),
        environment=_clean_environment() | settings,
        health_url=f"{lms.url}/",
    )


def service_server(lms: LmsSettings, environment: Mapping[str, str], port: int) -> Server:
    """Describe the service; `environment` is that of its commands too."""
    return Server(
        name="Studio Embed",
        port_variable="DEMO_PORT",
        host="127.0.0.1",
        port=port,
        arguments=("-c", "config/gunicorn.py", "wsgi:app"),
        environment=environment,
        health_url=f"{lms.tool_url}/healthz",
    )


def launch_mode_settings(mode: LaunchMode, studio: StudioSettings) -> dict[str, str]:
    """Give what the service is told in order to send browsers to this Studio in this mode."""
    chosen: dict[str, str] = {"STUDIO_LAUNCH_MODE": mode}
    match mode:
        case "canvas":
            return chosen
        case "lti11":
            return chosen | {
                "STUDIO_LTI_KEY": studio.consumer_key,
                "STUDIO_LTI_SECRET": studio.consumer_secret,
            }
        case "lti13":
            return chosen | {
                "STUDIO_LTI_CLIENT_ID": studio.lti_client_id,
                "STUDIO_LTI_DEPLOYMENT_ID": studio.lti_deployment_id,
                "STUDIO_LTI_LOGIN_URL": studio.lti_login_url,
                "STUDIO_LTI_REDIRECT_URIS": studio.lti_redirect_uri,
            }


def service_environment(
    lms: LmsSettings, studio: StudioSettings, mode: LaunchMode, folder: Path
) -> Mapping[str, str]:
    """Give the service's settings; its data and its list of platforms are in `folder`."""
    platform = {
        "default": True,
        "client_id": lms.client_id,
        "auth_login_url": f"{lms.url}/api/lti/authorize_redirect",
        "auth_token_url": f"{lms.url}/login/oauth2/token",
        "key_set_url": f"{lms.url}/api/lti/security/jwks",
        "deployment_ids": [lms.deployment_id],
    }
    platforms = folder / "platforms.json"
    platforms.write_text(json.dumps({lms.url: [platform]}))
    return _clean_environment() | {
        "PUBLIC_URL": lms.tool_url,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite3'}",
        "PLATFORMS_FILE": str(platforms),
        "ALLOW_INSECURE_URLS": "1",
        "STUDIO_URL": studio.url,
        "STUDIO_CLIENT_ID": studio.client_id,
        "STUDIO_CLIENT_SECRET": studio.client_secret,
        "STUDIO_REFRESH_TOKEN": studio.refresh_token,
        **launch_mode_settings(mode, studio),
    }


@contextmanager
def told_to_shells(environment: Mapping[str, str], file: Path) -> Iterator[None]:
    """Keep a file for the block with which a shell's `flask` is a command of this service.

    Security: it holds the service's secrets, so nobody else may read it.
    """
    own = {name: value for name, value in environment.items() if name not in _KEPT}
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in own.items()]
    lines.append(f"PATH={shlex.quote(str(ROOT / '.venv' / 'bin'))}:$PATH\n")
    file.unlink(missing_ok=True)
    file.touch(0o600)
    file.write_text("".join(lines))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
