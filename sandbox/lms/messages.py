"""The claims of the LTI 1.3 messages as Canvas writes them: pure functions, nothing is signed.

https://www.imsglobal.org/spec/lti/v1p3/ and https://www.imsglobal.org/spec/lti-dl/v2p0.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sandbox.lms.content import ResourceLink
from sandbox.lms.courses import Course
from sandbox.lms.custom import custom_parameters
from sandbox.lms.people import Person
from sandbox.lms.placements import ACCEPTED, Picking
from sandbox.lms.settings import LmsSettings

LTI = "https://purl.imsglobal.org/spec/lti/claim"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim"
DEEP_LINKING_SETTINGS = f"{DEEP_LINKING}/deep_linking_settings"
PLACEMENT = "https://www.instructure.com/placement"
TOOL_NAME = "Studio Embed"


def resource_link_claims(
    person: Person,
    course: Course,
    link: ResourceLink,
    nonce: str,
    now: datetime,
    settings: LmsSettings,
    locale: str = "en",
) -> dict[str, Any]:
    """Give the claims of the launch of a link in a page."""
    return {
        **_shared_claims(person, course, nonce, now, settings, link.custom, locale),
        f"{LTI}/message_type": "LtiResourceLinkRequest",
        f"{LTI}/resource_link": {"id": link.id, "title": link.title},
    }


def navigation_claims(
    person: Person,
    course: Course,
    nonce: str,
    now: datetime,
    settings: LmsSettings,
    locale: str = "en",
) -> dict[str, Any]:
    """Give the claims of a launch from the course's navigation; its link is the course itself."""
    return {
        **_shared_claims(person, course, nonce, now, settings, {}, locale),
        f"{LTI}/message_type": "LtiResourceLinkRequest",
        f"{LTI}/resource_link": {"id": course.context_id, "title": TOOL_NAME},
        PLACEMENT: "course_navigation",
    }


def deep_linking_claims(
    person: Person,
    course: Course,
    nonce: str,
    now: datetime,
    settings: LmsSettings,
    data: str,
    placement: Picking = "editor_button",
    locale: str = "en",
) -> dict[str, Any]:
    """Give the claims of a request for items; `data` must come back untouched.

    As Canvas does it stands in the return URL too, which must be posted to as it is.
    """
    return {
        **_shared_claims(person, course, nonce, now, settings, {}, locale),
        f"{LTI}/message_type": "LtiDeepLinkingRequest",
        DEEP_LINKING_SETTINGS: {
            "deep_link_return_url": f"{settings.url}/deep_linking_response?data={data}",
            **ACCEPTED[placement],
            "data": data,
        },
        PLACEMENT: placement,
    }


def _shared_claims(
    person: Person,
    course: Course,
    nonce: str,
    now: datetime,
    settings: LmsSettings,
    link_custom: Mapping[str, str],
    locale: str,
) -> dict[str, Any]:
    issued = int(now.timestamp())
    return {
        "iss": settings.url,
        "aud": settings.client_id,
        "azp": settings.client_id,
        "sub": person.sub,
        "iat": issued,
        "exp": issued + settings.token_seconds,
        "nonce": nonce,
        **_person_claims(person),
        f"{LTI}/version": "1.3.0",
        f"{LTI}/deployment_id": settings.deployment_id,
        f"{LTI}/target_link_uri": settings.launch_url,
        f"{LTI}/roles": list(person.roles),
        f"{LTI}/context": _context_claim(course),
        f"{LTI}/custom": custom_parameters(
            person, course, settings.host, settings.tool_custom, link_custom
        ),
        f"{LTI}/launch_presentation": {
            "document_target": "iframe",
            "return_url": f"{settings.url}/courses/{course.id}",
            "locale": locale,
        },
        f"{LTI}/tool_platform": {
            "guid": f"sandbox:{settings.host}",
            "name": "Sandbox LMS",
            "product_family_code": "canvas",
            "version": "cloud",
        },
        f"{LTI}/lti1p1": {"user_id": person.legacy_id},
    }


def _person_claims(person: Person) -> dict[str, str]:
    named = {
        "name": person.name,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email,
    }
    return {claim: value for claim, value in named.items() if value is not None}


def _context_claim(course: Course) -> dict[str, Any]:
    return {
        "id": course.context_id,
        "label": course.label,
        "title": course.title,
        "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"],
    }
