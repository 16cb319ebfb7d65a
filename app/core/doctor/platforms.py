"""Whether the platforms' key sets can be had now, and whether browsers find this service."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from app.core import key_sets, keys, platforms
from app.core.doctor.asking import Asked, ask
from app.core.doctor.check import Check, failed, ok, warning
from app.core.platforms import Platform
from app.db import Database
from app.http import Answer
from app.settings import Settings

AT_ONCE = 8


def check_platforms(
    db: Database, fetch: Callable[[str], Answer], settings: Settings
) -> tuple[list[Check], list[Asked]]:
    """Fetch every platform's key set, each once; nothing of it is kept."""
    found = platforms.list_platforms(db)
    if not found:
        return [
            warning(
                "platforms",
                "No platform is registered, so nothing can be launched.",
                "Register the LMS by a link of `flask platforms invite`: docs/install-canvas.md, "
                "install-moodle.md or install-other.md.",
            )
        ], []
    urls = sorted({platform.key_set_url for platform in found})
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = dict(
            zip(urls, pool.map(lambda url: ask(url, lambda: fetch(url)), urls), strict=True)
        )
    checks = [_check(platform, asked[platform.key_set_url], settings) for platform in found]
    return checks, list(asked.values())


def _check(platform: Platform, asked: Asked, settings: Settings) -> Check:
    name = f"platform {platform.issuer}, client id {platform.client_id}"
    url = platform.key_set_url
    if asked.answer is None:
        return failed(
            name,
            f"Its key set {url} cannot be fetched: {asked.fault}.",
            "Check that address with `flask platforms show`, and that this machine may reach it. "
            "A private address is refused, unless ALLOW_INSECURE_URLS is set, for development.",
        )
    if asked.answer.status != 200:
        return failed(
            name,
            f"Its key set {url} answers with status {asked.answer.status}.",
            "Compare that address with what the LMS names, and mend it with `flask platforms "
            "add`. Redirects are not followed.",
        )
    usable = key_sets.parse_key_set(asked.answer.body)
    if not usable:
        return failed(
            name,
            f"{url} answers, but holds no key that can verify a launch.",
            "Compare that address with what the LMS names. A key must have a kid, be RSA with "
            "2,048 bits or more, and be for RS256.",
        )
    if not url.startswith("https:") and not settings.development:
        return _without_tls(name, url, allowed=settings.allow_insecure_urls)
    many = "1 usable key" if len(usable) == 1 else f"{len(usable)} usable keys"
    return ok(name, f"{many} at {url}.")


def _without_tls(name: str, url: str, *, allowed: bool) -> Check:
    level = warning if allowed else failed
    return level(
        name,
        f"Its key set {url} is fetched without TLS, so anybody on the way can put keys there.",
        "Give the https: address of the key set with `flask platforms add`.",
    )


def check_address(db: Database, public_url: str, fetch: Callable[[], Answer]) -> Check:
    """See whether `PUBLIC_URL` leads to this service; it need not from where this runs."""
    name, url = "address", f"{public_url}/lti/jwks.json"
    asked = ask(url, fetch)
    if asked.answer is None or asked.answer.status != 200:
        what = f"status {asked.answer.status}" if asked.answer else asked.fault
        return warning(
            name,
            f"{url} does not answer from here: {what}.",
            "Open it in a browser, from outside. If it answers there, all is well; else check "
            "PUBLIC_URL, the proxy, and that the service runs.",
        )
    if not _kids(asked.answer) & {row.kid for row in keys.list_keys(db)}:
        return warning(
            name,
            f"{url} answers, but not with the keys of this database.",
            "Check that PUBLIC_URL leads to this service, and that this command runs with the "
            "service's own environment, DATABASE_URL above all.",
        )
    return ok(name, f"{url} answers, with our keys.")


def _kids(answer: Answer) -> set[Any]:
    return set(key_sets.parse_key_set(answer.body))
