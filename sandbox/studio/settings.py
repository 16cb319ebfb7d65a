"""What a small Studio must be told: where it is, and the secrets it shares with its callers."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

_NUMBERS = frozenset({"access_token_seconds", "download_seconds", "media"})


@dataclass(frozen=True)
class StudioSettings:
    """Everything but `url` has a default that is good enough for a sandbox."""

    url: str
    """Where browsers and callers find this Studio; LTI signatures are checked against it."""
    client_id: str = "sandbox-client"
    client_secret: str = "sandbox-client-secret"
    refresh_token: str = "sandbox-refresh-token"
    """The one refresh token that is good at start; the first refresh kills it."""
    consumer_key: str = "sandbox-consumer"
    consumer_secret: str = "sandbox-consumer-secret"
    platform_issuer: str = "http://localhost:8000"
    """The LTI 1.3 platform that launches this Studio: Studio Embed."""
    lti_client_id: str = "sandbox-studio"
    lti_deployment_id: str = "sandbox-studio-1"
    access_token_seconds: int = 3600
    download_seconds: int = 24 * 3600
    """How long the address of a download is good."""
    instructor_email: str = "ines.instructor@sandbox.test"
    """Who owns the first media."""
    media: int = 200
    """How many media there are at start; an existing database grows to them."""
    database: str = ":memory:"
    """The SQLite file in which media, embeds and tokens outlive a restart."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "StudioSettings":
        """Read `SANDBOX_STUDIO_URL` and so on; raises KeyError without an URL."""
        given: dict[str, Any] = {
            field.name: environ[f"SANDBOX_STUDIO_{field.name.upper()}"]
            for field in fields(cls)
            if f"SANDBOX_STUDIO_{field.name.upper()}" in environ
        }
        if "url" not in given:
            raise KeyError("SANDBOX_STUDIO_URL")
        for name in given.keys() & _NUMBERS:
            given[name] = int(given[name])
        return cls(**given)

    @property
    def launch_url(self) -> str:
        """What launch URLs are without their query."""
        return f"{self.url}/lti/launch"

    @property
    def lti_login_url(self) -> str:
        """Where LTI 1.3 launches begin."""
        return f"{self.url}/lti13/login"

    @property
    def lti_redirect_uri(self) -> str:
        """The only address to which the platform may post tokens."""
        return f"{self.url}/lti13/launch"
