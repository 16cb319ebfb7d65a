"""One example for each body and answer, as the API's description shows them."""

from typing import Any

_OWNER = {
    "id": 4401,
    "full_name": "Ines Instructor",
    "display_name": "Ines",
    "email": "ines@school.example",
}
_MEDIA = {
    "id": 260854,
    "title": "Cell division, in six minutes",
    "description": None,
    "duration": 362.4,
    "created_at": "2026-09-01T08:30:00Z",
    "last_viewed": "2026-11-20",
    "last_viewed_by_student": None,
    "thumbnail_url": "https://school.instructuremedia.com/thumbnails/260854.jpg",
    "transcoding_status": "transcoding_finished",
    "owner": _OWNER,
    "size": 48211034,
    "source": "upload",
    "embed_id": "e348ffa5-1cb3-4c8b-9f26-db50f0aade22",
    "lti_launch_id": "e348ffa5-1cb3-4c8b-9f26-db50f0aade22-260854",
}
_COLLECTION = {
    "id": 7011,
    "name": "Biology 101",
    "type": "course_wide",
    "course_id": 101,
    "created_at": "2026-08-20T07:00:00Z",
}
_META = {"current_page": 1, "last_page": 1, "total_count": 1}
_PERMISSION = {"id": 9, "type": "user", "permission": "view", "email": "tom@school.example"}
_LAUNCH_URL = (
    "https://school.instructuremedia.com/lti/launch?custom_arc_launch_type=bare_embed"
    "&custom_arc_media_id=e348ffa5-1cb3-4c8b-9f26-db50f0aade22-260854&custom_arc_start_at=0"
)

STUDIO_EMBED_WISH: dict[str, Any] = {
    "course_id": 101,
    "embed_type": "bare_embed",
    "downloadable": False,
}
EMBED_WISH: dict[str, Any] = {"media_id": 260854, **STUDIO_EMBED_WISH}
EMBED: dict[str, Any] = {
    "id": 12,
    **EMBED_WISH,
    "title": "Cell division, in six minutes",
    "launch_url": _LAUNCH_URL,
    "html": '<iframe class="lti-embed" title="Cell division, in six minutes" src="/courses/101/'
    'external_tools/retrieve?display=borderless&amp;url=https%3A%2F%2Fschool…"></iframe>',
    "content_item": {
        "type": "ltiResourceLink",
        "url": "https://embed.school.example/lti/launch",
        "title": "Cell division, in six minutes",
        "custom": {
            "media_id": "260854",
            "embed_type": "bare_embed",
            "downloadable": "false",
            "link": "Zp1c0kJ…",
        },
        "iframe": {"width": 720, "height": 405},
    },
    "created_at": "2026-11-25T10:15:00Z",
}
EMBEDS: dict[str, Any] = {"embeds": [EMBED], "meta": _META}
LAUNCH_URL: dict[str, Any] = {"launch_url": _LAUNCH_URL}
ONE_MEDIA: dict[str, Any] = {"media": _MEDIA}
MEDIA_PAGE: dict[str, Any] = {"media": [_MEDIA], "meta": _META}
COURSES: dict[str, Any] = {"courses": [{"id": 101, "name": "Biology 101"}]}
PERMISSIONS_WISH: dict[str, Any] = {
    "permissions": [{"user_id": 4405, "permission": "view"}, {"group_id": 12, "permission": "edit"}]
}
PERMISSIONS: dict[str, Any] = {"permissions": [_PERMISSION]}
PERSPECTIVES: dict[str, Any] = {
    "perspectives": [{"id": 501, "media_id": 260854, "collection": _COLLECTION}]
}
SOURCES: dict[str, Any] = {
    "sources": [
        {
            "url": "https://files.school.example/260854.mp4",
            "definition": "high",
            "mime_type": "video/mp4",
            "size": 48211034,
        }
    ]
}
USERS: dict[str, Any] = {
    "users": [{**_OWNER, "permission": "edit"}],
    "user_permissions": [{**_OWNER, "permission": "edit"}],
}
