"""What a small LMS must be told: where it is, where the tool and Studio are, what it shares."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

from sandbox.lms.custom import TOOL_CUSTOM


@dataclass(frozen=True)
class LmsSettings:
    """Every field has a default that is good enough for the demo."""

    url: str = "http://127.0.0.1:8001"
    """Where browsers and the tool find this LMS; its issuer too."""
    tool_url: str = "http://localhost:8000"
    """The LTI 1.3 tool that is installed: Studio Embed."""
    client_id: str = "10000000000001"
    deployment_id: str = "1:sandbox"
    tool_custom: Mapping[str, str] = field(default_factory=lambda: TOOL_CUSTOM)
    """What every launch of the tool carries; no variable of the environment sets it."""
    studio_url: str = "http://127.0.0.2:8002"
    """The LTI 1.1 tool that is installed: Studio."""
    studio_consumer_key: str = "sandbox-key"
    studio_consumer_secret: str = "sandbox-secret"
    token_seconds: int = 3600
    """How long an id_token lives; Canvas gives an hour."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "LmsSettings":
        """Read `SANDBOX_LMS_URL`, `SANDBOX_LMS_TOOL_URL` and so on; none is needed."""
        given: dict[str, Any] = {
            each.name: environ[f"SANDBOX_LMS_{each.name.upper()}"]
            for each in fields(cls)
            if f"SANDBOX_LMS_{each.name.upper()}" in environ and each.name != "tool_custom"
        }
        seconds = int(given.pop("token_seconds", cls.token_seconds))
        return cls(**given, token_seconds=seconds)

    @property
    def host(self) -> str:
        """Host and, where there is one, port of this LMS: `$Canvas.api.domain`."""
        return urlsplit(self.url).netloc

    @property
    def launch_url(self) -> str:
        """The only address to which the tool lets tokens be sent."""
        return f"{self.tool_url}/lti/launch"

    @property
    def login_url(self) -> str:
        """Where the tool lets logins begin."""
        return f"{self.tool_url}/lti/login"

    @property
    def tool_key_set_url(self) -> str:
        """Where the tool publishes its keys."""
        return f"{self.tool_url}/lti/jwks.json"

    @property
    def tool_origin(self) -> str:
        """The origin whose messages are answered."""
        parts = urlsplit(self.tool_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def foreign_origin(self) -> str:
        """This LMS under its other name on this machine: another origin to browsers."""
        parts = urlsplit(self.url)
        other = "127.0.0.1" if parts.hostname == "localhost" else "foreign.localhost"
        return f"{parts.scheme}://{self.host.replace(parts.hostname or '', other, 1)}"
