"""Real Chromium as a school sets it up: third-party cookies blocked, storage partitioned."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Playwright

PROGRAM = "/usr/bin/chromium"
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--test-third-party-cookie-phaseout",
    # Playwright's own list switches storage partitioning off; of two lists the last one counts. The
    # address bar's pop-ups are pages of their own in each window: half of what a window costs.
    "--disable-features=MediaRouter,OptimizationHints,HttpsUpgrades,IsolateOrigins,site-per-process,"
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup",
    # All frames in one process: Playwright loses sight of one that changes its process three times
    # within a second. What a site may see and keep does not depend on that.
    "--disable-site-isolation-trials",
]


OWN_STORAGE_SHUT = """if (location.origin === ORIGIN && window !== window.top) {
    const shut = () => { throw new DOMException('shut', 'SecurityError'); };
    Object.defineProperty(window, 'localStorage', { get: shut });
}"""


@contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Start Chromium."""
    browser = playwright.chromium.launch(executable_path=PROGRAM, args=_flags())
    try:
        yield browser
    finally:
        browser.close()


def without_cookies(site: str, top: str) -> dict[str, Any]:
    """The setting of somebody who lets `site` have no cookie in frames of `top`, of no kind."""
    return {"content_settings": {"exceptions": {"cookies": {f"{site},{top}": {"setting": 2}}}}}


def without_scripts() -> dict[str, Any]:
    """The setting of somebody who lets no page run a script."""
    return {"default_content_setting_values": {"javascript": 2}}


def shut_own_storage(context: BrowserContext, site: str) -> None:
    """Let `site` keep nothing of its own in frames."""
    context.add_init_script(OWN_STORAGE_SHUT.replace("ORIGIN", json.dumps(site)))


@contextmanager
def set_chromium(
    playwright: Playwright, folder: Path, setting: dict[str, Any]
) -> Iterator[BrowserContext]:
    """Start Chromium with a setting that its user made."""
    (folder / "Default").mkdir(parents=True)
    (folder / "Default" / "Preferences").write_text(json.dumps({"profile": setting}))
    context = playwright.chromium.launch_persistent_context(
        folder,
        executable_path=PROGRAM,
        args=_flags(),
        viewport={"width": 1280, "height": 900},
    )
    try:
        yield context
    finally:
        context.close()


def _flags() -> list[str]:
    """As root Chromium cannot have its sandbox."""
    return [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
