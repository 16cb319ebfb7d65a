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
        "text": "Cell division, in six minutes",
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
BATCH_WISH: dict[str, Any] = {
    "items": [
        {**EMBED_WISH, "title": "Before week 1", "start_at": 30, "more": {"module": "Week 1"}},
        {"media_id": 260854, "course_id": 102},
    ]
}
BATCH_CSV = (
    "media_id,course_id,embed_type,downloadable,title,start_at,module\n"
    "260854,101,bare_embed,false,Before week 1,30,Week 1\n"
    "260854,102,,,,,Week 1\n"
)
_COUNTS = {"total": 2, "pending": 0, "succeeded": 1, "failed": 1, "cancelled": 0}
BATCH: dict[str, Any] = {
    "id": 7,
    "name": None,
    "status": "done",
    **_COUNTS,
    "per_second": 0.0,
    "ends_at": None,
    "trouble": None,
    "resumes_at": None,
    "created_at": "2026-11-28T22:00:00Z",
    "started_at": "2026-11-28T22:00:01Z",
    "finished_at": "2026-11-28T22:00:02Z",
}
BATCH_BEGUN: dict[str, Any] = {
    **BATCH,
    "status": "queued",
    "pending": 2,
    "succeeded": 0,
    "failed": 0,
    "started_at": None,
    "finished_at": None,
    "folded_count": 1,
    "folded": [{"pointer": "/items/2", "same_as": "/items/1"}],
}
BATCHES: dict[str, Any] = {"batches": [BATCH], "meta": _META}
_ITEM = {
    **EMBED_WISH,
    "number": 1,
    "title": "Before week 1",
    "start_at": None,
    "more": {"module": "Week 1"},
    "status": "succeeded",
    "made": True,
    "embed": {**EMBED, "title": "Before week 1"},
    "error": None,
    "done_at": "2026-11-28T22:00:02Z",
}
_FAILURE = {
    "type": "https://embed.school.example/problems/studio-forbidden",
    "title": "Studio forbids it",
    "status": 403,
    "detail": "The Studio account of this service may not use this video.",
    "remedy": "Ask the owner to share the media, or connect the account as one of Studio's admins. "
    "Then POST to the batch's address with /retry tries it once more.",
}
_FAILED = {"number": 2, "status": "failed", "made": None, "embed": None, "error": _FAILURE}
BATCH_ITEMS: dict[str, Any] = {
    "items": [_ITEM, {**_ITEM, **_FAILED}],
    "meta": {**_META, "total_count": 2},
}
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
