"""The shortest way through all of it, in a browser: somebody signs in, it rings, the card stands, it is logged."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.browser import run, shot
from tests.e2e.conftest import PageFactory
from tests.e2e.office import Office

SOON = 10_000
"""Milliseconds. The machine may be busy."""
PASSWORD = "one long password for a test"
SET_PASSWORD = """
from django.contrib.auth import get_user_model
anna = get_user_model().objects.get(username="anna")
anna.set_password("{password}")
anna.save()
"""


def test_who_signs_in_sees_the_card_while_it_rings_and_the_call_in_the_log(
    office: Office, browser_page: PageFactory
) -> None:
    run(office.server, SET_PASSWORD.format(password=PASSWORD))
    page = browser_page(office.server)
    page.goto("/")
    page.fill("input[name=username]", "anna")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)
    acting = office.call(("ring", 1, "anna"), ("answer", 3, "anna"), ("hang_up", 9, "anna"))
    acting.go(1)
    ringing = page.locator('.tel-desk-card[data-state="ringing"]').filter(has_text=acting.number)
    expect(ringing).to_be_visible(timeout=SOON)
    shot(page, "smoke")
    acting.go(9)
    page.goto("/telephony/calls/")
    row = page.locator("article.tel-log-row", has_text=acting.number)
    expect(row).to_contain_text("answered", timeout=SOON)
