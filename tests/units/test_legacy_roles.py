"""Roles, as LTI 1.1 names them."""

import pytest

from app.core.lti11 import legacy_roles

LIS = "http://purl.imsglobal.org/vocab/lis/v2/"
COURSE = f"{LIS}membership"
SCHOOL = f"{LIS}institution/person#"
SYSTEM = f"{LIS}system/person#"
ASSISTANT = "urn:lti:role:ims/lis/TeachingAssistant"


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (f"{COURSE}#Instructor", "Instructor"),
        (f"{COURSE}#Learner", "Learner"),
        (f"{COURSE}#ContentDeveloper", "ContentDeveloper"),
        (f"{COURSE}#Administrator", "Administrator"),
        (f"{COURSE}#Member", "Member"),
        (f"{COURSE}#Manager", "Manager"),
        (f"{COURSE}#Mentor", "urn:lti:role:ims/lis/Mentor"),
        (f"{COURSE}#TeachingAssistant", ASSISTANT),
        (f"{COURSE}/Instructor#TeachingAssistant", ASSISTANT),
        (f"{COURSE}/instructor#TeachingAssistant", ASSISTANT),
        (f"{COURSE}/Learner#GuestLearner", "urn:lti:role:ims/lis/Learner/GuestLearner"),
        (f"{COURSE}/instructor#Lecturer", "urn:lti:role:ims/lis/Instructor/Lecturer"),
        (f"{COURSE}/Mentor#Advisor", "urn:lti:role:ims/lis/Mentor/Advisor"),
        ("membership#Learner", "Learner"),
        ("membership/Instructor#Lecturer", "urn:lti:role:ims/lis/Instructor/Lecturer"),
        (f"{SCHOOL}Student", "urn:lti:instrole:ims/lis/Student"),
        ("institution/person#Faculty", "urn:lti:instrole:ims/lis/Faculty"),
        (f"{SYSTEM}SysAdmin", "urn:lti:sysrole:ims/lis/SysAdmin"),
        ("Learner", "Learner"),
        ("Instructor/TeachingAssistant", ASSISTANT),
        ("TeachingAssistant", ASSISTANT),
        ("Urgent", "Urgent"),
        ("http://purl.imsglobal.org/vocab/lti/system/person#TestUser", ""),
        (f"{COURSE}#Officer", ""),
        (f"{COURSE}#Learner,Instructor", ""),
        (f"{COURSE}/Learner,Instructor#X", ""),
        (f"{SCHOOL}Student,Administrator", ""),
        ("Learner,Instructor", ""),
        ("Learner, Instructor", ""),
        ("Learner\nInstructor", ""),
        (f"{COURSE}#Learner\n", ""),
        (f"{COURSE}#", ""),
        (f"{COURSE}s#Learner", ""),
        (COURSE, ""),
        (f"https://evil.example/{COURSE}#Instructor", ""),
        ("https://evil.example/vocab/lis/v2/membership#Instructor", ""),
        ("urn:lti:role:ims/lis/Instructor", ""),
        ("Lehrkraft für Biologie", ""),
        ("İnstructor", ""),
        ("", ""),
    ],
)
def test_a_role_has_its_old_name_or_is_left_out(role: str, expected: str):
    assert legacy_roles((role,)) == expected


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ((), ""),
        (
            (f"{SCHOOL}Instructor", f"{COURSE}#Instructor", f"{SYSTEM}User"),
            "Instructor,urn:lti:instrole:ims/lis/Instructor,urn:lti:sysrole:ims/lis/User",
        ),
        (
            (f"{SYSTEM}User", f"{COURSE}#Learner", f"{COURSE}#Member", f"{SCHOOL}Student"),
            "Learner,Member,urn:lti:sysrole:ims/lis/User,urn:lti:instrole:ims/lis/Student",
        ),
        ((f"{COURSE}#Learner", "Learner", "membership#Learner"), "Learner"),
        ((f"{COURSE}#Learner", "odd", "odd,er", f"{COURSE}#Odd"), "Learner,odd"),
    ],
)
def test_roles_in_the_course_come_first_and_each_once(roles: tuple[str, ...], expected: str):
    assert legacy_roles(roles) == expected


def test_canvas_teaching_assistant_is_that_alone_whatever_their_place():
    canvas = (
        f"{SCHOOL}Instructor",
        f"{COURSE}#Instructor",
        f"{COURSE}/Instructor#TeachingAssistant",
    )
    expected = f"{ASSISTANT},urn:lti:instrole:ims/lis/Instructor"
    assert legacy_roles(canvas) == expected
    assert legacy_roles(tuple(reversed(canvas))) == expected


def test_other_roles_of_an_assistant_stay():
    roles = (f"{COURSE}#TeachingAssistant", f"{COURSE}#Learner", f"{COURSE}#Instructor")
    assert legacy_roles(roles) == f"{ASSISTANT},Learner"
