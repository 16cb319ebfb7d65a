"""Real Chromium as a school sets it up: third-party cookies blocked, storage partitioned."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

PROGRAM = "/usr/bin/chromium"
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--test-third-party-cookie-phaseout",
    # Playwright's own list switches storage partitioning off; of two lists the last one counts.
    "--disable-features=MediaRouter,OptimizationHints,HttpsUpgrades",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium; as root it cannot have its sandbox."""
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=flags)
        try:
            yield browser
        finally:
            browser.close()
