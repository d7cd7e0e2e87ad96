"""The frame of a page without a mouse: past the menu, through its folds, to the own account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import add_person
from tests.e2e.conftest import PHONE, PageFactory
from tests.servers import Server

pytestmark = pytest.mark.proof
MOST_ENTRIES = 12
VISIBLE = "[...document.querySelectorAll('#nav-sidebar-apps li a')].filter((link) => link.checkVisibility()).length"


@pytest.fixture(scope="module")
def server(new_var_dir: Callable[[], Path]) -> Iterator[Server]:
    made = Server(var_dir=new_var_dir(), threads=4)
    made.make_tables()
    add_person(made, "owner", is_superuser=True)
    made.start()
    yield made
    made.stop()


def test_the_first_tab_leads_past_the_menu(server: Server, browser_page: PageFactory) -> None:
    page = browser_page(server, "owner")
    page.goto("/crm/contacts/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the page's content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_folds_and_the_own_menu_open_and_close(server: Server, browser_page: PageFactory) -> None:
    page = browser_page(server, "owner")
    page.goto("/crm/contacts/")
    assert page.evaluate(VISIBLE) <= MOST_ENTRIES
    fold = page.get_by_role("button", name="Journals and checks")
    entry = page.get_by_role("link", name="Deliveries")
    expect(entry).not_to_be_visible()
    fold.focus()
    page.keyboard.press("Enter")
    expect(fold).to_have_attribute("aria-expanded", "true")
    expect(entry).to_be_visible()
    own = page.locator(".crm-account")
    own.focus()
    page.keyboard.press("Space")
    dark = page.get_by_role("button", name="Dark")
    expect(dark).to_be_visible()
    dark.focus()
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_class("dark")
    page.keyboard.press("Escape")
    expect(dark).not_to_be_visible()


def test_all_folds_fit_and_the_page_s_own_entry_is_in_sight(server: Server, browser_page: PageFactory) -> None:
    page = browser_page(server, "owner", screen=(1440, 900))
    page.goto("/crm/contacts/")
    for fold in page.locator("#nav-sidebar-apps .crm-menu-fold").all():
        expect(fold).to_be_in_viewport(ratio=1)
    page.goto("/people/sign-ins/")
    expect(page.locator("#nav-sidebar-apps [aria-current=page]")).to_be_in_viewport(ratio=1)
    assert page.evaluate("scrollY") == 0


def test_what_scrolls_is_named_in_the_page_s_language(server: Server, browser_page: PageFactory) -> None:
    page = browser_page(server, "owner", locale="ru-RU")
    page.goto("/crm/contacts/")
    names = page.locator("[data-simplebar] [role=region]").evaluate_all("all => all.map((one) => one.ariaLabel)")
    assert names
    assert set(names) == {"Прокручивается"}


def test_on_a_phone_one_button_opens_the_menu_and_one_closes_it(server: Server, browser_page: PageFactory) -> None:
    page = browser_page(server, "owner", screen=PHONE)
    page.goto("/crm/contacts/")
    menu = page.get_by_role("button", name="Menu", exact=True)
    expect(menu).to_have_count(1)
    menu.focus()
    page.keyboard.press("Enter")
    entry = page.get_by_role("link", name="Companies")
    expect(entry).to_be_visible()
    page.get_by_role("button", name="Close the menu").press("Enter")
    expect(entry).not_to_be_visible()


def test_icons_are_silent(server: Server, browser_page: PageFactory) -> None:
    page = browser_page(server, "owner")
    page.goto("/telephony/calls/")
    assert (
        page.evaluate("document.querySelectorAll('.material-symbols-outlined:not([aria-hidden], [role=img])').length")
        == 0
    )
