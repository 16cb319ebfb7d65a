"""The launch modes of a Studio account, and what each of them needs."""

from typing import Literal, get_args

LaunchMode = Literal["canvas", "lti11", "lti13"]
LAUNCH_MODES: tuple[LaunchMode, ...] = get_args(LaunchMode)
NEEDED: dict[str, tuple[str, ...]] = {
    "lti11": ("lti_key", "lti_secret"),
    "lti13": ("lti_client_id", "lti_deployment_id", "lti_login_url", "lti_redirect_uris"),
}
