"""A media's files: which there are, where they can be fetched for a while, captions, pictures.

1. `download` redirects to an address that is signed, and good for a day.
2. Whoever has that address gets the file, without a token, until the time is over.
"""

import hashlib
import hmac
import time
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue

from sandbox.studio.lookup import PREFIX, media_for_lookup, media_or_422, number_or_422
from sandbox.studio.media import QUALITIES, Media, Quality
from sandbox.studio.operations import ApiError, bearer_required, operation
from sandbox.studio.state import current_studio

blueprint = Blueprint("files", __name__)

SAMPLE = Path(__file__).parent / "static" / "sample.webm"
"""The file of every media."""
_TYPE = "video/webm"


@blueprint.get(f"{PREFIX}/media/<media_id>/download")
@operation("download")
@bearer_required
def download(media_id: str) -> ResponseReturnValue:
    """Redirect to the best version, or the one that is asked for."""
    media = media_or_422(media_id, "own")
    if media.is_external:
        raise ApiError(422, "The media is external.")
    wanted = request.args.get("quality")
    if wanted is not None and wanted not in QUALITIES:
        raise ApiError(422, f"quality must be one of {', '.join(QUALITIES)}.")
    there = [one for one in media.qualities if wanted in (None, one)]
    if not there:
        raise ApiError(404, "The media or its version was not found.")
    return redirect(_address(media, there[-1]))


@blueprint.get(f"{PREFIX}/media/<media_id>/sources")
@operation("sources")
@bearer_required
def sources(media_id: str) -> ResponseReturnValue:
    """List the media's files."""
    media = media_for_lookup(media_id, "view")
    found = [
        {
            "definition": quality,
            "mime_type": _TYPE,
            "url": _address(media, quality),
            "size": media.size_bytes,
        }
        for quality in media.qualities
    ]
    return jsonify(sources=found)


@blueprint.get("/downloads/<int:media_id>/<quality>.webm")
@operation("download_file")
def download_file(media_id: str, quality: str) -> ResponseReturnValue:
    """Send the file, or a part of it; 403 where the address is not ours, or its time is over."""
    ends, given = request.args.get("expires", ""), request.args.get("signature", "")
    signed = hmac.compare_digest(given.encode(), _signature(int(media_id), quality, ends).encode())
    if not signed or time.time() >= float(ends):
        raise ApiError(403, "This address is not good, or not any more.")
    serving = current_studio().serving
    return send_file(
        BytesIO(SAMPLE.read_bytes()),  # nothing stays open where a caller goes before the end
        download_name=SAMPLE.name,
        mimetype=_TYPE,
        as_attachment=True,
        conditional=serving.ranges,
        etag=serving.version or "sample",
    )


@blueprint.get(f"{PREFIX}/media/<media_id>/caption_files")
@operation("caption_files")
@bearer_required
def caption_files(media_id: str) -> ResponseReturnValue:
    """List the media's captions."""
    captions = current_studio().catalogue.list_captions(media_or_422(media_id, "access").id)
    return jsonify(caption_files=[caption.as_json() for caption in captions])


@blueprint.get(f"{PREFIX}/caption_files/<caption_file_id>/download")
@operation("caption_file")
@bearer_required
def caption_file(caption_file_id: str) -> ResponseReturnValue:
    """Send captions as SubRip text."""
    number = number_or_422("caption_file_id", caption_file_id)
    found = current_studio().catalogue.find_caption(number)
    if found is None:
        raise ApiError(404, "The caption was not found.")
    caption, media_id = found
    media = media_for_lookup(str(media_id), "access")
    text = f"1\n00:00:00,000 --> 00:00:06,000\n[{caption.language}] {media.title}\n"
    return Response(text, mimetype="text/plain")


@blueprint.get("/thumbnails/<int:media_id>.svg")
def thumbnail(media_id: int) -> ResponseReturnValue:
    """Give the media's picture; a sound has none, which Studio answers with 403."""
    media = current_studio().catalogue.find(media_id)
    if media is None or not media.has_thumbnail:
        return Response(status=403)
    lines = [media.title[start : start + 34] for start in range(0, min(len(media.title), 102), 34)]
    picture = render_template("thumbnail.svg", lines=lines, hue=media_id * 47 % 360)
    return Response(picture, mimetype="image/svg+xml")


def _address(media: Media, quality: Quality) -> str:
    settings = current_studio().settings
    ends = str(int(time.time()) + settings.download_seconds)
    signed = {"expires": ends, "signature": _signature(media.id, quality, ends)}
    return f"{settings.url}/downloads/{media.id}/{quality}.webm?{urlencode(signed)}"


def _signature(media_id: int, quality: str, ends: str) -> str:
    text = f"{media_id}\n{quality}\n{ends}".encode()
    key = current_studio().settings.client_secret.encode()
    return hmac.new(key, text, hashlib.sha256).hexdigest()
