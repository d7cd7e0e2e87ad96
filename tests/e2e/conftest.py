"""A real Chromium, logged in to a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.e2e.browser import chromium_path, log_in
from tests.e2e.office import Office
from tests.servers import Server

SCREEN = (1280, 900)
PHONE = (390, 844)

PageFactory = Callable[..., Page]

# Playwright's own 5 seconds are too few on a machine that runs four stories at once.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a module's tests.

    Not pytest-playwright's, which lives until all tests have ended: while it does, Django's ORM believes itself
    in an asynchronous context, in every test that comes after.
    """
    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--autoplay-policy=no-user-gesture-required", "--mute-audio"]
        )
        yield browser
        browser.close()


@pytest.fixture
def browser_page(chromium: Browser) -> Iterator[PageFactory]:
    """Opens pages: `browser_page(server, "anna")` is a new window with cookies of its own, logged in as anna.

    Options: `screen=PHONE`, `dark=True`, `locale="ru-RU"`; what else there is goes to Playwright's new_context.
    Without a name nobody is logged in. A script that fails, or that the content security policy refuses, fails
    the test.
    """
    contexts: list[BrowserContext] = []
    trouble: list[str] = []

    def open_page(
        server: Server,
        username: str = "",
        *,
        screen: tuple[int, int] = SCREEN,
        dark: bool = False,
        locale: str = "en-US",
        **more: Any,
    ) -> Page:
        context = chromium.new_context(
            base_url=server.url,
            viewport={"width": screen[0], "height": screen[1]},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            locale=locale,
            timezone_id="Europe/Moscow",
            **more,
        )
        contexts.append(context)
        if username:
            context.add_cookies([log_in(server, username)])  # type: ignore[list-item]
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda message: trouble.extend(_refused(message)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not trouble


def _refused(message: ConsoleMessage) -> list[str]:
    return [message.text] if "Content Security Policy" in message.text else []


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    server = Server(var_dir=tmp_path_factory.mktemp("var"), asgi=True)
    server.make_tables()
    yield Office(server)
    server.stop()
