"""What goes into a course for an embed: a link of ours, or the iframe that Canvas writes itself.

The iframe is recognised by its text: by Canvas's editor, its mobile apps and offline mode. So
its address ends in `url=`, and its attributes are those that Canvas gives it.
Source: canvas-lms, `app/services/youtube_migration_service.rb`, `StudioLtiSupportUtils.ts`.
"""

from dataclasses import dataclass
from html import escape
from typing import Any

from app.core import marks
from app.core.embeds import Embed
from app.core.forwarding import canvas_url, with_start
from app.core.item_kinds import ItemKind
from app.inputs import may_be_loaded, printable

SIZES: dict[str, dict[str, tuple[int, int]]] = {
    "small": {"embed": (640, 704), "bare_embed": (560, 315)},
    "medium": {"embed": (800, 880), "bare_embed": (720, 405)},
    "large": {"embed": (960, 1056), "bare_embed": (960, 540)},
}
"""Width and height in pixels; the medium ones are those of pages where Studio put its media."""
THUMBNAIL = {"width": 160, "height": 90}
LONGEST_TEXT = 255
_PLAIN = str.maketrans({"<": "\u2039", ">": "\u203a", "&": "\uff06"})
_ALLOW = (
    "geolocation *; microphone *; camera *; midi *; encrypted-media *; autoplay *; "
    "clipboard-write *; display-capture *"
)


@dataclass(frozen=True)
class Place:
    """Where items go: what the LMS takes there, and what our links to it are made of.

    `canvas_origin` is needed for the kind `canvas_link`. `iframes` says whether the LMS shows an
    item in a frame if it is told how large, `insecure` (`ALLOW_INSECURE_URLS`) whether a picture
    may be `http:`.
    """

    kind: ItemKind
    iframes: bool
    canvas_origin: str | None
    public_url: str
    studio_url: str
    mark_key: bytes
    insecure: bool


@dataclass(frozen=True)
class Shown:
    """How one embed is shown there. `start_at` is seconds."""

    title: str
    text: str
    size: str
    start_at: int | None
    thumbnail_url: str | None


def make_item(place: Place, embed: Embed, shown: Shown) -> dict[str, Any]:
    """Give the content item of an embed, of the kind that this place takes.

    Source: https://www.imsglobal.org/spec/lti-dl/v2p0#content-item-types
    """
    key, start_at = embed.key, shown.start_at
    launch_url = with_start(embed.launch_url, start_at)
    look = (shown.title, key.embed_type, shown.size)
    texts = {"title": plain(shown.title), "text": plain(shown.text)}
    width, height = SIZES[shown.size][key.embed_type]
    frame = {"width": width, "height": height}
    match place.kind:
        case "native":
            html = native_html(key.course_id, launch_url, *look)
            return {"type": "html", "title": texts["title"], "html": html}
        case "canvas_link":
            url = canvas_url(place.canvas_origin or "", key.course_id, launch_url)
            framed = {"iframe": {"src": url, **frame}} if place.iframes else {}
            return {"type": "link", "url": url, **texts, **framed}
    what = (key.media_id, key.embed_type, key.downloadable)
    parameters = marks.link_parameters(place.mark_key, place.studio_url, *what)
    if start_at is not None:
        parameters |= {"start_at": str(start_at)}
    item = link_item(place.public_url, parameters, *look) | texts
    if not place.iframes:
        del item["iframe"]
    if may_be_loaded(shown.thumbnail_url, insecure=place.insecure):
        item["thumbnail"] = {"url": shown.thumbnail_url, **THUMBNAIL}
    return item


def plain(text: str) -> str:
    """Give a text of one line that is the same as HTML: Canvas writes titles as such."""
    return printable(text).translate(_PLAIN)[:LONGEST_TEXT]


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
    public_url: str,
    parameters: dict[str, str],
    title: str,
    embed_type: str,
    size: str = "medium",
) -> dict[str, Any]:
    """Give the `ltiResourceLink` of a link that embeds this.

    `parameters` are its custom parameters, with the service's mark. Its text is its title.
    """
    shown = plain(title)
    width, height = SIZES[size][embed_type]
    return {
        "type": "ltiResourceLink",
        "url": f"{public_url}/lti/launch",
        "title": shown,
        "text": shown,
        "custom": parameters,
        "iframe": {"width": width, "height": height},
    }


def native_html(
    course_id: int, launch_url: str, title: str, embed_type: str, size: str = "medium"
) -> str:
    """Give the iframe for a Canvas page of this course; relative, as Canvas keeps it."""
    width, height = SIZES[size][embed_type]
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
