"""A real Chromium, logged in to a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.browser import chromium_path, log_in
from tests.e2e.office import Office
from tests.e2e.windows import Look, Windows
from tests.rounds import rounds
from tests.servers import Server

SCREEN = (1280, 900)
PHONE = (390, 844)

ARGUMENTS = ["--autoplay-policy=no-user-gesture-required", "--mute-audio"]
IS_FULL = bool(rounds(0, full=1))
LESS_WORK = [] if IS_FULL else ["--renderer-process-limit=1"]
"""All tabs of a person share a process, as in a browser that is short of memory; in full each has its own."""

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
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *LESS_WORK])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def windows(chromium: Browser) -> Windows:
    return Windows(chromium)


@pytest.fixture
def browser_page(windows: Windows) -> Iterator[PageFactory]:
    """Opens pages: `browser_page(server, "anna")` is a window with cookies of its own, logged in as anna.

    Options: `screen=PHONE`, `dark=True`, `locale="ru-RU"`; what else there is goes to Playwright's new_context.
    Without a name nobody is logged in. The window may have been another test's, and has been emptied since; its
    browser knows the files that pages are made of. Not so with `fresh=True`, which a test needs that gives its window a
    script of its own. A script that fails, or that the content security policy refuses, fails the test.
    """

    def open_page(
        server: Server,
        username: str = "",
        *,
        screen: tuple[int, int] = SCREEN,
        dark: bool = False,
        locale: str = "en-US",
        fresh: bool = False,
        **more: Any,
    ) -> Page:
        page = windows.take(Look(server.url, screen, dark, locale), fresh=fresh, **more)
        if username:
            page.context.add_cookies([log_in(server, username)])  # type: ignore[list-item]
        return page

    yield open_page
    windows.give_back()
    told = [*windows.trouble]
    windows.trouble.clear()
    assert not told


@pytest.fixture(scope="module")
def office(new_var_dir: Callable[[], Path]) -> Iterator[Office]:
    server = Server(var_dir=new_var_dir(), asgi=True)
    server.make_tables()
    yield Office(server)
    server.stop()
