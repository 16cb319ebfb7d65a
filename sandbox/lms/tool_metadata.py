"""What a tool says of itself when it registers: whether it is what Canvas takes. Pure.

https://www.imsglobal.org/spec/lti-dr/v1p0#tool-configuration and
https://canvas.instructure.com/doc/api/file.registration.html. Stricter than Canvas: members that
nobody knows are refused, so that tests see what is misspelt.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sandbox.lms.settings import LmsSettings

TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
CANVAS = "https://canvas.instructure.com/lti"
PLACEMENTS = {
    "LtiResourceLinkRequest": ("course_navigation",),
    "LtiDeepLinkingRequest": (
        "RichTextEditor",
        "ContentArea",
        f"{CANVAS}/module_index_menu_modal",
    ),
}
"""By message; Canvas has standard names for two of its places, and long ones for most others."""


class MetadataError(ValueError):
    """The metadata are not this LMS's tool's; the message says what is."""


def _all(*needed: str) -> Any:
    def check(given: list[str]) -> list[str]:
        if set(needed) - set(given):
            raise ValueError(f"must include {', '.join(needed)}")
        return given

    return AfterValidator(check)


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _Message(_Part):
    type: Literal["LtiResourceLinkRequest", "LtiDeepLinkingRequest"]
    target_link_uri: str | None = None
    label: str | None = None
    icon_uri: str | None = None
    custom_parameters: dict[str, str] = {}
    placements: list[str] = []
    visibility: Literal["admins", "members", "public"] | None = Field(
        None, alias=f"{CANVAS}/visibility"
    )
    default_enabled: bool = Field(True, alias=f"{CANVAS}/course_navigation/default_enabled")
    launch_width: int | None = Field(None, alias=f"{CANVAS}/launch_width")
    launch_height: int | None = Field(None, alias=f"{CANVAS}/launch_height")


class _Configuration(_Part):
    domain: str
    target_link_uri: str
    description: str | None = None
    messages: list[_Message]
    claims: list[str]
    custom_parameters: dict[str, str] = {}
    privacy_level: Literal["public", "name_only", "email_only", "anonymous"] | None = Field(
        None, alias=f"{CANVAS}/privacy_level"
    )
    tool_id: str | None = Field(None, alias=f"{CANVAS}/tool_id")


class Metadata(_Part):
    """The body of a registration request."""

    application_type: Literal["web"]
    grant_types: Annotated[list[str], _all("client_credentials", "implicit")]
    response_types: Annotated[list[str], _all("id_token")]
    redirect_uris: list[str]
    initiate_login_uri: str
    client_name: str
    jwks_uri: str
    token_endpoint_auth_method: Literal["private_key_jwt"]
    scope: str
    client_uri: str | None = None
    logo_uri: str | None = None
    tool: _Configuration = Field(alias=TOOL_CONFIGURATION)


def check_metadata(metadata: Metadata, settings: LmsSettings) -> None:
    """Raise `MetadataError` for any tool but the one at `tool_url`, which alone can be launched."""
    expected = {
        "initiate_login_uri": settings.login_url,
        "redirect_uris": [settings.launch_url],
        "jwks_uri": settings.tool_key_set_url,
    }
    for name, value in expected.items():
        if getattr(metadata, name) != value:
            raise MetadataError(f"{name}: this LMS can only have the tool at {settings.tool_url}")
    if metadata.tool.target_link_uri != settings.launch_url:
        raise MetadataError("target_link_uri: is none of the redirect_uris")
    for message in metadata.tool.messages:
        if unknown := set(message.placements) - set(PLACEMENTS[message.type]):
            raise MetadataError(f"placements: {message.type} has no {', '.join(sorted(unknown))}")
