"""Windows of a browser that the tests of a file use one after the other.

A new one, with its own cookies and a process that has no script yet, takes half a second of CPU; one that was emptied
takes a tenth.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

from playwright.sync_api import Browser, ConsoleMessage, Page
from playwright.sync_api import Error as PlaywrightError

OF_THE_SAME_SITE = "/static/favicon.svg"
"""No page and no script, at an address with whose pages it shares what is stored: for another the browser would take
another process."""
EMPTY_STORES = "() => { localStorage.clear(); sessionStorage.clear(); }"


class Look(NamedTuple):
    """What a window has from its beginning."""

    address: str
    screen: tuple[int, int]
    dark: bool
    locale: str


class Windows:
    """All of one browser. What goes wrong in their scripts, or is refused by a page's policy, is in `trouble`."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[Look, list[Page]] = defaultdict(list)
        self._taken: list[tuple[Look, Page, bool]] = []
        self.trouble: list[str] = []

    def take(self, look: Look, *, fresh: bool, **more: Any) -> Page:
        """One without cookies or anything stored; `fresh`, or with `more` options: one that no test has used before."""
        is_own = fresh or bool(more)
        free = [] if is_own else self._free[look]
        page = free.pop() if free else self._open(look, more)
        self._taken.append((look, page, is_own))
        return page

    def give_back(self) -> None:
        """After a test: all that it took."""
        for look, page, is_own in self._taken:
            if not is_own and _is_emptied(page, look):
                self._free[look].append(page)
            else:
                page.context.close()
        self._taken.clear()

    def _open(self, look: Look, more: dict[str, Any]) -> Page:
        context = self._browser.new_context(
            base_url=look.address,
            viewport={"width": look.screen[0], "height": look.screen[1]},
            color_scheme="dark" if look.dark else "light",
            reduced_motion="reduce",
            locale=look.locale,
            timezone_id="Europe/Moscow",
            **more,
        )
        page = context.new_page()
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", lambda message: self.trouble.extend(_refused(message)))
        return page


def _is_emptied(page: Page, look: Look) -> bool:
    """Whether it could be made as it was at first; one that a test has closed could not."""
    context = page.context
    try:
        for other in context.pages:
            if other is not page:
                other.close()
        context.unroute_all(behavior="ignoreErrors")
        page.unroute_all(behavior="ignoreErrors")
        context.set_offline(False)
        # First: nothing of the last page is still asked for, whose answer would bring cookies.
        page.goto(look.address + OF_THE_SAME_SITE)
        page.evaluate(EMPTY_STORES)
        context.clear_cookies()
        page.set_viewport_size({"width": look.screen[0], "height": look.screen[1]})
    except PlaywrightError:
        return False
    return True


def _refused(message: ConsoleMessage) -> list[str]:
    return [message.text] if "Content Security Policy" in message.text else []
