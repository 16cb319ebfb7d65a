"""What a page may do after its launch: decided when the launch was verified, for whom it was.

Every form of such a page carries the token as its field `session`, also where a script sends it;
there is no cookie, so no other site can make a browser ask in its reader's name.
"""

from datetime import UTC, datetime

from flask import g, request
from pydantic import BaseModel, ConfigDict, ValidationError

from app.core import courses, library, platforms, sessions
from app.core.courses import Course
from app.core.item_kinds import ItemKind, choose_kind
from app.lti import canvas, policy, refusals
from app.lti.claims import DeepLinking, Launch
from app.lti.forward import Traveller
from app.outside import Outside


class Visit(BaseModel):
    """One person on one page, in one course of one platform.

    `email` is None where `unknown` says why Studio cannot know this person. `picking` is there
    where the LMS asks for links, `traveller` where embeds can be played. `item_kind` is the kind
    of content item that the LMS is given, None where it takes nothing that it can be given;
    `canvas_origin` where such an item leads. `connects`: who administers the LMS whose people the
    account's Studio knows.
    """

    model_config = ConfigDict(frozen=True)
    platform_id: int
    context_id: str
    sub: str
    account_id: int
    course_id: int
    course_title: str | None
    teaches: bool
    only_lms_admin: bool
    connects: bool = False
    email: str | None
    unknown: library.Unknown | None = None
    traveller: Traveller | None
    picking: DeepLinking | None
    locale: str | None
    frame_origins: tuple[str, ...]
    began_at: datetime
    item_kind: ItemKind | None = None
    canvas_origin: str | None = None


def begin(outside: Outside, message: Launch, course: Course) -> Visit:
    """Read from a verified launch what its page may do.

    Raises `ServiceError` where it is not certain which course it is, and, where embeds are to be
    played, where the launch mode lacks something.
    """
    if message.context_id is None:
        raise refusals.without_context()
    course.check_may_make()
    account = outside.account_of(message.platform)
    picking = message.deep_linking
    at_home = outside.is_home(account, message.platform)
    unknown = library.find_unknown(message.email, at_home=at_home)
    kind = None if picking is None else _choose_kind(outside, picking, account.launch_mode)
    return Visit(
        platform_id=message.platform.id,
        context_id=message.context_id,
        sub=message.sub,
        account_id=account.id,
        course_id=course.course_id,
        course_title=message.context_title,
        teaches=message.is_instructor,
        only_lms_admin=message.is_only_lms_admin,
        connects=message.is_lms_admin and at_home,
        email=None if unknown else message.email,
        unknown=unknown,
        traveller=None if picking else Traveller.from_launch(outside, message, account),
        picking=picking,
        locale=message.locale,
        frame_origins=policy.frame_origins(),
        began_at=datetime.now(UTC),
        item_kind=kind,
        canvas_origin=canvas.find_origin(outside, message) if kind == "canvas_link" else None,
    )


def keep(outside: Outside, visit: Visit) -> str:
    """Keep a visit; gives the token for the page's forms."""
    return sessions.open_session(outside.db, outside.vault, visit.model_dump_json())


def read(outside: Outside) -> tuple[str, Visit]:
    """Give the token and the visit of the page that asks; raises `LaunchError` (401)."""
    token = request.form.get("session", "")
    text = sessions.find_session(outside.db, outside.vault, token)
    try:
        visit = Visit.model_validate_json(text or "")
    except ValidationError:
        raise refusals.left_too_long() from None
    _check_binding(outside, visit)
    policy.allow_frames(lambda: visit.frame_origins)
    g.locale = visit.locale
    return token, visit


def read_instructor(outside: Outside) -> tuple[str, Visit]:
    """Give the same for a page that only instructors have; raises `LaunchError` (401, 403)."""
    token, visit = read(outside)
    if not visit.teaches:
        raise refusals.only_instructors()
    return token, visit


def _check_binding(outside: Outside, visit: Visit) -> None:
    """Raise `LaunchError` where platform, account or course are no longer those of the launch."""
    platform = outside.memory.recall(platforms.find_platform_by_id, visit.platform_id)
    if platform is None:
        raise refusals.set_up_anew("platform")
    if outside.account_of(platform).id != visit.account_id:
        raise refusals.set_up_anew("Studio account")
    pinned_id = courses.find_pinned(outside.memory, platform.id, visit.context_id)
    if pinned_id not in (None, visit.course_id):
        raise refusals.set_up_anew("course")


def _choose_kind(outside: Outside, picking: DeepLinking, launch_mode: str) -> ItemKind | None:
    wish = outside.settings.studio_deep_link_item
    taken = (picking.accept_types, picking.placement)
    return choose_kind(wish, launch_mode, *taken, canvas=picking.in_canvas)
