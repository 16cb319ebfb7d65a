"""Who teaches, by LTI roles: context roles only, in long and short form."""

import pytest

from app.lti.roles import has_course_role, is_instructor, is_lms_admin, is_only_lms_admin

CONTEXT = "http://purl.imsglobal.org/vocab/lis/v2/membership"
INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person#"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"

TEACHING = [
    f"{CONTEXT}#Instructor",
    f"{CONTEXT}#ContentDeveloper",
    f"{CONTEXT}#Administrator",
    f"{CONTEXT}/Instructor#TeachingAssistant",
    f"{CONTEXT}/Instructor#Lecturer",
    f"{CONTEXT}/ContentDeveloper#Librarian",
    f"{CONTEXT}/Administrator#Developer",
    f"{CONTEXT}/instructor#",
    "Instructor",
    "ContentDeveloper",
    "Administrator",
    "TeachingAssistant",
    "Instructor/TeachingAssistant",
]
OTHER = [
    f"{CONTEXT}#Learner",
    f"{CONTEXT}#Mentor",
    f"{CONTEXT}#Manager",
    f"{CONTEXT}#Member",
    f"{CONTEXT}/Learner#Instructor",
    f"{CONTEXT}/Learner#GuestLearner",
    "Learner",
    "Mentor",
]
NOWHERE = [
    f"{INSTITUTION}Instructor",
    f"{INSTITUTION}Administrator",
    f"{INSTITUTION}Faculty",
    f"{SYSTEM}Administrator",
    f"{SYSTEM}SysAdmin",
    TEST_USER,
    "http://evil.example/vocab/lis/v2/membership#Instructor",
    "http://purl.imsglobal.org.evil.example/vocab/lis/v2/membership#Instructor",
    f"https://evil.example/?{CONTEXT}#Instructor",
    "urn:lti:instrole:ims/lis/Instructor",
    f"{CONTEXT}s#Instructor",
    CONTEXT,
    f"{CONTEXT}#",
    "",
]


@pytest.mark.parametrize("role", TEACHING)
def test_these_teach(role: str):
    assert (is_instructor((role,)), has_course_role((role,))) == (True, True)


@pytest.mark.parametrize("role", OTHER)
def test_these_have_a_role_in_the_course_and_do_not_teach(role: str):
    assert (is_instructor((role,)), has_course_role((role,))) == (False, True)


@pytest.mark.parametrize("role", NOWHERE)
def test_these_are_nothing_in_the_course(role: str):
    assert (is_instructor((role,)), has_course_role((role,))) == (False, False)


def test_one_teaching_role_among_others_is_enough():
    assert is_instructor((f"{INSTITUTION}Student", f"{CONTEXT}#Learner", f"{CONTEXT}#Instructor"))


def test_no_role_at_all_is_no_role():
    assert (is_instructor(()), has_course_role(()), is_only_lms_admin(())) == (False, False, False)


@pytest.mark.parametrize(
    ("roles", "only"),
    [
        ((f"{INSTITUTION}Administrator",), True),
        ((f"{SYSTEM}SysAdmin", f"{SYSTEM}User"), True),
        ((f"{SYSTEM}Administrator", f"{CONTEXT}#Learner"), False),
        ((f"{SYSTEM}Administrator", f"{CONTEXT}#Instructor"), False),
        ((f"{INSTITUTION}Instructor",), False),
        ((f"{CONTEXT}#Administrator",), False),
        (("http://evil.example/system/person#Administrator",), False),
    ],
)
def test_only_an_admin_is_who_administers_and_has_no_role_in_the_course(
    roles: tuple[str, ...], only: bool
):
    assert is_only_lms_admin(roles) is only


@pytest.mark.parametrize(
    ("roles", "is_so"),
    [
        ((f"{INSTITUTION}Administrator", f"{CONTEXT}#Instructor"), True),
        ((f"{SYSTEM}SysAdmin",), True),
        ((f"{CONTEXT}#Administrator", f"{INSTITUTION}Instructor"), False),
    ],
)
def test_who_administers_the_lms_may_teach_too(roles: tuple[str, ...], is_so: bool):
    assert is_lms_admin(roles) is is_so
