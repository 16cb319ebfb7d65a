"""Where launches begin: LTI 1.3 login initiation for the tool, a signed LTI 1.1 form for Studio.

https://www.imsglobal.org/spec/security/v1p0/#step-1-third-party-initiated-login.
"""

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from sandbox.lms.answers import post_onward
from sandbox.lms.pages import course_or_404, page_or_404
from sandbox.lms.placements import Picking, Placement
from sandbox.lms.session import current_language, current_person
from sandbox.lms.state import PendingLaunch, current_lms
from sandbox.lms.storage import storage_target
from sandbox.lms.studio_launch import (
    is_studio_launch_url,
    sign_studio_launch,
    studio_launch_parameters,
)

blueprint = Blueprint("external_tools", __name__, url_prefix="/courses/<int:course_id>")


@blueprint.get("/external_tools/retrieve")
def retrieve(course_id: int) -> ResponseReturnValue:
    """Launch the tool by a link's lookup uuid, or Studio by a launch URL."""
    if "resource_link_lookup_uuid" in request.args:
        return _launch_link(course_id, request.args["resource_link_lookup_uuid"])
    return _launch_studio(course_id, request.args.get("url", ""))


@blueprint.get("/external_tools/launch/course_navigation")
def launch_navigation(course_id: int) -> ResponseReturnValue:
    """Launch the tool as a place of the course."""
    return _initiate_login(course_id, "course_navigation")


@blueprint.get(
    "/external_tools/launch/<any(editor_button,module_index_menu_modal,link_selection):placement>"
)
def launch_picker(course_id: int, placement: Picking) -> ResponseReturnValue:
    """Launch the tool for deep linking; `page` is the one that is edited."""
    slug = request.args.get("page", "")
    if slug:
        page_or_404(course_or_404(course_id), slug)
    return _initiate_login(course_id, placement, page=slug)


def _launch_link(course_id: int, lookup_uuid: str) -> ResponseReturnValue:
    if course_or_404(course_id).find_link(lookup_uuid) is None:
        abort(404, "There is no such link in this course.")
    return _initiate_login(course_id, "link", lookup_uuid)


def _initiate_login(
    course_id: int, placement: Placement, lookup_uuid: str = "", page: str = ""
) -> str:
    lms = current_lms()
    person = current_person()
    course = course_or_404(course_id)
    hint = lms.start_launch(PendingLaunch(person.id, course.id, placement, lookup_uuid, page))
    lms.note("login", person=person.id, course_id=course.id, placement=placement)
    fields = {
        "iss": lms.issuer,
        "login_hint": person.sub,
        "target_link_uri": lms.settings.launch_url,
        "client_id": lms.settings.client_id,
        "lti_deployment_id": lms.settings.deployment_id,
        "lti_message_hint": hint,
    }
    target = storage_target(lms)
    if target is not None:
        fields["lti_storage_target"] = target
    return post_onward(lms.settings.login_url, fields)


def _launch_studio(course_id: int, url: str) -> ResponseReturnValue:
    lms = current_lms()
    person = current_person()
    course = course_or_404(course_id)
    try:
        if not is_studio_launch_url(url, lms.settings):
            abort(400, "There is no tool for this URL.")
        parameters = studio_launch_parameters(person, course, lms.settings, current_language())
        fields = sign_studio_launch(url, parameters, lms.settings)
    except ValueError:
        abort(400, "There is no tool for this URL: it cannot be read.")
    lms.note("studio_launch", person=person.id, course_id=course.id, url=url)
    return post_onward(url, fields)
