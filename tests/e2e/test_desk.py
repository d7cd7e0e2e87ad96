"""The CRM's pages in a browser: writing down, ticking off, changing in place, finding with the keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import add_person
from tests.e2e.conftest import PHONE, PageFactory
from tests.e2e.main_pages import faults_of
from tests.rounds import rounds
from tests.servers import Server

pytestmark = pytest.mark.proof

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def server(new_var_dir: Callable[[], Path]) -> object:
    """Anna, an operator, and two contacts."""
    server = Server(var_dir=new_var_dir(), threads=4)
    server.make_tables()
    add_person(server, "anna", "Operator")
    server.manage("contact", "add", "--name", "Иван Ёлкин", "--phone", "8 (923) 529-29-26", "--company", "ООО Вектор")
    server.manage("contact", "add", "--name", "Анна Орлова", "--phone", "+74951234567")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def open_page(server: Server, browser_page: PageFactory) -> Open:
    def open_it(address: str, **options: object) -> Page:
        page = browser_page(server, "anna", **options)
        page.goto(address)
        return page

    return open_it


def open_contact(open_page: Open, name: str = "Иван Ёлкин", **options: object) -> Page:
    page = open_page("/crm/contacts/", **options)
    page.get_by_role("link", name=name).click()
    expect(page.get_by_placeholder("What is worth remembering?")).to_be_visible()
    return page


def test_a_note_and_a_call_back_are_written_down_with_the_keyboard_alone(open_page: Open) -> None:
    page = open_contact(open_page)
    page.keyboard.press("n")
    expect(page.get_by_placeholder("What is worth remembering?")).to_be_focused()
    page.keyboard.type("Просил прайс")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("The note is saved.")).to_be_visible()
    expect(page.locator("#crm-timeline").get_by_text("Просил прайс")).to_be_visible()
    expect(page.get_by_placeholder("What is worth remembering?")).to_be_empty()
    page.locator("h2").first.click()
    page.keyboard.press("c")
    page.get_by_role("button", name="tomorrow at 10").click()
    page.get_by_role("button", name="Remind me to call").click()
    task = page.locator("#crm-open-tasks li", has_text="Call back: Иван Ёлкин")
    expect(task).to_contain_text("tomorrow 10:00")
    task.get_by_role("checkbox").click()
    expect(task.get_by_role("checkbox")).to_be_checked()
    expect(page.locator("#crm-timeline").get_by_text("Call back: Иван Ёлкин")).to_be_visible()
    task.get_by_role("checkbox").click()
    expect(task.get_by_role("checkbox")).not_to_be_checked()


def test_a_contact_is_changed_in_its_place_with_more_numbers(open_page: Open) -> None:
    page = open_contact(open_page, "Анна Орлова")
    about = page.locator("#crm-about")
    page.locator("h2").first.click()
    page.keyboard.press("e")
    about.get_by_role("button", name="One more number").click()
    page.keyboard.type("8 923 529 29 26")
    expect(about.get_by_text("This number is already there:")).to_contain_text("Иван Ёлкин")
    about.get_by_label("Position").fill("директор")
    about.get_by_role("button", name="Save").click()
    expect(about).to_contain_text("+7 923 529-29-26")
    expect(about).to_contain_text("Others have the same number:")
    page.locator("h2").first.click()
    page.keyboard.press("e")
    about.get_by_role("button", name="Take this number away").last.click()
    about.get_by_role("button", name="Save").click()
    expect(about).to_contain_text("директор")
    expect(about).not_to_contain_text("+7 923 529-29-26")


@pytest.mark.parametrize("screen", [(1280, 900), PHONE])
def test_people_are_found_while_somebody_types(open_page: Open, screen: tuple[int, int]) -> None:
    page = open_page("/crm/contacts/", screen=screen)
    page.locator(".crm-filters").get_by_role("searchbox").press_sequentially("8 (923) 529")
    expect(page.locator("#crm-rows tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"q=8%20\(923\)%20529"))
    page.reload()
    expect(page.locator("#crm-rows tbody tr")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= screen[0]


def test_the_quick_search_opens_everywhere_and_leads_on(open_page: Open) -> None:
    page = open_page("/admin/password_change/")
    page.locator("h1, h2, label").first.click()
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    page.keyboard.type("елк")
    expect(page.locator("[data-finder] [data-result]").first).to_contain_text("Иван Ёлкин")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/crm/contacts/\d+/$"))


# As light as an operator's day is, test_main_pages.py shows all but one of them.
@pytest.mark.parametrize("dark", [True, False][: rounds(1, full=2)])
def test_nothing_serious_is_in_the_way_of_anybody(open_page: Open, dark: bool) -> None:
    page = open_contact(open_page, dark=dark)
    addresses = [page.url, "/crm/contacts/", "/crm/contacts/new/", "/crm/companies/", "/crm/tasks/"]
    for address in addresses:
        page.goto(address)
        assert faults_of(page) == [], address
