"""What was picked is put into the course, and the LMS is told; the person first, if some fail.

1. The form is read. What cannot be read, or is more than fits in here, goes back to the picker.
2. Each embed is made, unless it is there, after Studio was asked whether this person may use it.
3. Where some failed, a page says why, and what may be done about it; nothing is posted yet.
   Where only the time was up, a page goes on by itself with the same form.
4. The answer is posted to the LMS, or the course page shows what it has now.
"""

import structlog
from flask import Response, make_response, render_template, request
from flask_babel import gettext

from app import logs
from app.core import choices
from app.core.choices import Choice
from app.core.embeds import Embed
from app.lti import answering, course_page, making_picks, picker, picker_form, session
from app.lti.forward import let_itself_post
from app.lti.making_picks import Outcome
from app.lti.picks import Pick, read_picks
from app.lti.session import Visit
from app.outside import Outside
from app.texts import Said, say

HINTS = {
    "media-not-found": say("Leave it out, or pick another one."),
    "media-not-yours": say("Ask its owner to share it with you in Studio, then try again."),
}
"""What to do, where it is another thing for whoever picks than for whoever opens a page."""

log = structlog.get_logger()


def insert(outside: Outside) -> Response:
    """Put what was picked into the course; only for instructors."""
    token, visit = session.read_instructor(outside)
    if visit.picking is not None and visit.item_kind is None:
        return answering.refuse(token)
    chosen = read_picks()
    if (notice := _find_fault(visit, chosen)) is not None:
        return picker.render(outside, token, visit, notice=notice)
    outcomes = making_picks.make_embeds(outside, visit, chosen)
    embedded = [(each.pick, each.embed) for each in outcomes if each.embed is not None]
    if any(outcome.error for outcome in outcomes):
        return _report(token, visit, outcomes)
    if len(embedded) < len(outcomes):
        return _go_on(len(embedded), len(outcomes))
    return _finish(outside, token, visit, embedded)


def _find_fault(visit: Visit, chosen: tuple[Pick, ...]) -> Said | None:
    """Say what keeps the form from being obeyed; None where nothing does."""
    if not chosen:
        return say("Nothing is picked yet.")
    if any(pick.faults for pick in chosen):
        return say("One of the options of what you picked cannot be read. Please correct it.")
    if visit.picking is not None and not visit.picking.accept_multiple and len(chosen) > 1:
        return say("Only one video fits in here. Please remove the others.")
    return None


def _finish(
    outside: Outside, token: str, visit: Visit, embedded: list[tuple[Pick, Embed]]
) -> Response:
    last, _ = embedded[-1]
    choice = Choice(embed_type=last.embed_type, downloadable=last.downloadable, size=last.size)
    choices.keep_choice(outside.db, visit.account_id, visit.course_id, choice)
    if visit.picking is None:
        return course_page.page(outside, token, visit, added=[embed for _, embed in embedded])
    return answering.answer(outside, visit, visit.picking, embedded)


def _report(token: str, visit: Visit, outcomes: list[Outcome]) -> Response:
    """Say what failed and why. Everything that was typed comes along, so that nothing is lost."""
    failed = [outcome for outcome in outcomes if outcome.embed is None]
    errors = [outcome.error for outcome in failed if outcome.error is not None]
    for error in errors:
        log.warning("not-inserted", code=error.slug, status=error.status, why=error.log)
    made = [outcome.pick.media_id for outcome in outcomes if outcome.embed is not None]
    page = render_template(
        "report.html",
        failed=failed,
        titles={outcome.pick.media_id: _title(outcome.pick) for outcome in failed},
        hints=HINTS,
        all_count=len(outcomes),
        made_count=len(made),
        fields=_form_fields(),
        made_fields=_form_fields_of(token, made),
        picking=visit.picking is not None,
        reference=logs.current_reference(),
    )
    return make_response(page, 200 if made else errors[0].status)


def _title(pick: Pick) -> str:
    """Give what people know a media by: what they typed, or what the form showed.

    Security: the form may name any media, so nothing else that is known here is told.
    """
    shown = picker_form.read_shown_title(pick.media_id)
    return pick.title or shown or gettext("Video %(number)s", number=pick.media_id)


def _go_on(made_count: int, all_count: int) -> Response:
    page = render_template(
        "inserting.html", made_count=made_count, all_count=all_count, fields=_form_fields()
    )
    return let_itself_post(page)


def _form_fields() -> list[tuple[str, str]]:
    return list(request.form.items(multi=True))


def _form_fields_of(token: str, media_ids: list[int]) -> list[tuple[str, str]]:
    """Give the form as it would be if only these media were picked."""
    ends = tuple(f"-{media_id}" for media_id in media_ids)
    looks = [(name, value) for name, value in _form_fields() if name.endswith(ends)]
    return [("session", token), *(("pick", str(each)) for each in media_ids), *looks]
