"""What people see of the LMS: the start page, courses, and pages with framed links."""

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from sandbox.lms.courses import Course
from sandbox.lms.state import current_lms

blueprint = Blueprint("pages", __name__)


def course_or_404(course_id: int) -> Course:
    """Give the course, or answer that there is none."""
    course = current_lms().find_course(course_id)
    if course is None:
        abort(404, "There is no such course.")
    return course


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """Say what this is, and list the courses."""
    lms = current_lms()
    return render_template("home.html", courses=lms.list_courses(), settings=lms.settings)


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
    """Show a page with its links in frames."""
    course = course_or_404(course_id)
    shown = course.find_page(slug)
    if shown is None:
        abort(404, "There is no such page in this course.")
    return render_template("page.html", course=course, page=shown)


@blueprint.get("/courses/<int:course_id>/external_tools/tool")
def tool(course_id: int) -> ResponseReturnValue:
    """Show the tool as a place of the course."""
    return render_template(
        "framed.html", course=course_or_404(course_id), placement="course_navigation"
    )


@blueprint.get("/courses/<int:course_id>/external_tools/picker")
def picker(course_id: int) -> ResponseReturnValue:
    """Show the tool as the editor does, to pick something for a page."""
    return render_template(
        "framed.html", course=course_or_404(course_id), placement="editor_button"
    )
