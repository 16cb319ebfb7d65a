"""The kinds of problems that the API answers: what each means, and what to do about it."""

from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of problem in words. The title is the same each time; the document's detail is not."""

    title: str
    meaning: str
    remedy: str


KINDS = {
    "key-missing": Kind(
        "No API key",
        "The request has no header Authorization with Bearer and an API key.",
        "Send Authorization: Bearer and the key. An admin makes one with flask api-keys create.",
    ),
    "key-unknown": Kind(
        "Unknown API key",
        "The key that was sent is not one of this service's, or it was revoked.",
        "Ask an admin for a new key.",
    ),
    "scope-missing": Kind(
        "The key may not do this",
        "The key is good, and lacks the scope that this operation needs. The detail names it.",
        "Use a key with that scope: scopes are given when a key is made, and never change.",
    ),
    "body-unreadable": Kind(
        "The body cannot be read",
        "The body is empty, or is no JSON (for a batch: no CSV) in UTF-8.",
        "Send one JSON object, or CSV, as the description of the API shows it.",
    ),
    "media-type": Kind(
        "The body has another media type",
        "This operation takes a body of the type application/json, a batch text/csv too.",
        "Send the header Content-Type: application/json, or text/csv.",
    ),
    "too-large": Kind(
        "The body is too large",
        "A body may have 1 MiB, that of a batch 8 MiB.",
        "Send less in one request.",
    ),
    "fields-odd": Kind(
        "Fields that cannot be used",
        "A field or parameter is missing, unknown, of another type or out of its range. "
        "The member errors names each: pointer is a JSON pointer into the body, "
        "parameter the name of a parameter of the query or the path, or of a header. "
        "In a batch the first thousand are told; of CSV the pointer has the row, as a "
        "spreadsheet shows it, and the column.",
        "Mend each of them. Nothing was done.",
    ),
    "not-found": Kind(
        "Nothing at this address",
        "The API has no such address.",
        "Compare it with the description of the API. Addresses end without a slash.",
    ),
    "method-not-allowed": Kind(
        "Another method",
        "The address is there, and does not take this method.",
        "Use one of those that the header Allow names.",
    ),
    "request-refused": Kind(
        "The request is refused",
        "HTTP itself forbids a request like this one.",
        "Look at the status of the answer.",
    ),
    "too-many-calls": Kind(
        "Too many calls",
        "The key called more often than it may in a minute. Nothing was done.",
        "Wait for the seconds in Retry-After. Each answer tells by RateLimit what is left; "
        "many embeds at once are one call as a batch.",
    ),
    "batch-not-found": Kind(
        "No such batch",
        "The Studio account of this key has no batch of this number.",
        "List the batches that are there.",
    ),
    "batch-empty": Kind(
        "A batch of nothing",
        "There is nothing in it to make. Nothing was begun.",
        "Send at least one.",
    ),
    "batch-too-large": Kind(
        "The batch is too large",
        "A batch may have 10,000 items. Nothing was begun.",
        "Make several batches of it.",
    ),
    "idempotency-key-used": Kind(
        "The key stands for another batch",
        "A batch with another body was begun with this Idempotency-Key, within a week. "
        "Nothing was begun.",
        "Send what was sent with it before, or take a new key.",
    ),
    "embed-not-found": Kind(
        "No such embed",
        "The Studio account of this key has no embed of this number (any more).",
        "List the embeds that are there.",
    ),
    "course-empty": Kind(
        "Nothing is embedded there",
        "The Studio account of this key has no embed in this course, so there is no cartridge.",
        "Make an embed in the course first, or ask for another course.",
    ),
    "embed-busy": Kind(
        "Somebody else is making this embed",
        "The same embed is being made for another request or a launch.",
        "Send the same again after the seconds in Retry-After: then it is there.",
    ),
    "service-busy": Kind(
        "No thread to spare",
        "As many requests of the API wait for Studio in this process as may. "
        "Launches must always find a thread.",
        "Send the same again after the seconds in Retry-After, with fewer requests at once.",
    ),
    "media-not-found": Kind(
        "No such media",
        "Studio has no media of this number (any more), or not in this quality.",
        "Look for the media with a search.",
    ),
    "studio-not-found": Kind(
        "Not in Studio",
        "Studio has nothing of this number (any more).",
        "Look for what is there with a search.",
    ),
    "studio-forbidden": Kind(
        "Studio forbids it",
        "The Studio account of this key may not do this with this media.",
        "Ask the owner to share the media, or connect the account as one of Studio's admins.",
    ),
    "studio-rejected": Kind(
        "Studio rejects it",
        "Studio understood the request and does not do it: it does not know the course, the media "
        "is external, a permission is there already, a person or group is unknown, or a filter has "
        "a value that it lacks.",
        "The same request will be rejected again. See that Studio knows the course of this number; "
        "else the media in Studio shows why.",
    ),
    "studio-argument": Kind(
        "Studio would not take it",
        "An argument has a value that no Studio takes. Nothing was asked of Studio.",
        "Mend the arguments that the detail names.",
    ),
    "studio-authorization": Kind(
        "Studio does not let this service in",
        "Studio accepts none of the tokens that this service has for the account.",
        "An admin of this service has to connect the account to Studio again.",
    ),
    "studio-answer": Kind(
        "An answer that cannot be used",
        "Studio's answer is no JSON, cut off, of another form than documented, or leads elsewhere.",
        "Try once more. If it stays so, tell an admin of this service the reference.",
    ),
    "studio-unavailable": Kind(
        "Studio cannot be reached",
        "Studio answered that it is overloaded or broken, or did not answer, each time.",
        "Send the same again after the seconds in Retry-After.",
    ),
    "studio-held-back": Kind(
        "Studio is left alone",
        "Studio failed again and again, or is asked for as much as it may be: "
        "nothing was asked of it.",
        "Send the same again after the seconds in Retry-After, with fewer requests at once.",
    ),
    "studio-timeout": Kind(
        "Studio took too long",
        "Studio took the request and did not answer in time. It may have obeyed.",
        "Look first whether it was done. An embed may be asked for again: "
        "it is found out whether it was made.",
    ),
    "database-unavailable": Kind(
        "No database",
        "This service cannot reach its database at the moment.",
        "Send the same again after the seconds in Retry-After.",
    ),
    "internal": Kind(
        "A fault of this service",
        "Something went wrong that should not have.",
        "Tell an admin of this service the reference: the log has the rest.",
    ),
}
