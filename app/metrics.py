"""Every counter and histogram, with its labels; what they mean stands in `docs/reference.md`.

Under gunicorn each process counts into files of one folder (`config/gunicorn.py`), and whichever
is asked adds them all up. A label is never what somebody sent: it would be as many time series.
Each has a label, since one without is made, with its file, before it is known what starts.
"""

from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
REGISTRY = CollectorRegistry()

LOGINS = Counter(
    "studio_embed_logins_total",
    "Login initiations, by the code of their refusal (empty: none)",
    ["code"],
    registry=REGISTRY,
)
LAUNCHES = Counter(
    "studio_embed_launches_total",
    "Launches, by what came of them and the code of their refusal (empty: none)",
    ["result", "code"],
    registry=REGISTRY,
)
LAUNCH_SECONDS = Histogram(
    "studio_embed_launch_seconds",
    "How long a launch took to be answered, by what came of it",
    ["result"],
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25),
)
WAITS = Counter(
    "studio_embed_waits_total",
    "Looks of pages that wait for an embed, by whether they went on (yes, no)",
    ["went_on"],
    registry=REGISTRY,
)
EMBEDS_MADE = Counter(
    "studio_embed_embeds_made_total",
    "Embeds that Studio made for us, by type",
    ["embed_type"],
    registry=REGISTRY,
)
BATCH_ITEMS = Counter(
    "studio_embed_batch_items_total",
    "Items of batches, by what became of them (succeeded, failed)",
    ["result"],
    registry=REGISTRY,
)
STUDIO_CALLS = Counter(
    "studio_embed_studio_calls_total",
    "Calls to Studio, by operation and HTTP status, or timeout, lost, unreachable",
    ["operation", "status"],
    registry=REGISTRY,
)
STUDIO_CALL_SECONDS = Histogram(
    "studio_embed_studio_call_seconds",
    "How long Studio took to answer a call",
    ["operation"],
    registry=REGISTRY,
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
TOKEN_REFRESHES = Counter(
    "studio_embed_token_refreshes_total",
    "Refreshes of a Studio account's tokens, by what came of them (kept, refused, failed)",
    ["result"],
    registry=REGISTRY,
)
KEY_SET_FETCHES = Counter(
    "studio_embed_key_set_fetches_total",
    "Fetches of a platform's key set, by what came of them (kept, failed)",
    ["result"],
    registry=REGISTRY,
)


def count_studio_call(operation: str, status: str, seconds: float) -> None:
    """Count a call to Studio, and how long it took."""
    STUDIO_CALLS.labels(operation, status).inc()
    STUDIO_CALL_SECONDS.labels(operation).observe(seconds)


def start_at_zero() -> None:
    """Let what alerts watch be there before it happens: else its first time is no increase."""
    for result in ("kept", "refused", "failed"):
        TOKEN_REFRESHES.labels(result)
    for result in ("kept", "failed"):
        KEY_SET_FETCHES.labels(result)
    for result in ("succeeded", "failed"):
        BATCH_ITEMS.labels(result)
    for went_on in ("yes", "no"):
        WAITS.labels(went_on)


def exposition(folder: Path | None) -> bytes:
    """Give all figures as Prometheus reads them: of every process, where they share a folder."""
    if folder is None:
        return generate_latest(REGISTRY)
    together = CollectorRegistry()
    MultiProcessCollector(together, str(folder))  # type: ignore[no-untyped-call]
    return generate_latest(together)
