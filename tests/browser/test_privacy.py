"""The proof that the other tests here run in a browser that keeps sites apart."""

from flask import Flask, Response, request
from playwright.sync_api import Page

from tests.servers import serving


def _create_framed(url: str) -> Flask:
    """A site that sets one cookie of each kind in a frame, and shows what comes back."""
    app = Flask("framed")
    app.config["URL"] = url

    @app.get("/set")
    def _set() -> Response:
        answer = Response("<!doctype html><title>set</title>set")
        for name, partitioned in (("unpartitioned", False), ("partitioned", True)):
            answer.set_cookie(name, "1", secure=True, samesite="None", partitioned=partitioned)
        return answer

    @app.get("/seen")
    def _seen() -> str:
        return f"<!doctype html><title>seen</title><p>{' '.join(sorted(request.cookies))}</p>"

    return app


def _create_framing(url: str) -> Flask:
    """A site that frames whatever it is told to."""
    app = Flask("framing")
    app.config["URL"] = url

    @app.get("/")
    def _top() -> str:
        return f'<!doctype html><title>top</title><iframe src="{request.args["frame"]}"></iframe>'

    return app


def test_third_party_cookies_are_blocked_and_storage_is_partitioned(page: Page):
    with (
        serving("127.0.0.2", _create_framed) as framed,
        serving("127.0.0.1", _create_framing) as top,
    ):
        inner, outer = framed.config["URL"], top.config["URL"]
        page.goto(f"{outer}/?frame={inner}/set")
        page.frames[1].evaluate("localStorage.setItem('kept', '1')")
        page.goto(f"{outer}/?frame={inner}/seen")
        in_frame = page.frames[1].locator("p").inner_text()
        kept_in_frame = page.frames[1].evaluate("localStorage.getItem('kept')")
        page.goto(f"{inner}/seen")
        on_top = page.locator("p").inner_text()
        kept_on_top = page.evaluate("localStorage.getItem('kept')")
    assert (in_frame, kept_in_frame) == ("partitioned", "1")
    assert (on_top, kept_on_top) == ("", None)
