"""Every page and state that a person may meet, each brought about in a browser.

Studio is told to fail where a state wants that; `Stage.rest_studio` ends it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import sqlalchemy as sa
from playwright.sync_api import expect

from app import locks
from app.core import accounts, connecting
from app.core.embeds import EmbedKey
from app.crypto import Vault
from app.models import embed, studio_account
from sandbox.studio.troubled import (
    FAILED_ONE,
    FROM_YOUTUBE,
    LEFT_BEHIND,
    LONG_TITLE,
    NOT_FINISHED,
    RIGHT_TO_LEFT,
    UNCAPTIONED,
)
from tests.browser.stage import Stage
from tests.journeys.picking import without_email
from tests.journeys.registering import Admin
from tests.world import World

State = Callable[[Stage], object]

MITOSIS, PHOTOSYNTHESIS, PODCAST = 260854, 260861, 262118
FOREIGN, GONE = 263940, 999_999
PICKS = (
    ("pick", str(MITOSIS)),
    ("pick", str(PODCAST)),
    (f"shown-{MITOSIS}", "Cell Division: Mitosis in Six Minutes"),
    (f"shown-{PODCAST}", "Podcast: The Voyage of the Beagle (sound only)"),
    (f"embed_type-{PODCAST}", "bare_embed"),
    (f"start_at-{PODCAST}", "1:30"),
)


def picker(stage: Stage, *fields: tuple[str, str], **session: Any) -> None:
    stage.post("/lti/picker", ("session", stage.session(**session)), *fields)


def picked(stage: Stage) -> None:
    picker(stage, *PICKS)
    stage.page.locator(".picked summary").first.click()


def in_course(stage: Stage) -> None:
    stage.post("/lti/picker", ("session", stage.session_of_course_page()), *PICKS[::2])


def filters(stage: Stage) -> None:
    picker(stage, ("collections", "1"), ("tag", "biology"), ("title", "e"))


def faults(stage: Stage) -> None:
    picker(
        stage,
        *PICKS[:4],
        (f"start_at-{MITOSIS}", "soon"),
        ("since", "2026-03-09"),
        ("until", "2026-03-01"),
    )


def notice(stage: Stage) -> None:
    stage.post("/lti/picker/insert", ("session", stage.session()))


def fails(stage: Stage) -> None:
    session = stage.session()
    stage.world.tell_studio("next", operation="search", status=403)
    stage.post("/lti/picker", ("session", session), *PICKS[:4], ("title", "fails"))


def loading(stage: Stage) -> None:
    picker(stage, *PICKS[:4])
    stage.world.tell_studio("next", operation="search", hold=True)
    stage.page.locator("#title").fill("loading")
    expect(stage.page.locator("#results")).to_have_attribute("aria-busy", "true")
    expect(stage.page.locator(".media h3").first).to_have_css("color", "rgba(0, 0, 0, 0)")


def unreached(stage: Stage) -> None:
    picker(stage)
    stage.page.route("**/lti/picker", lambda route: route.abort())
    stage.page.locator("#title").fill("unreached")
    expect(stage.page.locator("#unreached")).to_be_visible()


def dialog(stage: Stage) -> None:
    picker(stage, ("title", "mitosis"))
    stage.page.locator(f"#preview-{MITOSIS}").click()
    expect(stage.page.locator("dialog video")).to_be_visible()


def preview(stage: Stage, media_id: int = MITOSIS) -> None:
    fields = (("session", stage.session()), ("media", str(media_id)), *PICKS)
    stage.post("/lti/picker/preview", *fields)


def report(stage: Stage, *media_ids: int) -> None:
    picks = [("pick", str(media_id)) for media_id in media_ids]
    stage.post("/lti/picker/insert", ("session", stage.session()), *picks)


def cannot_take(stage: Stage) -> None:
    stage.world.tell_lms("behaviour", accept_types=["html"], product_family=None)
    stage.visit_lms("/courses/101/external_tools/launch/editor_button")
    expect(stage.page.get_by_role("button", name="Go back")).to_be_visible()
    stage.world.tell_lms("behaviour")


def without_onward(stage: Stage) -> None:
    """Let pages stay that post themselves on, or go on by a script."""
    for name in ("onward", "binding"):
        stage.page.route(f"**/static/{name}.js", lambda route: route.abort())


def onward(stage: Stage) -> None:
    without_onward(stage)
    stage.post("/lti/picker/cancel", ("session", stage.session()))


def login(stage: Stage) -> None:
    without_onward(stage)
    settings = stage.world.lms.settings
    stage.post(
        "/lti/login",
        ("iss", settings.url),
        ("client_id", settings.client_id),
        ("login_hint", "someone"),
        ("lti_storage_target", "_parent"),
    )


def blocked(stage: Stage) -> None:
    login(stage)
    stage.page.evaluate("""() => {
        document.getElementById("blocked").hidden = false;
        document.getElementById("login").hidden = true;
    }""")


def proof(stage: Stage) -> None:
    login(stage)
    query = parse_qs(urlsplit(stage.page.locator("#login").get_attribute("data-onward")).query)
    stage.page.context.clear_cookies()
    token = stage.world.lms.keys.sign(stage.world.claims(query["nonce"][0]))
    stage.post("/lti/launch", ("id_token", token), ("state", query["state"][0]))


def error(stage: Stage) -> None:
    stage.post("/lti/launch", ("state", "unknown"))


def course(stage: Stage) -> None:
    """Videos of each kind of verdict, the last one with its folded part open."""
    for media_id in (FAILED_ONE, NOT_FINISHED, UNCAPTIONED, LEFT_BEHIND, LONG_TITLE, RIGHT_TO_LEFT):
        stage.world.launch(stage.world.marked(media_id), course_id=102)
    stage.visit_course_page(102)
    stage.page.locator("#check-all").click()
    expect(stage.page.locator("[data-level]")).to_have_count(6, timeout=20_000)
    stage.page.locator("summary").first.click()


def added(stage: Stage) -> None:
    session = ("session", stage.session_of_course_page(103))
    stage.post("/lti/picker/insert", session, *PICKS)


def empty_course(stage: Stage, person: str = "instructor") -> None:
    stage.visit_course_page(_new_course(stage), person)


def many(stage: Stage) -> None:
    """More than fit on one page of the list."""
    course_id = _new_course(stage)
    made: Any = {"account_id": 1, "course_id": course_id, "embed_type": "embed"}
    made |= {"downloadable": False, "uncertain": False, "launch_url": "https://studio.example/"}
    made |= dict.fromkeys(("created_at", "made_at"), datetime.now(UTC))
    rows = [made | {"media_id": each, "title": f"Talk {each}"} for each in range(1, 60)]
    with stage.world.database.writing() as connection:
        connection.execute(sa.insert(embed), rows)
    stage.visit_course_page(course_id)


def not_connected(stage: Stage) -> None:
    """What an admin of the LMS sees while Studio refuses our tokens."""
    mine = sa.update(studio_account)
    with stage.world.database.writing() as connection:
        connection.execute(mine.values(disconnected_at=datetime.now(UTC)))
    stage.visit_course_page(102, "admin")
    expect(stage.page.get_by_role("button", name="Connect Studio")).to_be_visible()
    with stage.world.database.writing() as connection:
        connection.execute(mine.values(disconnected_at=None))


def connect(stage: Stage) -> None:
    world = stage.world
    vault = Vault((world.environment["SECRET_KEY"],))
    (account,) = accounts.list_accounts(world.database)
    link, _ = connecting.make_link(world.database, vault, account)
    stage.page.goto(f"{world.environment['PUBLIC_URL']}/studio/connect?link={link}")


def waiting(stage: Stage) -> None:
    """A launch, while somebody else makes its embed."""
    world = stage.world
    with _held(world, PHOTOSYNTHESIS, 102):
        link = world.tell_lms(
            "links", course_id=102, page="waits", title="Wait", custom=world.marked(PHOTOSYNTHESIS)
        ).json()["lookup_uuid"]
        query = f"display=borderless&resource_link_lookup_uuid={link}"
        stage.visit_lms(f"/courses/102/external_tools/retrieve?{query}", "student")
        expect(stage.page.get_by_role("link", name="Look again now")).to_be_visible()


def inserting(stage: Stage) -> None:
    """Two are put in, while somebody else makes one of them."""
    without_onward(stage)
    with _held(stage.world, PHOTOSYNTHESIS, 101):
        report(stage, MITOSIS, PHOTOSYNTHESIS)


def edit(stage: Stage) -> None:
    stage.visit_lms("/courses/101/pages/week-1/edit")
    stage.page.get_by_role("link", name="Insert media").click()
    stage.page.frame_locator("dialog iframe").locator("#picker").wait_for()


def register(stage: Stage) -> None:
    """The page that an admin of the world's own LMS gets, who adds the tool once more."""
    admin = Admin(stage.world)
    stage.page.goto(stage.world.environment["PUBLIC_URL"] + admin.address(admin.invite()))


def registered(stage: Stage) -> None:
    register(stage)
    stage.page.get_by_role("button", name="Register").click()
    stage.page.get_by_role("heading", name="Studio Embed is registered").wait_for()


def registering(stage: Stage) -> None:
    stage.visit_lms("/registration/", "admin")
    link = f"{stage.world.environment['PUBLIC_URL']}/lti/register?invite=none"
    stage.page.get_by_label("The tool’s link").fill(link)
    stage.page.get_by_role("button", name="Open").click()
    stage.page.frame_locator("main iframe").locator("#code").wait_for()


def approval(stage: Stage) -> None:
    registered(stage)
    stage.visit_lms("/registration/approval", "admin")


@contextmanager
def _held(world: World, media_id: int, course_id: int) -> Iterator[None]:
    """Let an embed be under way."""
    name = EmbedKey(1, media_id, course_id, "embed", downloadable=False).lock_name
    holder = locks.acquire(world.database, name, 45)
    assert holder is not None
    yield
    locks.release(world.database, name, holder)


def _new_course(stage: Stage) -> int:
    made: int = stage.world.tell_lms("courses/103/copy").json()["course_id"]
    return made


def _named(email: str) -> Callable[[dict[str, Any]], object]:
    return lambda claims: claims.update(email=email)


STATES: dict[str, State] = {
    "picker": picker,
    "picker-picked": picked,
    "picker-one-fits": lambda stage: picker(stage, PICKS[0], PICKS[2], accept_multiple=False),
    "picker-in-course": in_course,
    "picker-filters": filters,
    "picker-faults": faults,
    "picker-notice": notice,
    "picker-page-2": lambda stage: picker(stage, ("goto", "2")),
    "picker-marked": lambda stage: picker(stage, ("title", "(")),
    "picker-shared": lambda stage: picker(stage, ("show", "shared")),
    "picker-none-found": lambda stage: picker(stage, ("title", "nothing is called so")),
    "picker-no-media": lambda stage: picker(stage, change=_named("nobody.yet@sandbox.test")),
    "picker-no-email": lambda stage: picker(stage, change=without_email),
    "picker-studio-fails": fails,
    "picker-loading": loading,
    "picker-unreached": unreached,
    "preview-dialog": dialog,
    "preview": preview,
    "preview-from-elsewhere": lambda stage: preview(stage, FROM_YOUTUBE),
    "preview-not-ready": lambda stage: preview(stage, NOT_FINISHED),
    "preview-none": lambda stage: preview(stage, GONE),
    "report": lambda stage: report(stage, MITOSIS, FOREIGN, PHOTOSYNTHESIS, GONE),
    "report-all-failed": lambda stage: report(stage, FOREIGN),
    "cannot-take": cannot_take,
    "inserting": inserting,
    "onward": onward,
    "course": course,
    "course-added": added,
    "course-many": many,
    "course-empty": empty_course,
    "course-student": lambda stage: stage.visit_course_page(102, "student"),
    "course-student-empty": lambda stage: empty_course(stage, "student"),
    "course-lms-admin": lambda stage: stage.visit_course_page(102, "admin"),
    "course-not-connected": not_connected,
    "login": login,
    "login-blocked": blocked,
    "login-proof": proof,
    "waiting": waiting,
    "error": error,
    "home": lambda stage: stage.page.goto(stage.world.environment["PUBLIC_URL"]),
    "connect": connect,
    "register": register,
    "registered": registered,
    "problem": lambda stage: stage.page.goto(
        stage.world.environment["PUBLIC_URL"] + "/problems/media-not-found"
    ),
    "lms-registration": lambda stage: stage.visit_lms("/registration/"),
    "lms-registering": registering,
    "lms-approval": approval,
    "lms-home": lambda stage: stage.visit_lms("/"),
    "lms-course": lambda stage: stage.visit_lms("/courses/101"),
    "lms-modules": lambda stage: stage.visit_lms("/courses/101/modules"),
    "lms-page": lambda stage: stage.visit_lms("/courses/101/pages/week-1"),
    "lms-editor": lambda stage: stage.visit_lms("/courses/101/pages/week-1/edit"),
    "lms-editor-dialog": edit,
}
