"""What a browser has left of the calls when its user has signed out: nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import add_person, run
from tests.e2e.conftest import PageFactory
from tests.servers import Server

pytestmark = pytest.mark.proof
NUMBER = "+79235551234"
MAKE = f"""
from django.utils import timezone
from telephony.models import Call, Connection
office = Connection.objects.create(vendor="sipuni", name="Office")
Call.objects.create(connection=office, external_id="1", direction="incoming", status="answered",
    client_e164="{NUMBER}", client_raw="{NUMBER}", started_at=timezone.now())
"""
STORED = "() => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])"


@pytest.fixture(scope="module")
def server(new_var_dir: Callable[[], Path]) -> Iterator[Server]:
    made = Server(var_dir=new_var_dir(), threads=4)
    made.make_tables()
    add_person(made, "anna", "Administrator")
    run(made, MAKE)
    made.start()
    yield made
    made.stop()


def shows_the_number(page: Page) -> bool:
    """Anywhere in it. A locator looks again if the page goes elsewhere meanwhile; page.content() would fail."""
    return "555-12-34" in page.locator("html").inner_html()


def test_after_signing_out_nothing_of_the_call_log_is_left(server: Server, browser_page: PageFactory) -> None:
    page = browser_page(server, "anna", fresh=True)
    page.goto("/telephony/calls/")
    other = page.context.new_page()
    other.goto("/telephony/calls/")
    # htmx would keep the page as it was before; cards and the theme's search keep something as well.
    page.select_option("select[name=outcome]", "answered")
    page.wait_for_url("**/telephony/calls/?outcome=answered")
    assert shows_the_number(page)
    assert "htmx-history" not in page.evaluate(STORED)
    page.go_back()
    expect(page.locator("select[name=outcome]")).to_have_value("")
    page.evaluate("localStorage.setItem('telephony-desk-opened', 'call-1')")
    page.evaluate("localStorage.setItem('commandHistory', '[\"Ivanov\"]')")
    page.evaluate("localStorage.setItem('adminTheme', '\"dark\"')")

    with page.expect_response("**/logout/") as left:
        page.evaluate("document.querySelector('form[action$=\"/logout/\"]').requestSubmit()")
    assert left.value.all_headers().get("clear-site-data") == '"cache"'
    expect(page).to_have_title(re.compile("Logged out"))
    page.wait_for_load_state()  # Of that page: its script clears.
    assert "telephony-desk-opened" not in page.evaluate(STORED)
    assert "Ivanov" not in page.evaluate(STORED)
    assert "dark" in page.evaluate(STORED), "settings stay"
    other.wait_for_url("**/login/**")
    assert not shows_the_number(other)
    for back in range(1, 4):
        page.go_back()
        assert not shows_the_number(page), back


def test_a_session_that_ran_out_leaves_nothing_either(server: Server, browser_page: PageFactory) -> None:
    page = browser_page(server, "anna", fresh=True)
    page.goto("/telephony/calls/")
    page.evaluate("localStorage.setItem('htmx-history-cache', 'the page of an older version')")
    page.context.clear_cookies()
    page.goto("/telephony/calls/")
    expect(page).to_have_url(re.compile("/login/"))
    assert "older version" not in page.evaluate(STORED)
    page.go_back()
    assert not shows_the_number(page)
