"""What a person's LTI roles allow; institution and system roles alone allow nothing here.

Source: https://www.imsglobal.org/spec/lti/v1p3#role-vocabularies (A.2)
"""

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person#"
_TEACHING = frozenset({"instructor", "contentdeveloper", "administrator", "teachingassistant"})


def is_instructor(roles: tuple[str, ...]) -> bool:
    """Whether a context role is Instructor, ContentDeveloper or Administrator, or below one."""
    return any(_context_role(role) in _TEACHING for role in roles)


def has_course_role(roles: tuple[str, ...]) -> bool:
    """Whether any of the roles is one in the course."""
    return any(_context_role(role) for role in roles)


def is_lms_admin(roles: tuple[str, ...]) -> bool:
    """Whether somebody administers the LMS or the school."""
    return any(
        role.startswith((INSTITUTION, SYSTEM)) and role.endswith(("Administrator", "SysAdmin"))
        for role in roles
    )


def is_only_lms_admin(roles: tuple[str, ...]) -> bool:
    """Whether somebody administers the LMS or the school, and has no role in the course."""
    return is_lms_admin(roles) and not has_course_role(roles)


def _context_role(role: str) -> str:
    """Give the principal context role, in lower case; empty where it is none.

    `…membership#Instructor` and `…membership/Instructor#TeachingAssistant` are Instructor,
    a bare `Instructor` too; Canvas once wrote `membership/instructor#`.
    """
    if role.startswith(MEMBERSHIP + "#"):
        return role[len(MEMBERSHIP) + 1 :].lower()
    if role.startswith(MEMBERSHIP + "/"):
        return role[len(MEMBERSHIP) + 1 :].partition("#")[0].lower()
    return "" if ":" in role else role.partition("/")[0].lower()
