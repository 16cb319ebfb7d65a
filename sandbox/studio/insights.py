"""Who has watched a perspective, as CSV; the numbers are made up of the media's own.

Page Insights of https://developerdocs.instructure.com/services/studio/api-reference
"""

import csv
import io
from collections.abc import Iterable

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from sandbox.studio.lookup import PREFIX, media_for_lookup
from sandbox.studio.media import Media
from sandbox.studio.operations import ApiError, bearer_required, operation
from sandbox.studio.people import Person
from sandbox.studio.perspectives import find_place
from sandbox.studio.state import current_studio

blueprint = Blueprint("insights", __name__, url_prefix=f"{PREFIX}/perspectives")

_ROLES = ("admin", "teacher", "student")


@blueprint.get("/<perspective_id>/insights/overview")
@operation("insights_overview")
@bearer_required
def overview(perspective_id: str) -> ResponseReturnValue:
    """Say how much was watched."""
    media = _watched(perspective_id)
    viewers = _viewers(media)
    minutes = round(len(viewers) * (media.duration_seconds or 0) / 60, 2)
    totals = {
        "Title": media.title,
        "Views": len(viewers),
        "Time Viewed [min]": minutes,
        "Unique Viewers": len(viewers),
    }
    return _table(totals.items())


@blueprint.get("/<perspective_id>/insights/users")
@operation("insights_users")
@bearer_required
def users(perspective_id: str) -> ResponseReturnValue:
    """Say who watched how much."""
    viewers = _viewers(_watched(perspective_id))
    rows = [(one.full_name, one.email, one.role, 100) for one in viewers]
    return _table([("Name", "Email", "Role", "Completion rate [%]"), *rows])


def _watched(perspective_id: str) -> Media:
    """Give the media whose perspective this is; 404 where it is none."""
    place = find_place(perspective_id)
    if place is None:
        raise ApiError(404, "The perspective was not found.")
    media = media_for_lookup(str(place[0]), "edit")
    if place[1] > len(current_studio().embeds.list_by_course(media.id)):
        raise ApiError(404, "The perspective was not found.")
    return media


def _viewers(media: Media) -> list[Person]:
    """List who watched: nobody, teachers only, or a student too, as the media's dates say."""
    role = request.args.get("role")
    if role is not None and role not in _ROLES:
        raise ApiError(422, f"role must be one of {', '.join(_ROLES)}.")
    people = current_studio().people
    student = people.get(4402) if media.last_viewed_by_student else None
    teacher = media.owner if media.last_viewed else None
    return [one for one in (teacher, student) if one is not None and role in (None, one.role)]


def _table(rows: Iterable[Iterable[object]]) -> Response:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return Response(text.getvalue(), mimetype="text/csv")
