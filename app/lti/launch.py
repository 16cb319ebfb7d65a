"""The way of a launch: check message and browser, find the course and the embed, forward."""

from functools import partial

from flask import Response, g, request

from app.core import courses
from app.lti import (
    binding,
    canvas,
    course_page,
    deep_linking,
    making,
    once,
    policy,
    pylti,
    refusals,
)
from app.lti.claims import Launch
from app.lti.state import State
from app.outside import Outside

MAX_BODY = 256 * 1024
WAIT_SECONDS = 3.0


def launch(outside: Outside) -> Response:
    """Answer a posted launch; each step may refuse it with a page."""
    message, begun = check_message(outside)
    if (page := binding.ask_for_proof(outside, message, begun)) is not None:
        return page
    once.use_up(outside.memory, message, begun)
    course = find_course(outside, message)
    if message.is_deep_linking:
        answer = deep_linking.show(outside, message, course)
    elif not message.has_media:
        answer = course_page.show(outside, message, course)
    else:
        answer = making.forward_or_make(outside, message, course, WAIT_SECONDS)
    binding.delete_cookie(answer, begun)
    return answer


def check_message(outside: Outside) -> tuple[Launch, State]:
    """Check what was posted; from here on the message is verified."""
    request.max_content_length = MAX_BODY
    form = request.form
    if form.get("error"):
        raise refusals.by_platform(form["error"])
    message, begun = pylti.verify(outside, form)
    policy.allow_frames(partial(canvas.frame_origins, outside, message))
    g.locale = message.locale
    return message, begun


def find_course(outside: Outside, message: Launch) -> courses.Course:
    """Find the course that Studio wants for this launch; pin it where this launch may."""
    return courses.resolve_course(
        outside.memory,
        message.platform.id,
        message.context_id,
        message.custom.get("canvas_course_id"),
        by_placement=message.pins_course,
        by_instructor=message.is_instructor,
    )
