"""Who teaches the course, by the roles of LTI 1.1 and 1.3: roles elsewhere do not count.

https://www.imsglobal.org/spec/lti/v1p3#role-vocabularies
"""

import re

_INSTRUCTOR = re.compile(
    r"(urn:lti:role:ims/lis/)?(Instructor|TeachingAssistant)(/\w+)?"
    r"|http://purl\.imsglobal\.org/vocab/lis/v2/membership(#Instructor|/Instructor#\w+)"
)


def is_instructor(roles: str) -> bool:
    """Say whether one of these roles, joined by commas, is an instructor's."""
    return any(_INSTRUCTOR.fullmatch(role.strip()) for role in roles.split(","))
