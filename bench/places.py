"""The service, an LMS and a Studio with many media, each under gunicorn, as the demo has them."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import requests

from bench.servers import Running, free_port
from sandbox.installation import lms_server, service_environment, service_server, studio_server
from sandbox.lms import LmsSettings
from sandbox.processes import started, wait_until_ready
from sandbox.studio import StudioSettings


@dataclass(frozen=True)
class Places:
    """Where everything is."""

    lms: str
    tool: str
    studio: str
    service: Running

    def list_searches(self) -> list[dict[str, Any]]:
        """Give the searches that Studio was asked for."""
        calls = requests.get(f"{self.studio}/_sandbox/calls", timeout=30).json()
        return [call for call in calls if call["operation"] == "search"]

    def tell_studio(self, path: str, **body: Any) -> None:
        """Give Studio an order."""
        url = f"{self.studio}/_sandbox/{path}"
        requests.post(url, json=body, timeout=30).raise_for_status()


@contextmanager
def places(media: int, **settings: str) -> Iterator[Places]:
    """Start the three; `settings` are the service's beside its defaults."""
    ports = [free_port() for _ in range(3)]
    lms = LmsSettings(
        url=f"http://127.0.0.1:{ports[0]}",
        tool_url=f"http://localhost:{ports[1]}",
        studio_url=f"http://127.0.0.2:{ports[2]}",
    )
    with tempfile.TemporaryDirectory(prefix="bench-") as name, ExitStack() as stack:
        folder = Path(name)
        studio = StudioSettings(
            url=lms.studio_url,
            platform_issuer=lms.tool_url,
            media=media,
            database=str(folder / "studio.sqlite3"),
        )
        environment = {**service_environment(lms, studio, "canvas", folder), **settings}
        servers = (
            studio_server(studio, ports[2]),
            lms_server(lms, studio, ports[0]),
            service_server(lms, environment, ports[1]),
        )
        running = [stack.enter_context(started(server, folder)) for server in servers]
        wait_until_ready(servers, running, Event())
        service = Running("service", ports[1], running[2].process.pid)
        yield Places(lms.url, lms.tool_url, lms.studio_url, service)
