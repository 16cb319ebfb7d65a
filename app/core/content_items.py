"""What goes into a course for an embed: a link of ours, or the iframe that Canvas writes itself.

The iframe is recognised by its text: by Canvas's editor, its mobile apps and offline mode. So
its address ends in `url=`, and its attributes are those that Canvas gives it.
Source: canvas-lms, `app/services/youtube_migration_service.rb`, `StudioLtiSupportUtils.ts`.
"""

from html import escape
from typing import Any

from app.core import marks
from app.core.embeds import Embed
from app.core.forwarding import canvas_url, with_start
from app.inputs import printable

SIZES: dict[str, dict[str, tuple[int, int]]] = {
    "small": {"embed": (640, 704), "bare_embed": (560, 315)},
    "medium": {"embed": (800, 880), "bare_embed": (720, 405)},
    "large": {"embed": (960, 1056), "bare_embed": (960, 540)},
}
"""Width and height in pixels; the medium ones are those of pages where Studio put its media."""
_ALLOW = (
    "geolocation *; microphone *; camera *; midi *; encrypted-media *; autoplay *; "
    "clipboard-write *; display-capture *"
)


def describe(
    embed: Embed, studio_url: str, public_url: str, mark_key: bytes, start_at: int | None = None
) -> dict[str, Any]:
    """Give an embed as programs get it, with what goes into a course page.

    There it begins at `start_at` seconds, where that is wanted.
    """
    key, shown = embed.key, (embed.title, embed.key.embed_type)
    what = (key.media_id, key.embed_type, key.downloadable)
    parameters = marks.link_parameters(mark_key, studio_url, *what)
    if start_at is not None:
        parameters |= {"start_at": str(start_at)}
    launch_url = with_start(embed.launch_url, start_at)
    return {
        "id": embed.id,
        "media_id": key.media_id,
        "course_id": key.course_id,
        "embed_type": key.embed_type,
        "downloadable": key.downloadable,
        "title": embed.title,
        "launch_url": launch_url,
        "html": native_html(key.course_id, launch_url, *shown),
        "content_item": link_item(public_url, parameters, *shown),
        "created_at": embed.created_at,
    }


def link_item(
    public_url: str, parameters: dict[str, str], title: str, embed_type: str
) -> dict[str, Any]:
    """Give the `ltiResourceLink` of a link that embeds this.

    `parameters` are its custom parameters, with the service's mark.
    """
    width, height = SIZES["medium"][embed_type]
    return {
        "type": "ltiResourceLink",
        "url": f"{public_url}/lti/launch",
        "title": printable(title),
        "custom": parameters,
        "iframe": {"width": width, "height": height},
    }


def native_html(course_id: int, launch_url: str, title: str, embed_type: str) -> str:
    """Give the iframe for a Canvas page of this course; relative, as Canvas keeps it."""
    width, height = SIZES["medium"][embed_type]
    plain = str(embed_type == "bare_embed").lower()
    attributes = {
        "class": "lti-embed",
        "style": f"width: {width}px; height: {height}px;",
        "title": printable(title),
        "src": canvas_url("", course_id, launch_url),
        "width": str(width),
        "height": str(height),
        "allowfullscreen": "allowfullscreen",
        "webkitallowfullscreen": "webkitallowfullscreen",
        "mozallowfullscreen": "mozallowfullscreen",
        "allow": _ALLOW,
        "data-studio-resizable": plain,
        "data-studio-tray-enabled": plain,
        "data-studio-convertible-to-link": "true",
    }
    written = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items())
    return f"<iframe {written}></iframe>"
