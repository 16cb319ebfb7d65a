"""The LTI 1.1 launch of Studio, as Canvas signs it. Pure but for OAuth's own clock and nonce.

https://www.imsglobal.org/specs/ltiv1p1 and RFC 5849: the URL's query is part of what is signed
and stays in the URL, it is not put into the form.
"""

from urllib.parse import parse_qsl, urlsplit

from oauthlib.oauth1 import SIGNATURE_TYPE_BODY, Client

from sandbox.lms.courses import Course
from sandbox.lms.people import Person
from sandbox.lms.settings import LmsSettings


def is_studio_launch_url(url: str, settings: LmsSettings) -> bool:
    """Say whether the installed Studio is the tool for this URL."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return origin == settings.studio_url and parts.path == "/lti/launch"


def studio_launch_parameters(
    person: Person, course: Course, settings: LmsSettings, locale: str = "en"
) -> dict[str, str]:
    """Give the parameters of the message, before they are signed."""
    named = {
        "lis_person_name_full": person.name,
        "lis_person_name_given": person.given_name,
        "lis_person_name_family": person.family_name,
        "lis_person_contact_email_primary": person.email,
    }
    return {
        "lti_message_type": "basic-lti-launch-request",
        "lti_version": "LTI-1p0",
        "oauth_callback": "about:blank",
        "user_id": person.legacy_id,
        "roles": person.legacy_roles,
        **{name: value for name, value in named.items() if value is not None},
        "context_id": course.context_id,
        "context_label": course.label,
        "context_title": course.title,
        "context_type": "CourseOffering",
        "resource_link_id": course.context_id,
        "resource_link_title": "Studio",
        "launch_presentation_document_target": "iframe",
        "launch_presentation_return_url": f"{settings.url}/courses/{course.id}",
        "launch_presentation_locale": locale,
        "tool_consumer_instance_guid": f"sandbox:{settings.host}",
        "tool_consumer_instance_name": "Sandbox LMS",
        "tool_consumer_info_product_family_code": "canvas",
        "tool_consumer_info_version": "cloud",
        "custom_canvas_course_id": str(course.id),
        "custom_canvas_api_domain": settings.host,
        "custom_canvas_user_id": str(person.canvas_id),
        "custom_canvas_user_login_id": person.login,
        "custom_canvas_enrollment_state": "active",
    }


def sign_studio_launch(
    url: str, parameters: dict[str, str], settings: LmsSettings
) -> dict[str, str]:
    """Give the signed form's fields; raises ValueError for a URL that cannot be signed."""
    # A browser posts a newline as CR LF, which would no longer be what was signed.
    on_one_line = {name: " ".join(value.splitlines()) for name, value in parameters.items()}
    client = Client(
        settings.studio_consumer_key,
        client_secret=settings.studio_consumer_secret,
        signature_type=SIGNATURE_TYPE_BODY,
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    _, _, body = client.sign(url, "POST", on_one_line, headers)
    return dict(parse_qsl(str(body), keep_blank_values=True))
