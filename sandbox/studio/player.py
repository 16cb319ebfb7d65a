"""The player page, and the media file that only launched people get."""

from flask import Blueprint, Response, make_response, render_template, request, send_file
from flask.typing import ResponseReturnValue

from sandbox.studio.embeds import Embed
from sandbox.studio.files import SAMPLE
from sandbox.studio.media import Media
from sandbox.studio.pages import page_refused
from sandbox.studio.state import current_studio
from sandbox.studio.viewers import cookie_name

blueprint = Blueprint("player", __name__)


def show_player(embed: Embed, media: Media, start_seconds: float, is_instructor: bool) -> Response:
    """Give the page, with the cookie that opens its media file.

    Security: the caller has verified the launch.
    """
    template = "player.html" if embed.embed_type == "embed" else "bare_player.html"
    page = render_template(
        template,
        embed=embed,
        media=media,
        start_seconds=start_seconds,
        is_instructor=is_instructor,
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    response.set_cookie(
        cookie_name(embed.launch_id),
        current_studio().viewers.make_pass(embed.launch_id),
        secure=True,
        httponly=True,
        samesite="None",
        partitioned=True,
        path="/",
    )
    return response


@blueprint.get("/media/<launch_id>/video.webm")
def video(launch_id: str) -> ResponseReturnValue:
    """Send the file, or the part of it that was asked for."""
    studio = current_studio()
    cookie = request.cookies.get(cookie_name(launch_id), "")
    embed = studio.embeds.find(launch_id)
    if embed is None or not studio.viewers.may_see(launch_id, cookie):
        return page_refused("Only who was launched may see this media.", 403)
    if studio.catalogue.find(embed.media_id) is None:
        return page_refused("This media is gone.", 404)
    response = send_file(SAMPLE, mimetype="video/webm", conditional=True)
    response.headers["Cache-Control"] = "private, no-store"
    return response
