"""What people see of the LMS: the start page, courses, pages, modules."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sandbox.lms.behaviour import KINDS
from sandbox.lms.courses import Course, Page
from sandbox.lms.session import current_person
from sandbox.lms.state import current_lms

blueprint = Blueprint("pages", __name__)


def course_or_404(course_id: int) -> Course:
    """Give the course, or answer that there is none."""
    course = current_lms().find_course(course_id)
    if course is None:
        abort(404, "There is no such course.")
    return course


def page_or_404(course: Course, slug: str) -> Page:
    """Give the page of a course, or answer that there is none."""
    page = course.find_page(slug)
    if page is None:
        abort(404, "There is no such page in this course.")
    return page


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """Say what this is, and list the courses."""
    lms = current_lms()
    return render_template(
        "home.html",
        courses=lms.list_courses(),
        settings=lms.settings,
        kinds={kind: behaviour == lms.behaviour for kind, behaviour in KINDS.items()},
    )


@blueprint.post("/kind")
def choose_kind() -> ResponseReturnValue:
    """Make this another kind of LMS."""
    behaviour = KINDS.get(request.form.get("kind", ""))
    if behaviour is None:
        abort(400, "There is no such kind of LMS.")
    current_lms().behaviour = behaviour
    return redirect(url_for("pages.home"), 303)


@blueprint.get("/courses/<int:course_id>")
def course(course_id: int) -> ResponseReturnValue:
    """List the course's pages and what can be done with it."""
    return render_template("course.html", course=course_or_404(course_id))


@blueprint.post("/courses/<int:course_id>/copy")
def copy(course_id: int) -> ResponseReturnValue:
    """Copy the course, and show the copy."""
    course_or_404(course_id)
    made = current_lms().copy_course(course_id)
    return redirect(url_for("pages.course", course_id=made.id), 303)


@blueprint.get("/courses/<int:course_id>/pages/<slug>")
def page(course_id: int, slug: str) -> ResponseReturnValue:
    """Show a page with its blocks."""
    course = course_or_404(course_id)
    return render_template("page.html", course=course, page=page_or_404(course, slug))


@blueprint.get("/courses/<int:course_id>/modules")
def modules(course_id: int) -> ResponseReturnValue:
    """List the course's modules and what is in them."""
    return render_template("modules.html", course=course_or_404(course_id))


@blueprint.get("/courses/<int:course_id>/modules/items/<lookup_uuid>")
def module_item(course_id: int, lookup_uuid: str) -> ResponseReturnValue:
    """Show a link of a module in a frame."""
    course = course_or_404(course_id)
    link = course.find_link(lookup_uuid)
    if link is None:
        abort(404, "There is no such item in this course.")
    return render_template(
        "framed.html",
        course=course,
        name=link.title,
        address=link.address(course_id),
        in_module=True,
    )


@blueprint.get("/courses/<int:course_id>/external_tools/tool")
def tool(course_id: int) -> ResponseReturnValue:
    """Show the tool as a place of the course."""
    return _launched(course_id, "course_navigation", "Studio Embed")


@blueprint.get("/courses/<int:course_id>/external_tools/picker")
def picker(course_id: int) -> ResponseReturnValue:
    """Show the tool as the editor does, but on a page of its own."""
    return _launched(course_id, "editor_button", "Insert media")


def _launched(course_id: int, placement: str, name: str) -> str:
    address = f"/courses/{course_id}/external_tools/launch/{placement}"
    return render_template(
        "framed.html", course=course_or_404(course_id), name=name, address=address
    )


@blueprint.get("/courses/<int:course_id>/pages/<slug>/edit")
def edit(course_id: int, slug: str) -> ResponseReturnValue:
    """Show a page to be edited: media can be inserted into it."""
    if not current_person().may_edit:
        abort(403, "Only who teaches here may edit pages. The buttons above make you someone else.")
    course = course_or_404(course_id)
    return render_template("edit.html", course=course, page=page_or_404(course, slug))
