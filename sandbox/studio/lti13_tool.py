"""What PyLTI1p3 is told: the one platform, where launch data is kept, cookies, how to ask for keys.

The library does the checks. Launch data is kept in memory, not in a session cookie, which would
grow with each launch. Only what PyLTI1p3 2.0.0 and pylti1p3next share is used, by keyword.
"""

import threading
import time
from typing import Any

import requests
from flask import Response, request
from pylti1p3.contrib.flask.cookie import FlaskCookieService
from pylti1p3.contrib.flask.message_launch import FlaskMessageLaunch
from pylti1p3.contrib.flask.oidc_login import FlaskOIDCLogin
from pylti1p3.contrib.flask.request import FlaskRequest
from pylti1p3.deployment import Deployment
from pylti1p3.exception import LtiException
from pylti1p3.launch_data_storage.base import LaunchDataStorage
from pylti1p3.registration import Registration
from pylti1p3.tool_config.abstract import ToolConfAbstract
from typing_extensions import override

from sandbox.studio.settings import StudioSettings

_KEYS_SECONDS = 10


class LaunchData:
    """What logins leave for launches, each until its time is over."""

    def __init__(self, lock: threading.RLock) -> None:
        self._lock = lock
        self._kept: dict[str, tuple[Any, float]] = {}

    def put(self, key: str, value: Any, seconds: float) -> None:
        """Keep a value for so long."""
        with self._lock:
            self._kept[key] = (value, time.monotonic() + seconds)

    def find(self, key: str) -> Any:
        """Give the value; None when there is none, or no longer."""
        with self._lock:
            value, ends_at = self._kept.get(key, (None, 0.0))
        return value if time.monotonic() < ends_at else None


def make_login(settings: StudioSettings, data: LaunchData) -> FlaskOIDCLogin:
    """Give the library's login for the request that is answered now."""
    asked = _asked()
    return FlaskOIDCLogin(
        request=asked,
        tool_config=_Platform(settings),
        cookie_service=_FrameCookies(asked),  # type: ignore[no-untyped-call]
        launch_data_storage=_Storage(data),
    )


def make_launch(settings: StudioSettings, data: LaunchData) -> FlaskMessageLaunch:
    """Give the library's launch for the request that is answered now."""
    asked = _asked()
    launch = FlaskMessageLaunch(
        request=asked,
        tool_config=_Platform(settings),
        cookie_service=_FrameCookies(asked),  # type: ignore[no-untyped-call]
        launch_data_storage=_Storage(data),
        requests_session=_Keys(),
    )
    launch.set_jwt_verify_options({"verify_aud": False, "require": ["exp", "iat"]})
    return launch


def _asked() -> FlaskRequest:
    return FlaskRequest(  # type: ignore[no-untyped-call]
        cookies=request.cookies,
        session={},
        request_data=request.values,
        request_is_secure=True,
    )


class _Platform(ToolConfAbstract[FlaskRequest]):
    """Studio Embed, as the library asks for it."""

    def __init__(self, settings: StudioSettings) -> None:
        self._settings = settings

    @override
    def check_iss_has_one_client(self, iss: str) -> bool:
        return False

    @override
    def check_iss_has_many_clients(self, iss: str) -> bool:
        return True

    @override
    def find_registration_by_issuer(self, iss: str, *args: Any, **kwargs: Any) -> Registration:
        return self.find_registration_by_params(iss, "")

    @override
    def find_registration_by_params(
        self, iss: str, client_id: str | None, *args: Any, **kwargs: Any
    ) -> Registration:
        settings = self._settings
        if iss != settings.platform_issuer:
            raise LtiException("The platform is unknown.")
        if client_id not in (None, settings.lti_client_id):
            raise LtiException("The client id is not ours.")
        registration = Registration()
        registration.set_issuer(iss).set_client_id(settings.lti_client_id)
        registration.set_auth_login_url(f"{iss}/lti/platform/authorize")
        registration.set_key_set_url(f"{iss}/lti/jwks.json")
        return registration

    @override
    def find_deployment(self, iss: str, deployment_id: str) -> Deployment | None:
        if deployment_id != self._settings.lti_deployment_id:
            return None
        return Deployment().set_deployment_id(deployment_id)

    @override
    def find_deployment_by_params(
        self, iss: str, deployment_id: str, client_id: str, *args: Any, **kwargs: Any
    ) -> Deployment | None:
        return self.find_deployment(iss, deployment_id)


class _Storage(LaunchDataStorage[Any]):
    """The library's view of the launch data; the state's cookie is all it wants of the browser."""

    def __init__(self, data: LaunchData) -> None:
        super().__init__()
        self._data = data

    @override
    def get_session_cookie_name(self) -> None:
        return None

    @override
    def can_set_keys_expiration(self) -> bool:
        return True

    @override
    def get_value(self, key: str) -> Any:
        return self._data.find(key)

    @override
    def set_value(self, key: str, value: Any, exp: int | None = None) -> None:
        self._data.put(key, value, exp or 0)

    @override
    def check_value(self, key: str) -> bool:
        return self._data.find(key) is not None


class _FrameCookies(FlaskCookieService):
    """Cookies that live in another site's frame; each state has one of its own name."""

    @override
    def update_response(self, response: Response) -> None:
        for name, to_set in self._cookie_data_to_set.items():
            response.set_cookie(
                name,
                to_set["value"],
                max_age=to_set["exp"],
                secure=True,
                httponly=True,
                samesite="None",
                partitioned=True,
                path="/",
            )


class _Keys(requests.Session):
    """Asks for the platform's keys: with an end, no proxy, and no errors taken for keys."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False

    @override
    def get(self, url: str | bytes, **kwargs: Any) -> requests.Response:
        answer = super().get(url, timeout=_KEYS_SECONDS, **kwargs)
        answer.raise_for_status()
        return answer
