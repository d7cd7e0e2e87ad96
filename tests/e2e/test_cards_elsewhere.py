"""Cards on a phone, after the session's end, and on a server that holds no streams."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, PageFactory
from tests.e2e.office import Office
from tests.servers import Server

pytestmark = pytest.mark.proof
SOON = 10_000
"""Milliseconds."""


def test_it_fits_a_phone(office: Office, browser_page: PageFactory) -> None:
    page = browser_page(office.server, "clara", screen=PHONE)
    page.goto("/admin/")
    acting = office.call(("ring", 1, "clara"), ("hang_up", 40, "clara"), answered=False)
    acting.go(1)
    card = page.locator(".tel-desk-card").filter(has_text=acting.number)
    expect(card).to_be_visible(timeout=SOON)
    box = card.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, PHONE[0])
    assert box["y"] + box["height"] <= PHONE[1]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_a_session_that_ended_shows_nothing_more(office: Office, browser_page: PageFactory) -> None:
    page: Page = browser_page(office.server, "clara")
    page.goto("/admin/")
    expect(page.locator("#tel-desk-stack[data-leads]")).to_be_attached(timeout=SOON)
    page.context.clear_cookies()
    acting = office.call(("ring", 1, "clara"), ("hang_up", 40, "clara"), answered=False)
    acting.go(1)
    expect(page.locator(".tel-desk-banner")).to_contain_text("You are logged out", timeout=30_000)
    expect(page.locator(".tel-desk-card")).to_have_count(0)


def test_without_streams_the_card_comes_within_ten_seconds_all_the_same(
    make_server: Callable[..., Server], browser_page: PageFactory
) -> None:
    server = make_server(threads=2)  # granian, WSGI
    office = Office(server)
    page = browser_page(server, "anna")
    page.goto("/admin/")
    expect(page.locator("#tel-desk-stack[data-leads]")).to_be_attached(timeout=SOON)
    acting = office.call(("ring", 1, "anna"), ("hang_up", 40, "anna"), answered=False)
    acting.go(1)
    expect(page.locator('.tel-desk-card[data-state="ringing"]').filter(has_text=acting.number)).to_be_visible(
        timeout=SOON
    )
