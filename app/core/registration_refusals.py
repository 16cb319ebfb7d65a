"""Every way in which registering an LMS fails, as its admin reads it: what happened, what to do.

Nothing that an LMS answered is repeated, but for a status and a one-word code.
"""

from dataclasses import replace

from app.errors import RegistrationError
from app.texts import Said, say

_NEW_LINK = say(
    "Ask those who run this service for a new link: they make it with `flask platforms invite`."
)
_ADMIN = say("Please tell those who run this service; the reference below helps them.")
_BY_HAND = say(
    "Register it by hand: those who run this service do that with `flask platforms add`."
)
_SAME_LINK = say("Begin again in your LMS; the link is still good.")
_LOOK_FIRST = say(
    "Look in your LMS whether the tool is there: then it is registered, and all is well. If it is "
    "not: {new_link}",
    new_link=_NEW_LINK,
)
_MAYBE_THERE = say(
    "Look in your LMS whether the tool is there. If it is, delete it, and begin again there; the "
    "link is still good."
)


def invite_over(log: str) -> RegistrationError:
    """Nobody was invited by this, or somebody came before."""
    return RegistrationError(
        "invite-expired",
        401,
        say("This link is too old, or was already used."),
        _NEW_LINK,
        log=log,
    )


def invite_gone() -> RegistrationError:
    """The invite was good when the page was shown: perhaps its own button used it."""
    return replace(invite_over("the invite was used or ended meanwhile"), hint=_LOOK_FIRST)


def invite_in_use() -> RegistrationError:
    """Somebody registers with the same invite at this very moment."""
    return RegistrationError(
        "invite-in-use",
        409,
        say("Somebody is registering an LMS with this link just now."),
        say(
            "Wait a minute, then look in your LMS whether the tool is there. If it is there and "
            "does not open, delete it and begin again."
        ),
        retry_after_seconds=60,
    )


def invited_another(issuer: str) -> RegistrationError:
    """The invite was made for one issuer, and this is another."""
    return RegistrationError(
        "invite-for-another",
        403,
        say("This link was made for another LMS than {issuer}.", issuer=issuer),
        _NEW_LINK,
        log=f"issuer {issuer!r}",
    )


def outside_lms() -> RegistrationError:
    """The link was opened by hand: no LMS said who it is."""
    return RegistrationError(
        "register-outside-lms",
        400,
        say("This link is for your LMS, not for the address bar."),
        say(
            "Copy it, and paste it in your LMS where tools are added by dynamic registration. "
            "Nothing was used up."
        ),
        log="no openid_configuration",
    )


def unreadable(log: str) -> RegistrationError:
    """What the LMS sent with the link is no address, or no token."""
    return RegistrationError(
        "register-unreadable",
        400,
        say("This page did not get what your LMS normally sends."),
        _ADMIN,
        log=log,
    )


def left_too_long() -> RegistrationError:
    """The page's form is too old, or was changed."""
    return RegistrationError(
        "register-expired",
        401,
        say("This page was left open for too long."),
        _SAME_LINK,
        log="the form is older than half an hour, or not ours",
    )


def busy() -> RegistrationError:
    """No thread is to spare; nothing is used up."""
    return RegistrationError(
        "register-busy",
        503,
        say("Nothing is registered yet: this service has too much to do at the moment."),
        say("Reload this page in a few seconds."),
        retry_after_seconds=5,
    )


def unreachable(why: str) -> RegistrationError:
    """The LMS does not answer. Which addresses and ports do is not for everybody to know."""
    return RegistrationError(
        "platform-unreachable",
        502,
        say("This service cannot reach your LMS."),
        say(
            "It must be reachable from the internet, over https, with a certificate that is "
            "trusted. Those who run this service find the reason in its log."
        ),
        log=why,
    )


def odd_configuration(what: str) -> RegistrationError:
    """The LMS's configuration lacks something, or has it in a form that cannot be used."""
    return RegistrationError(
        "platform-configuration",
        502,
        say("What your LMS says of itself cannot be used: {what}.", what=what),
        _BY_HAND,
        log=what,
    )


def foreign_issuer(issuer: str) -> RegistrationError:
    """Whoever answered says that it is somebody else."""
    return RegistrationError(
        "issuer-elsewhere",
        403,
        say("Your LMS calls itself {issuer}, and answers from another address.", issuer=issuer),
        say("Anybody could say that, so it was not believed. {by_hand}", by_hand=_BY_HAND),
        log=f"issuer {issuer!r} is not the origin of its configuration",
    )


def known_otherwise(issuer: str) -> RegistrationError:
    """The issuer is registered, and its launches come from elsewhere."""
    return RegistrationError(
        "platform-differs",
        409,
        say("{issuer} is registered here already, with other addresses.", issuer=issuer),
        say(
            "Nothing was changed. If the LMS has moved, those who run this service give the new "
            "addresses to `flask platforms add`, for each client id that `flask platforms list` "
            "shows; then begin again."
        ),
        log=f"issuer {issuer!r} with another authorization endpoint or key set",
    )


def not_configured(status: int) -> RegistrationError:
    """The LMS did not give its configuration."""
    title = say("Your LMS did not say what it is. It answered {status}.", status=str(status))
    return _declined(status, title, f"the address of the configuration answered {status}")


def not_accepted(status: int, error: str) -> RegistrationError:
    """The LMS refused, or failed, and so did not register anything."""
    told = f"{status} {error}".rstrip()
    title = say("Your LMS did not register this service. It answered {status}.", status=told)
    return _declined(status, title, f"the registration endpoint answered {told}")


def _declined(status: int, title: Said, log: str) -> RegistrationError:
    if status in (401, 403):
        hint = say("It gives a new permission each time. {again}", again=_SAME_LINK)
    else:
        hint = say("{again} If that does not help: {by_hand}", again=_SAME_LINK, by_hand=_BY_HAND)
    return RegistrationError("platform-declined", 502, title, hint, log=log)


def unheard(why: str) -> RegistrationError:
    """The LMS was asked, and how it decided did not come back."""
    return RegistrationError(
        "registration-unheard",
        504,
        say("Your LMS did not say whether it registered this service."),
        _MAYBE_THERE,
        log=why,
    )


def without_client_id() -> RegistrationError:
    """The LMS agreed, and did not say how it calls us."""
    return RegistrationError(
        "registration-odd",
        502,
        say("Your LMS registered this service, and did not say under which client id."),
        say(
            "If the tool is in your LMS, those who run this service can give what it shows there "
            "to `flask platforms add`. Else delete it, and begin again; the link is still good."
        ),
        log="an answer without a client_id that can be used",
    )


def not_saved(issuer: str, client_id: str, why: str) -> RegistrationError:
    """The LMS agreed, and the database did not take it."""
    return RegistrationError(
        "registration-not-saved",
        503,
        say("Your LMS registered this service, but that could not be kept here."),
        _MAYBE_THERE,
        log=f"issuer {issuer!r} client_id {client_id!r}: {why}",
    )


def registered_there(issuer: str, client_id: str, error: RegistrationError) -> RegistrationError:
    """Give an error again for when the LMS has agreed already."""
    hint = say(
        "Your LMS registered this service all the same: delete the tool that it added. {hint}",
        hint=error.hint,
    )
    log = f"issuer {issuer!r} client_id {client_id!r}: {error.log}"
    return replace(error, hint=hint, log=log)
