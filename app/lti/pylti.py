"""The launch, on pylti1p3, with every check that the library leaves out.

This is the only file that imports pylti1p3, because it must be guarded: by itself it accepts
a token twice, a token of another issuer, tokens without an end or for other audiences, and it
asks the platform for its keys at each launch. `MessageLaunch.validate` keeps the order; each
step it names is replaced or closed here. Only `LaunchError` leaves this file. Not here: whether
this browser began the launch (`binding`), and that it works once (`once`).

Source: https://www.imsglobal.org/spec/security/v1p0/#authentication-response-validation (5.1.3)
"""

import time
from typing import Any, cast
from urllib.parse import urlsplit

from pylti1p3.contrib.flask.message_launch import FlaskMessageLaunch
from pylti1p3.contrib.flask.request import FlaskRequest
from pylti1p3.exception import LtiException, OIDCException
from werkzeug.datastructures import ImmutableMultiDict

from app.core import key_sets, platforms
from app.core.carried import LTI
from app.core.platforms import Platform
from app.inputs import is_id, origin_of
from app.lti import id_token, refusals, state
from app.lti.claims import Launch, read_launch
from app.outside import Outside

LONGEST_TOKEN = 64 * 1024


def verify(outside: Outside, form: ImmutableMultiDict[str, str]) -> tuple[Launch, state.State]:
    """Verify a posted message, and use nothing up; raises `LaunchError`."""
    message = _GuardedLaunch(outside, form)
    try:
        message.validate()
    except (LtiException, OIDCException) as error:
        raise refusals.unverified(type(error).__name__) from None
    assert message.launch is not None
    return message.launch, message.state


class _GuardedLaunch(FlaskMessageLaunch):
    """The library's steps, in its order, each with what it lacks."""

    state: state.State
    token: id_token.IdToken
    body: dict[str, Any]  # unverified before `validate_jwt_signature`, verified after it
    platform: Platform
    launch: Launch | None = None

    def __init__(self, outside: Outside, form: ImmutableMultiDict[str, str]) -> None:
        self.outside, self.form = outside, form
        request = FlaskRequest(  # type: ignore[no-untyped-call]
            cookies={},
            session={},
            request_data=form,
            request_is_secure=outside.settings.secure,
        )
        super().__init__(request, None, requests_session=outside.http)

    def validate_state(self) -> "_GuardedLaunch":
        """Read our signed state. Whether it belongs to this browser is asked later."""
        for field, longest in (("state", state.LONGEST_STATE), ("id_token", LONGEST_TOKEN)):
            values = self.form.getlist(field)
            if len(values) != 1 or not 0 < len(values[0]) <= longest:
                raise refusals.unreadable(f"field {field}: {len(values)} times, or too long")
        self.state = state.read(self.form["state"], self.outside.settings)
        return self

    def validate_jwt_format(self) -> "_GuardedLaunch":
        """Read the token, and see that it says whose it is."""
        self.token = id_token.read(self.form["id_token"])
        body = self.token.unverified_body
        if not is_id(body.get("iss")) or not id_token.audience(body):
            raise refusals.unverified("iss or aud is missing or odd")
        self.body = body
        self._jwt["body"] = cast("Any", body)
        return self

    def validate_nonce(self) -> "_GuardedLaunch":
        """See that the nonce is the one of this state; it is used up later."""
        if self.body.get("nonce") != self.state.nonce:
            raise refusals.unverified("the nonce is not this login's")
        return self

    def validate_registration(self) -> "_GuardedLaunch":
        """See that the token's platform is registered, and is the one that the login went to."""
        issuer, client_id = self.body["iss"], self._client_id()
        found = self.outside.memory.recall(platforms.find_platform, issuer, client_id)
        if found is None:
            raise refusals.not_registered(issuer, client_id)
        if found.id != self.state.platform_id:
            raise refusals.unverified("the token is of another platform than the login")
        self.platform = found
        return self

    def validate_jwt_signature(self) -> "_GuardedLaunch":
        """Verify the signature with the platform's cached key; from here on claims are verified."""
        outside, url = self.outside, self.platform.key_set_url
        key = key_sets.get_key(
            outside.memory, url, self.token.kid, outside.fetch_key_set, outside.seats
        )
        verified = self.token.verify(key)
        id_token.check_claims(verified, *self.platform.names, time.time())
        return self

    def validate_deployment(self) -> "_GuardedLaunch":
        """See that the deployment is registered, or that any is accepted."""
        deployment_id: Any = self.body.get(LTI + "deployment_id")
        if not is_id(deployment_id):
            raise refusals.incomplete("deployment_id")
        if not platforms.accepts_deployment(self.outside.memory, self.platform, deployment_id):
            raise refusals.deployment_not_registered(deployment_id)
        return self

    def validate_message(self) -> "_GuardedLaunch":
        """Read the message into a typed value; the library knows neither of its shapes whole."""
        target = self.body.get(LTI + "target_link_uri")
        if not isinstance(target, str) or not self._is_ours(target):
            raise refusals.incomplete("target_link_uri")
        self.launch = read_launch(self.platform, self.body, self.body[LTI + "deployment_id"])
        return self

    def save_launch_data(self) -> "_GuardedLaunch":
        """Keep nothing: that is done last, and elsewhere (`binding`, `once`)."""
        return self

    def _client_id(self) -> str:
        """Give the audience that is us: `azp` says which, where there are several."""
        audience, azp = id_token.audience(self.body), self.body.get("azp")
        return str(azp) if len(audience) > 1 and is_id(azp) else audience[0]

    def _is_ours(self, target: str) -> bool:
        if origin_of(target) != self.outside.settings.public_url:
            return False
        return urlsplit(target).path == "/lti/launch"
