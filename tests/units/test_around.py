"""What the service is told of where it stands, whatever a proxy or a client says."""

from typing import Any
from wsgiref.util import request_uri

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app import around
from app.settings import Settings


@pytest.mark.parametrize("public_url", ["https://embed.school.example", "http://localhost:8000"])
@pytest.mark.parametrize("sent_to", ["http://127.0.0.1:8000", "https://evil.example"])
def test_scheme_and_host_are_those_of_the_public_url(public_url: str, sent_to: str):
    def inner(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [request_uri(environ).encode()]

    settings = Settings(public_url=public_url, secret_key="a-secret-of-tests" * 3)
    service = around.wrap(inner, settings)
    sent = EnvironBuilder(path="/lti/launch", base_url=sent_to).get_environ()
    body, _, _ = run_wsgi_app(service, sent)
    assert b"".join(body).decode() == f"{public_url}/lti/launch"
