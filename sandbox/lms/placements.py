"""From where in a course the tool is launched, and what each place that asks for items accepts.

The lists are Canvas's (canvas-lms, `lib/lti/messages/deep_linking_request.rb`), but for one thing:
Canvas takes several items from `link_selection`, which here is the place for a single one.
"""

from collections.abc import Mapping
from typing import Any, Literal, get_args

Picking = Literal["editor_button", "module_index_menu_modal", "link_selection"]
Placement = Literal["link", "course_navigation"] | Picking

PICKING: tuple[Picking, ...] = get_args(Picking)

ACCEPTED: Mapping[Picking, Mapping[str, Any]] = {
    "editor_button": {
        "accept_types": ["link", "file", "html", "ltiResourceLink", "image"],
        "accept_presentation_document_targets": ["embed", "iframe", "window"],
        "accept_multiple": True,
    },
    "module_index_menu_modal": {
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe", "window"],
        "accept_multiple": True,
        "auto_create": True,
    },
    "link_selection": {
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe", "window"],
        "accept_multiple": False,
    },
}
"""The deep-linking settings of each place, as far as they are always the same."""
