"""What is measured: the floor, and the service as it is run, each with a database of its own."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from app.db import Database
from app.models import embed, studio_account
from bench.platform import CLIENT_ID, Platform
from bench.servers import Running, free_port, gunicorn

COURSE_ID, MEDIA_ID = 101, 260854
STUDIO_URL = "http://127.0.0.2:8002"
SECRET = "a-secret-of-the-bench-that-protects-nothing"  # noqa: S105
MODES = {
    "lti11": {"STUDIO_LAUNCH_MODE": "lti11", "STUDIO_LTI_KEY": "key", "STUDIO_LTI_SECRET": SECRET},
    "lti13": {
        "STUDIO_LAUNCH_MODE": "lti13",
        "STUDIO_LTI_CLIENT_ID": "studio",
        "STUDIO_LTI_DEPLOYMENT_ID": "1",
        "STUDIO_LTI_LOGIN_URL": f"{STUDIO_URL}/login",
        "STUDIO_LTI_REDIRECT_URIS": f"{STUDIO_URL}/launch",
    },
}
WANTED = {
    "media_id": str(MEDIA_ID),
    "canvas_course_id": str(COURSE_ID),
    "canvas_api_domain": "127.0.0.1",
}


@contextmanager
def floor(platform: Platform, folder: Path) -> Iterator[Running]:
    """Serve the floor with two of gunicorn's plain workers."""
    key = folder / "platform.pem"
    key.write_bytes(platform.public_pem())
    environment = {
        "FLOOR_KEY": str(key),
        "FLOOR_DATABASE": str(folder / "floor.sqlite3"),
        "FLOOR_ISSUER": platform.issuer,
        "FLOOR_CLIENT_ID": CLIENT_ID,
    }
    options = ("--workers", "2", "--worker-class", "sync", "--preload", "--no-control-socket")
    arguments = (*options, "bench.floor:app")
    log = folder / "floor.log"
    with gunicorn("floor", free_port(), arguments, environment, log) as running:
        yield running


@contextmanager
def service(
    platform: Platform,
    folder: Path,
    embeds: int = 1000,
    settings: dict[str, str] | None = None,
) -> Iterator[Running]:
    """Serve the service with its defaults; what is launched is embedded already."""
    port = free_port()
    folder.mkdir(exist_ok=True)
    environment = service_environment(platform, folder, port) | (settings or {})
    _fill(environment["DATABASE_URL"], embeds)
    arguments = ("-c", "config/gunicorn.py", "wsgi:app")
    with gunicorn("service", port, arguments, environment, folder / "service.log") as running:
        yield running


def service_environment(platform: Platform, folder: Path, port: int) -> dict[str, str]:
    """Give the settings of a service that knows this platform."""
    platforms = folder / "platforms.json"
    platforms.write_text(json.dumps(platform.registration()))
    return {
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": SECRET,
        "DATABASE_URL": f"sqlite:///{folder / 'service.sqlite3'}",
        "PLATFORMS_FILE": str(platforms),
        "STUDIO_URL": STUDIO_URL,
        "ALLOW_INSECURE_URLS": "1",
    }


def _fill(url: str, count: int) -> None:
    """Put embeds into the database; the first is the one that is launched."""
    db, now = Database(url), datetime.now(UTC)
    db.upgrade()
    with db.writing() as connection:
        connection.execute(sa.insert(studio_account).values(id=1, url=STUDIO_URL))
        for start in range(0, count, 10_000):
            rows = [_row(number, now) for number in range(start, min(start + 10_000, count))]
            connection.execute(sa.insert(embed), rows)
    db.dispose()


def _row(number: int, now: datetime) -> dict[str, object]:
    media_id = MEDIA_ID + number % 1000
    return {
        "account_id": 1,
        "media_id": media_id,
        "course_id": COURSE_ID + number // 1000,
        "embed_type": "embed",
        "downloadable": False,
        "title": "The lecture",
        "launch_url": f"{STUDIO_URL}/lti/launch?custom_arc_media_id=0f2d-{media_id}",
        "created_at": now,
        "made_at": now,
        "uncertain": False,
    }
