"""Every refusal of a login or launch, as a teacher reads it: what happened, what to do."""

from app.errors import LaunchError
from app.texts import Said, say

_RELOAD = say("Go back to the course page, reload it, and open this again from there.")
_ADMIN = say("Please tell the people who look after your LMS; the reference below helps them.")


def unreadable(log: str) -> LaunchError:
    """What arrived is no launch at all."""
    return LaunchError(
        "launch-unreadable",
        400,
        say("This page did not get what your LMS normally sends."),
        _RELOAD,
        log=log,
    )


def incomplete(claim: str) -> LaunchError:
    """Something is missing, or of a shape that LTI does not allow."""
    return LaunchError(
        "launch-incomplete",
        400,
        say("Your LMS left out {claim}, or sent it in a form that cannot be used.", claim=claim),
        say("Ask an admin to check how this tool is set up in the LMS."),
        log=f"claim {claim}",
    )


def unverified(log: str) -> LaunchError:
    """The token is not what it says it is."""
    return LaunchError(
        "launch-unverified",
        401,
        say("We could not confirm that this came from your LMS, so it was not opened."),
        say(
            "{reload} If that does not help, tell the people who look after your LMS.",
            reload=_RELOAD,
        ),
        log=log,
    )


def expired(log: str) -> LaunchError:
    """Too old, or used before."""
    return LaunchError(
        "launch-expired", 401, say("This has expired or was already used."), _RELOAD, log=log
    )


def left_too_long() -> LaunchError:
    """A page whose session is over, or that was changed by hand."""
    return LaunchError(
        "page-expired",
        401,
        say("This page was left open for too long."),
        say("Close it, and open it again from your course."),
        log="a session that is unknown, over, or was left too long",
    )


def set_up_anew(what: str) -> LaunchError:
    """A page whose session was begun for another platform, account or course than it has now."""
    return LaunchError(
        "page-expired",
        401,
        say("Since this page was opened, an admin changed how your course is set up here."),
        say("Close it, and open it again from your course."),
        log=f"a session of another {what} than there is now",
    )


def unbound() -> LaunchError:
    """The browser did not give our cookie back."""
    return LaunchError(
        "browser-not-recognised",
        401,
        say("Your browser keeps back what this page needs to know you by."),
        say(
            "Open the course page in a new window and try again there, or in another browser. "
            "If cookies are blocked for this site, allow them."
        ),
        log="neither cookie nor stored proof of this launch",
    )


def not_registered(issuer: str, client_id: str | None) -> LaunchError:
    """Nobody registered this platform, or this client id of it."""
    return LaunchError(
        "platform-not-registered",
        403,
        say("This LMS is not registered with this service."),
        say(
            "Ask an admin to register it with `flask platforms add`: issuer {issuer}, "
            "client id {client_id}.",
            issuer=issuer[:255],
            client_id=client_id[:255] if client_id else say("not given"),
        ),
        log=f"issuer {issuer[:255]!r} client_id {(client_id or '')[:255]!r}",
    )


def deployment_not_registered(deployment_id: str) -> LaunchError:
    """The platform is known, this deployment of the tool in it is not."""
    return LaunchError(
        "deployment-not-registered",
        403,
        say("This installation of the tool in your LMS is not registered."),
        say(
            "Ask an admin to run `flask platforms add` for this LMS again, with the option "
            "--deployment-id {deployment_id}.",
            deployment_id=deployment_id[:255],
        ),
        log=f"deployment {deployment_id[:255]!r}",
    )


def unknown_tool(parameter: str) -> LaunchError:
    """Somebody asks our platform side who is not registered with it."""
    return LaunchError(
        "studio-not-registered",
        400,
        say("This page did not get what Studio normally sends."),
        say(
            "Ask an admin to compare {parameter} with what this service has for the launch mode "
            "lti13: STUDIO_LTI_CLIENT_ID and STUDIO_LTI_REDIRECT_URIS, or what `flask studio add` "
            "was given. They must be exactly what Studio sends.",
            parameter=parameter,
        ),
        log=f"authorization request with an unknown {parameter}",
    )


def by_platform(error: str) -> LaunchError:
    """The platform sent `error` in place of a token (OpenID Connect Core, 3.1.2.6)."""
    match error:
        case "login_required":
            title = say("Your LMS no longer knows who you are.")
            hint = say("Log in to your LMS again, then open the page again.")
        case "launch_no_longer_valid":
            title = say("This page was open for too long, or was opened twice.")
            hint = _RELOAD
        case _:
            title, hint = say("Your LMS did not allow this to be opened."), _ADMIN
    known = error if error.replace("_", "").isalnum() else "unreadable"
    return LaunchError(
        "platform-refused", 403, title, hint, log=f"the platform answered error={known[:64]}"
    )


def only_lms_admin() -> LaunchError:
    """Somebody who looks after the LMS, and has no role in the course."""
    return LaunchError(
        "no-course-role",
        403,
        say("You administer the LMS, but you have no role in this course."),
        say("Add yourself to the course as a teacher, then open this page again."),
    )


def only_instructors() -> LaunchError:
    """Picking is what instructors of the course do."""
    return LaunchError(
        "only-instructors",
        403,
        say("Only teachers of this course can do this."),
        say("Please ask your teacher."),
    )


def connects_not() -> LaunchError:
    """Connecting Studio from a page is what admins do, where it is not connected."""
    return LaunchError(
        "connect-not-offered",
        403,
        say("Studio cannot be connected from this page."),
        say(
            "It is connected by now, or you do not administer the LMS. An admin of this service "
            "can connect it anew with `flask studio connect`."
        ),
    )


def not_embedded_yet() -> LaunchError:
    """Nobody made the embed, and this person may not cause it to be made."""
    return LaunchError(
        "not-embedded-yet",
        403,
        say("This video is not ready in this course yet."),
        say("It will be as soon as your teacher has opened this page once. Please tell them."),
    )


def without_context() -> LaunchError:
    """No course to list, or to make an embed in."""
    return LaunchError(
        "context-missing",
        400,
        say("Your LMS did not say which course this is."),
        say("Open it from a page of the course."),
    )


def nothing_accepted() -> LaunchError:
    """A place of an LMS that takes neither links nor, as Canvas may, what leads to Studio."""
    return LaunchError(
        "nothing-accepted",
        422,
        say("This place in your course cannot take a video."),
        say(
            "Go back, and add the video in another place: on a page, or as an item of the course. "
            "If there is none, ask the people who look after your LMS."
        ),
        log="accept_types has nothing that can be given",
    )


def not_listed() -> LaunchError:
    """An embed of another course, or one that was forgotten since its page was shown."""
    return LaunchError(
        "embed-not-found",
        404,
        say("This video was taken out of the list of this course meanwhile."),
        say("If it is still needed, a teacher can add it again."),
    )


def odd_parameter(name: str, expected: Said) -> LaunchError:
    """A link whose custom parameters cannot be read."""
    return LaunchError(
        "link-odd",
        400,
        say(
            "This link is not set up right: its custom parameter {name} must be {expected}.",
            name=name,
            expected=expected,
        ),
        say("Whoever put the link here can repair it, or put it here again."),
        log=f"custom parameter {name}",
    )


def studio_busy() -> LaunchError:
    """As many requests of this process wait for Studio as may."""
    return LaunchError(
        "studio-busy",
        503,
        say("This service is busy at the moment."),
        say("Please try again in a few seconds."),
        5,
    )
