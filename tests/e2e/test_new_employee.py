"""A new employee, in Chromium: made on one page, sets the password by the link, signs in, and has a call's card."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect

from telephony.vendors.simulated import Employee
from tests.e2e.browser import add_person
from tests.e2e.conftest import PageFactory
from tests.e2e.office import EMPLOYEES, Office
from tests.figures import figure

pytestmark = pytest.mark.proof
PASSWORD = "another horse battery"


def make(page: Page) -> str:
    """An operator with a phone, on one page; the link to set the password."""
    page.goto("/people/employees/")
    page.get_by_role("link", name="Add an employee").click()
    page.fill("[name=first_name]", "Дора")
    page.fill("[name=username]", "dora")
    page.get_by_role("radio", name="Operator").check()
    page.locator(".people-phone", has_text="Office").locator("[name$=number]").fill("104")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Make a link to copy").click()
    return page.locator("#password-link").input_value()


def test_made_on_one_page_signed_in_and_called(
    office: Office, browser_page: PageFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(EMPLOYEES, "dora", Employee(extension="104"))
    add_person(office.server, "chief", "Administrator")
    administrator, dora = browser_page(office.server, "chief"), browser_page(office.server)
    begun = time.monotonic()
    dora.goto(make(administrator))
    dora.fill("[name=new_password1]", PASSWORD)
    dora.fill("[name=new_password2]", PASSWORD)
    dora.get_by_role("button", name="Set the password").click()
    dora.goto("/")
    dora.fill("[name=username]", "dora")
    dora.fill("[name=password]", PASSWORD)
    dora.press("[name=password]", "Enter")
    dora.wait_for_url("**/admin/")
    acting = office.call(("ring", 1, "dora"), ("hang_up", 9, "dora"), answered=False)
    acting.go(1)
    card = dora.locator('.tel-desk-card[data-state="ringing"]').filter(has_text=acting.number)
    expect(card).to_be_visible()
    figure("15.2 a new employee", "from the list of employees to the card", time.monotonic() - begun, unit="s")
    acting.go(9)
