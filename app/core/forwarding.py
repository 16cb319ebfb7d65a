"""Launch mode `canvas`, in which Canvas itself launches Studio; and where a media begins, in each.

The browser is sent to Canvas's `external_tools/retrieve` with the launch URL; Canvas finds the
tool that the URL belongs to and makes the LTI launch with the proper parameters.
"""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from app.errors import EmbedError
from app.texts import say

_HOST = re.compile(
    r"(?=.{1,253}(:|$))[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
    r"(:[0-9]{1,5})?",
    re.ASCII,
)


@lru_cache(maxsize=1024)  # a class opens the same embed, and quoting is slow
def canvas_url(canvas_origin: str, course_id: int, launch_url: str) -> str:
    """Give the address at which Canvas launches Studio for an embed."""
    return (
        f"{canvas_origin}/courses/{course_id}/external_tools/retrieve"
        f"?display=borderless&url={quote(launch_url, safe='')}"
    )


def canvas_origin(
    canvas_api_domain: str | None,
    login_origin: str,
    allowed_hosts: tuple[str, ...] | None,
    *,
    insecure: bool,
) -> str:
    """Give the origin of the Canvas that a launch came from.

    `canvas_api_domain` is a custom parameter, so teachers can write it: only a plain host that
    matches `allowed_hosts` is taken, any where that is None. `insecure`
    (`ALLOW_INSECURE_URLS`) allows a port; http: only where host and port are those of the
    launching platform's own http: authorization URL, whose origin is `login_origin`.
    Raises `EmbedError` where it is missing, odd or not allowed.
    """
    if canvas_api_domain is None:
        raise _missing_host()
    host = canvas_api_domain.lower()
    if not _HOST.fullmatch(host) or (":" in host and not insecure):
        raise _odd_host()
    if allowed_hosts is not None and not matches_host(host.partition(":")[0], allowed_hosts):
        raise _refused_host(host, allowed_hosts)
    scheme = "http" if insecure and login_origin == f"http://{host}" else "https"
    return f"{scheme}://{host}"


def matches_host(host: str, patterns: tuple[str, ...]) -> bool:
    """Whether a host is one of `patterns`, in which `*.` stands for any subdomain."""
    return any(
        host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern
        for pattern in (pattern.lower() for pattern in patterns)
    )


def with_start(launch_url: str, start_at: int | None) -> str:
    """Give the launch URL that begins at `start_at` seconds, where that is wanted."""
    if start_at is None:
        return launch_url
    parts = urlsplit(launch_url)
    others = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name != "custom_arc_start_at"
    ]
    query = urlencode([*others, ("custom_arc_start_at", str(start_at))])
    return urlunsplit(parts._replace(query=query))


def _missing_host() -> EmbedError:
    return EmbedError(
        "canvas-host-missing",
        400,
        say("Your LMS did not give its address."),
        say(
            "Ask an admin to add the custom parameter canvas_api_domain=$Canvas.api.domain to the "
            "tool's configuration."
        ),
    )


def _odd_host() -> EmbedError:
    return EmbedError(
        "canvas-host-odd",
        400,
        say("Your LMS gave an address that cannot be used."),
        say(
            "The custom parameter canvas_api_domain must be a plain host name: ask an admin to set "
            "it to $Canvas.api.domain in the tool's configuration."
        ),
    )


def _refused_host(host: str, allowed_hosts: tuple[str, ...]) -> EmbedError:
    return EmbedError(
        "canvas-host-refused",
        403,
        say("This service does not know the LMS at {host}.", host=host),
        say(
            "If it is yours, ask an admin to set CANVAS_HOSTS={hosts}",
            hosts=",".join((*allowed_hosts, host)),
        ),
    )
