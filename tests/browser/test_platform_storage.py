"""The small LMS's platform storage, as a tool in its frame meets it."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, request
from markupsafe import escape
from playwright.sync_api import Frame, Page

from tests.sandbox.lms_visitor import post, small_lms
from tests.servers import serving

FRAME = "post_message_forwarding"
ASK = """([target, message, origin]) => new Promise(done => {
    let asked;
    try {
        asked = target === 'parent' ? parent : parent.frames[target];
    } catch {
        done('nobody to ask'); // of another site, a frame that is not there cannot be looked for
        return;
    }
    addEventListener('message', event => done(
        {...event.data, origin: event.origin, asked: event.source === asked}));
    asked.postMessage(message, origin);
    setTimeout(() => done('no answer'), 500);
})"""
NO_ANSWER = "no answer"


def _create_site(url: str) -> Flask:
    """A tool or a stranger: a page that shows the login's storage target, and posts messages."""
    app = Flask("site")
    app.config["URL"] = url

    @app.route("/", methods=["GET", "POST"], defaults={"path": ""})
    @app.route("/<path:path>", methods=["GET", "POST"])
    def _page(path: str) -> str:
        target = escape(request.form.get("lti_storage_target", "none"))
        return f"<!doctype html><title>{path}</title><p>{target}</p>"

    return app


@pytest.fixture(scope="module")
def served() -> Iterator[Any]:
    """An LMS with a tool, and with a stranger whom its pages may frame too."""
    with (
        serving("127.0.0.3", _create_site) as tool,
        serving("127.0.0.4", _create_site) as stranger,
        small_lms(tool_url=tool.config["URL"], studio_url=stranger.config["URL"]) as lms,
    ):
        yield lms


@pytest.fixture
def lms(served: Any) -> Any:
    served.state.reset()
    return served


def _open_tool(page: Page, lms: Any) -> Frame:
    """Open the tool as a place of a course; gives its frame when all frames are there."""
    page.goto(f"{lms.url}/courses/101/external_tools/tool")
    page.frame_locator("main iframe").locator("p").wait_for()
    for frame in page.frames:
        frame.wait_for_load_state()
    element = page.locator("main iframe").element_handle()
    assert element is not None
    tool = element.content_frame()
    assert tool is not None
    return tool


def _ask(frame: Frame, target: str, origin: str, subject: str, **message: Any) -> Any:
    told = {"subject": subject, "message_id": "m-1", **message}
    return frame.evaluate(ASK, [target, told, origin])


def _answered(origin: str, subject: str, **content: Any) -> dict[str, Any]:
    """The answer of who was asked, at an origin."""
    response = {"subject": f"{subject}.response", "message_id": "m-1", **content}
    return {**response, "origin": origin, "asked": True}


def test_the_page_says_which_frame_keeps_things(page: Page, lms: Any):
    tool = _open_tool(page, lms)
    assert tool.locator("p").inner_text() == FRAME
    answer = _ask(tool, "parent", lms.url, "lti.capabilities")
    assert answer == _answered(
        lms.url,
        "lti.capabilities",
        supported_messages=[
            {"subject": "lti.capabilities"},
            {"subject": "lti.get_data", "frame": FRAME},
            {"subject": "lti.put_data", "frame": FRAME},
        ],
    )


@pytest.mark.parametrize(("storage", "target"), [("forwarding", FRAME), ("parent", "parent")])
def test_what_is_put_can_be_got_on_the_next_page_until_it_is_deleted(
    page: Page, lms: Any, storage: str, target: str
):
    post(lms, "/_sandbox/behaviour", {"storage": storage})
    tool = _open_tool(page, lms)
    put = _ask(tool, target, lms.url, "lti.put_data", key="k", value="v 物")
    assert put == _answered(lms.url, "lti.put_data", key="k", value="v 物")
    tool = _open_tool(page, lms)
    got = _ask(tool, target, lms.url, "lti.get_data", key="k")
    assert got == _answered(lms.url, "lti.get_data", key="k", value="v 物")
    assert page.evaluate("Object.keys(localStorage)") == ["lti|platform_storage|10000000000001|k"]
    gone = _ask(tool, target, lms.url, "lti.put_data", key="k", value=None)
    assert gone == _answered(lms.url, "lti.put_data", key="k", value=None)
    assert _ask(tool, target, lms.url, "lti.get_data", key="k")["value"] is None
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.parametrize(
    ("target", "subject", "message", "code"),
    [
        ("parent", "lti.put_data", {"key": "k", "value": "v"}, "unsupported_subject"),
        ("parent", "lti.odd", {}, "unsupported_subject"),
        (FRAME, "lti.capabilities", {}, "unsupported_subject"),
        (FRAME, "lti.put_data", {"value": "v"}, "bad_request"),
        (FRAME, "lti.put_data", {"key": "", "value": "v"}, "bad_request"),
        (FRAME, "lti.put_data", {"key": "k"}, "bad_request"),
        (FRAME, "lti.put_data", {"key": "k", "value": 1}, "bad_request"),
        (FRAME, "lti.get_data", {"key": 1}, "bad_request"),
        (FRAME, "lti.get_data", {"key": "k", "message_id": ""}, "bad_request"),
    ],
)
def test_a_wrong_message_is_answered_with_what_is_wrong(
    page: Page, lms: Any, target: str, subject: str, message: dict[str, Any], code: str
):
    tool = _open_tool(page, lms)
    answer = _ask(tool, target, lms.url, subject, **message)
    error = answer.pop("error")
    assert (error["code"], sorted(error)) == (code, ["code", "message"])
    assert answer == _answered(lms.url, subject) | {"message_id": message.get("message_id", "m-1")}
    assert page.evaluate("localStorage.length") == 0


def test_messages_that_are_not_of_lti_are_left_alone(page: Page, lms: Any):
    tool = _open_tool(page, lms)
    for message in ("text", None, {"subject": 1}, {"subject": "other.put_data"}):
        assert tool.evaluate(ASK, [FRAME, message, lms.url]) == NO_ANSWER
    assert _ask(tool, FRAME, lms.url, "lti.put_data.response") == NO_ANSWER


def test_a_tool_may_keep_4096_characters(page: Page, lms: Any):
    def put(key: str, value: str) -> str | None:
        answer = _ask(tool, FRAME, lms.url, "lti.put_data", key=key, value=value)
        code: str | None = answer.get("error", {}).get("code")
        return code

    tool = _open_tool(page, lms)
    page.evaluate("localStorage.setItem('of another', 'x'.repeat(5000))")
    assert put("a", "x" * 4096) == "storage_exhaustion"
    assert put("a", "x" * 4095) is None
    assert put("a", "y" * 4095) is None
    assert put("b", "") == "storage_exhaustion"
    assert _ask(tool, FRAME, lms.url, "lti.get_data", key="b")["value"] is None


def test_a_tool_may_keep_500_things(page: Page, lms: Any):
    tool = _open_tool(page, lms)
    page.evaluate(
        """() => { for (let n = 0; n < 499; n++)
            localStorage.setItem(`lti|platform_storage|10000000000001|${n}`, 'x') }"""
    )
    answers = [
        _ask(tool, FRAME, lms.url, "lti.put_data", key=key, value="v").get("error", {}).get("code")
        for key in ("new", "newer", "new", "0")
    ]
    assert answers == [None, "storage_exhaustion", None, None]


@pytest.mark.parametrize("storage", ["forwarding", "parent"])
def test_a_stranger_in_the_tools_frame_gets_no_answer(page: Page, lms: Any, storage: str):
    post(lms, "/_sandbox/behaviour", {"storage": storage})
    targets = ["parent", FRAME] if storage == "forwarding" else ["parent"]
    tool = _open_tool(page, lms)
    assert _ask(tool, targets[-1], lms.url, "lti.put_data", key="k", value="v")["key"] == "k"
    stranger_url = lms.state.settings.studio_url
    tool.goto(f"{stranger_url}/")
    for target in targets:
        for subject in ("lti.capabilities", "lti.get_data"):
            for origin in (lms.url, "*"):
                assert _ask(tool, target, origin, subject, key="k") == NO_ANSWER
    assert tool.url == f"{stranger_url}/"


def test_switched_off_there_is_nobody_to_ask(page: Page, lms: Any):
    post(lms, "/_sandbox/behaviour", {"storage": "off"})
    tool = _open_tool(page, lms)
    assert tool.locator("p").inner_text() == "none"
    assert _ask(tool, FRAME, lms.url, "lti.get_data", key="k") == "nobody to ask"
    assert _ask(tool, "parent", "*", "lti.capabilities") == NO_ANSWER


def test_in_the_page_itself_there_is_no_frame(page: Page, lms: Any):
    post(lms, "/_sandbox/behaviour", {"storage": "parent"})
    tool = _open_tool(page, lms)
    assert tool.locator("p").inner_text() == "_parent"
    assert _ask(tool, FRAME, lms.url, "lti.get_data", key="k") == "nobody to ask"
    messages = [{"subject": f"lti.{name}"} for name in ("capabilities", "get_data", "put_data")]
    answer = _ask(tool, "parent", lms.url, "lti.capabilities")
    assert answer == _answered(lms.url, "lti.capabilities", supported_messages=messages)


def test_messages_to_the_right_origin_never_arrive_at_a_foreign_frame(page: Page, lms: Any):
    post(lms, "/_sandbox/behaviour", {"storage": "foreign"})
    tool = _open_tool(page, lms)
    assert tool.locator("p").inner_text() == FRAME
    told = _ask(tool, "parent", lms.url, "lti.capabilities")["supported_messages"]
    assert {"subject": "lti.put_data", "frame": FRAME} in told
    assert _ask(tool, FRAME, lms.url, "lti.put_data", key="k", value="secret") == NO_ANSWER
    foreign = lms.url.replace("127.0.0.1", "foreign.localhost")
    careless = _ask(tool, FRAME, "*", "lti.put_data", key="k", value="secret")
    assert careless == _answered(foreign, "lti.put_data", key="k", value="secret")
