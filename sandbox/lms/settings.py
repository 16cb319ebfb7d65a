"""What a small LMS must be told: where it is, where the tool and Studio are, what it shares."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from urllib.parse import urlsplit


@dataclass(frozen=True)
class LmsSettings:
    """Every field has a default that is good enough for the demo."""

    url: str = "http://127.0.0.1:8001"
    """Where browsers and the tool find this LMS; its issuer too."""
    tool_url: str = "http://localhost:8000"
    """The LTI 1.3 tool that is installed: Studio Embed."""
    client_id: str = "10000000000001"
    deployment_id: str = "1:sandbox"
    studio_url: str = "http://127.0.0.2:8002"
    """The LTI 1.1 tool that is installed: Studio."""
    studio_consumer_key: str = "sandbox-key"
    studio_consumer_secret: str = "sandbox-secret"
    token_seconds: int = 3600
    """How long an id_token lives; Canvas gives an hour."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "LmsSettings":
        """Read `SANDBOX_LMS_URL`, `SANDBOX_LMS_TOOL_URL` and so on; none is needed."""
        given = {
            field.name: environ[f"SANDBOX_LMS_{field.name.upper()}"]
            for field in fields(cls)
            if f"SANDBOX_LMS_{field.name.upper()}" in environ
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
