"""Whether a Studio account is connected, as its admins are told; no token is in it."""

from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from app.db import Database
from app.models import platform
from app.studio import pace

State = Literal["connected", "disconnected", "never connected"]


def read_state(account: Any) -> State:
    """Read from an account's row whether it has tokens that Studio did not refuse."""
    if account.disconnected_at is not None:
        return "disconnected"
    has_tokens = account.refresh_token is not None or account.access_token is not None
    return "connected" if has_tokens else "never connected"


def describe(db: Database, account: Any, default_id: int | None) -> dict[str, Any]:
    """Describe an account; times are in ISO 8601, and null where they are not known."""
    state = read_state(account)
    since = account.disconnected_at if state == "disconnected" else account.connected_at
    circuits = {circuit.url: circuit.open_until for circuit in pace.list_circuits(db)}
    home = {"issuer": account.home_issuer, "client_id": account.home_client_id}
    return {
        "id": account.id,
        "url": account.url,
        "default": account.id == default_id,
        "client_id": account.client_id,
        "state": state,
        "since": _iso(since),
        "token_expires_at": _iso(account.access_expires_at),
        "launch_mode": account.launch_mode,
        "platforms": _list_bound(db, account.id, is_default=account.id == default_id),
        "home": None if account.home_issuer is None else home,
        "circuit_open_until": _iso(circuits.get(account.url)),
    }


def _list_bound(db: Database, account_id: int, *, is_default: bool) -> list[dict[str, str]]:
    bound = platform.c.account_id == account_id
    if is_default:
        bound = sa.or_(bound, platform.c.account_id.is_(None))
    query = sa.select(platform.c.issuer, platform.c.client_id).where(bound)
    with db.reading() as connection:
        rows = connection.execute(query.order_by(platform.c.id))
        return [dict(row._mapping) for row in rows]


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
