"""The theme works where no script may make a script of a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import add_person, run
from tests.e2e.conftest import PHONE, PageFactory
from tests.servers import Server

pytestmark = pytest.mark.proof
PAGES = [
    "/admin/",
    "/admin/telephony/recording/",
    "/admin/telephony/connection/",
    "/admin/telephony/connection/add/?vendor=sipuni",
    "/admin/telephony/team/add/",
    "/admin/auth/user/",
    "/admin/auth/group/add/",
    "/admin/crm/contact/add/",
    "/crm/contacts/",
    "/telephony/calls/",
    "/admin/password_change/",
]
MANY_COLUMNS = """
from telephony.models import Schedule
Schedule.objects.create(name="Office", monday="09:00-18:00", tuesday="09:00-18:00", wednesday="09:00-18:00")
"""


@pytest.fixture(scope="module")
def server(new_var_dir: Callable[[], Path]) -> Iterator[Server]:
    made = Server(var_dir=new_var_dir(), threads=4)
    made.make_tables()
    add_person(made, "owner", is_superuser=True)
    made.start()
    yield made
    made.stop()


def listen(page: Page) -> list[str]:
    """What the browser complains of, but for answers that a page is prepared for."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    return said


def complaints(said: list[str]) -> list[str]:
    return [text for text in said if "Failed to load resource" not in text]


def test_no_page_needs_unsafe_eval(server: Server, browser_page: PageFactory) -> None:
    page = browser_page(server, "owner")
    said = listen(page)
    for address in PAGES:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        assert "unsafe-eval" not in answer.headers["content-security-policy"]
        page.wait_for_function("document.querySelector('html:not([x-cloak])')")
        assert complaints(said) == [], address
    assert page.evaluate("Alpine.version") == "3.17.4"


def test_it_opens_folds_and_finds(server: Server, browser_page: PageFactory) -> None:
    page = browser_page(server, "owner")
    said = listen(page)
    page.goto("/admin/telephony/recording/")
    fold = page.locator('[x-on\\:click="toggleSidebar()"]').first
    before = page.evaluate("Alpine.$data(document.body).sidebarDesktopOpen")
    fold.dispatch_event("click")
    assert page.evaluate("Alpine.$data(document.body).sidebarDesktopOpen") is not before
    page.wait_for_function("kept => localStorage.sidebarDesktopOpen === kept", arg="0" if before else "1")
    page.reload()
    assert page.evaluate("Alpine.$data(document.body).sidebarDesktopOpen") is not before, "it stays so"
    page.keyboard.press("Control+e")
    expect(page.locator("html")).to_have_class("light")
    page.keyboard.press("Control+e")
    expect(page.locator("html")).to_have_class("dark")
    page.goto("/admin/telephony/connection/add/?vendor=sipuni")
    expect(page.locator("form#connection_form")).not_to_have_attribute("action", "formAddress()")
    assert complaints(said) == []


def test_on_a_phone_a_change_is_told_whole_and_its_first_column_has_its_own_name(
    server: Server, browser_page: PageFactory
) -> None:
    run(server, MANY_COLUMNS)
    page = browser_page(server, "owner", screen=PHONE)
    page.goto("/admin/auditlog/logentry/")
    first = page.locator("#result_list tbody td").first
    expect(first).to_have_attribute("data-label", "When")
    cut = page.evaluate("""() => [...document.querySelectorAll("#result_list td")].filter((cell) => {
        const box = cell.getBoundingClientRect();
        return [...cell.querySelectorAll("*")].some((part) => part.getBoundingClientRect().bottom > box.bottom + 1);
    }).map((cell) => cell.innerText)""")
    assert cut == []
