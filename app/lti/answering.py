"""The answer to a deep-linking request: content items, signed by us, posted by a page of ours.

1. Whatever was embedded becomes an item of the kind that this place takes.
2. The answer names the request's deployment and gives its `data` back untouched; the LMS knows
   us by our key set.
3. A page posts it to the return URL of the verified request, unchanged, as Canvas's has a query.

Source: https://www.imsglobal.org/spec/lti-dl/v2p0#deep-linking-response-message
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from flask import Response, g, make_response, render_template
from flask_babel import gettext, ngettext

from app import logs
from app.core import keys
from app.core.carried import LTI
from app.core.content_items import Place, Shown, make_item
from app.core.embeds import Embed
from app.lti import course_page, refusals, session
from app.lti.claims import VERSION, DeepLinking
from app.lti.forward import post_onward
from app.lti.picks import Pick
from app.lti.session import Visit
from app.lti.thumbnails import find_thumbnails
from app.outside import Outside

DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"
LIFETIME = timedelta(minutes=5)

log = structlog.get_logger()


def answer(
    outside: Outside, visit: Visit, picking: DeepLinking, chosen: list[tuple[Pick, Embed]]
) -> Response:
    """Give the LMS what was embedded, in its order."""
    place = _read_place(outside, visit, picking)
    thumbnails: dict[int, str | None] = {}
    if place.kind == "link":
        media_ids = [pick.media_id for pick, _ in chosen]
        thumbnails = find_thumbnails(outside, visit, media_ids)
    items = [
        make_item(
            place, embed, _shown(picking, pick, embed, len(chosen), thumbnails.get(pick.media_id))
        )
        for pick, embed in chosen
    ]
    said = ngettext("Inserted %(num)s video.", "Inserted %(num)s videos.", len(items))
    return _post(outside, picking, items, said)


def cancel(outside: Outside) -> Response:
    """Give the LMS nothing, because whoever was to pick does not want to."""
    token, visit = session.read_instructor(outside)
    if visit.picking is None:
        return course_page.page(outside, token, visit)
    return _post(outside, visit.picking, [], gettext("Nothing was picked."))


def refuse(token: str) -> Response:
    """Say that this place takes nothing that it can be given, with a way back."""
    error = refusals.nothing_accepted()
    log.warning("refused", code=error.slug, status=error.status, why=error.log)
    g.code = error.slug
    reference = logs.current_reference()
    page = render_template("cannot_take.html", error=error, reference=reference, token=token)
    return make_response(page, error.status)


def _read_place(outside: Outside, visit: Visit, picking: DeepLinking) -> Place:
    assert visit.item_kind is not None
    return Place(
        kind=visit.item_kind,
        iframes="iframe" in picking.accept_targets,
        canvas_origin=visit.canvas_origin,
        public_url=outside.settings.public_url,
        studio_url=outside.account(visit.account_id).url,
        mark_key=keys.get_mark_key(outside.db),
        insecure=outside.settings.allow_insecure_urls,
    )


def _shown(
    picking: DeepLinking, pick: Pick, embed: Embed, count: int, thumbnail_url: str | None
) -> Shown:
    """Say how it is shown; the LMS's own texts are for the one item that it asked for.

    Where it takes one only, its title was in the form, and whoever took it out wants Studio's.
    """
    title, text = (picking.title, picking.text) if count == 1 else (None, None)
    title = pick.title or (title if picking.accept_multiple else None) or embed.title
    return Shown(
        title=title,
        text=text or title,
        size=pick.size,
        start_at=pick.start_at,
        thumbnail_url=thumbnail_url,
    )


def _post(
    outside: Outside, picking: DeepLinking, items: list[dict[str, Any]], message: str
) -> Response:
    now = datetime.now(UTC)
    claims = {
        "iss": picking.client_id,
        "aud": [picking.issuer],
        "iat": int(now.timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
        "nonce": secrets.token_urlsafe(24),
        LTI + "message_type": "LtiDeepLinkingResponse",
        LTI + "version": VERSION,
        LTI + "deployment_id": picking.deployment_id,
        DEEP_LINKING + "content_items": items,
        DEEP_LINKING + "msg": message,
    }
    if picking.data is not None:
        claims[DEEP_LINKING + "data"] = picking.data
    token = keys.sign(outside.db, outside.vault, claims)
    return post_onward(picking.return_url, {"JWT": token})
