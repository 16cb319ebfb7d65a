"""`/metrics`, for Prometheus: to whoever asks from this machine, or has the token."""

import hmac
import ipaddress

from flask import Response, request

from app import metrics
from app.errors import PageError
from app.outside import Outside
from app.texts import say


def figures(outside: Outside) -> Response:
    """Answer all figures; raises `ServiceError` (403) for others."""
    if not (_has_token(outside) or _is_from_here()):
        raise PageError(
            "metrics-not-allowed",
            403,
            say("The figures of this service are not for everybody."),
            say("Ask from the machine itself, or set METRICS_TOKEN and send it as a bearer token."),
        )
    folder = outside.settings.prometheus_multiproc_dir
    return Response(metrics.exposition(folder), content_type=metrics.CONTENT_TYPE)


def _has_token(outside: Outside) -> bool:
    token = outside.settings.metrics_token
    if token is None:
        return False
    expected = f"Bearer {token.get_secret_value()}"
    return hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected.encode())


def _is_from_here() -> bool:
    """Whether whoever asks, and every proxy between, is on this machine.

    A proxy on this machine that does not say for whom it asks makes everybody look like it.
    """
    forwarded = request.headers.getlist("X-Forwarded-For")
    addresses = [part.strip() for part in ",".join(forwarded).split(",")] if forwarded else []
    return all(_is_loopback(address) for address in (request.remote_addr or "", *addresses))


def _is_loopback(address: str) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_loopback
