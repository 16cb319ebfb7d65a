"""For load balancers: does the process live, and is what it needs there."""

import redis
import sqlalchemy.exc
from flask import Response, jsonify

from app.outside import Outside
from app.studio import pace

REDIS_SECONDS = 2


def healthz() -> Response:
    """Answer that the process lives; touches nothing else."""
    return jsonify(status="ok")


def readyz(outside: Outside) -> tuple[Response, int]:
    """Answer whether the database, and Redis where it is set, answer; 503 names which does not.

    An open circuit towards Studio is named too, and makes nothing unready: launches go on.
    """
    checks = {"database": _check_database(outside)}
    if outside.settings.redis_url is not None:
        checks["redis"] = _check_redis(outside.settings.redis_url.get_secret_value())
    ready = all(check == "ok" for check in checks.values())
    if checks["database"] == "ok" and (circuits := pace.list_circuits(outside.db)):
        checks["studio"] = "; ".join(
            f"circuit open until {circuit.open_until:%Y-%m-%dT%H:%M:%SZ}: {circuit.url}"
            for circuit in circuits
        )
    return jsonify(status="ok" if ready else "unavailable", checks=checks), 200 if ready else 503


def _check_database(outside: Outside) -> str:
    try:
        outside.db.ping()
    except sqlalchemy.exc.SQLAlchemyError as error:
        return type(error).__name__
    return "ok"


def _check_redis(url: str) -> str:
    try:
        with redis.Redis.from_url(
            url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
        ) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        return type(error).__name__
    return "ok"
