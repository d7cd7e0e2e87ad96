"""Missed calls in Chromium, told over HTTP: the weekly questions in few clicks, the buttons, the live list."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from telephony.domain.events import Direction
from tests.e2e.browser import add_person, shot
from tests.e2e.conftest import PHONE, SCREEN, PageFactory
from tests.e2e.missed_world import ZONE, Office, at
from tests.rounds import rounds
from tests.servers import Server

pytestmark = pytest.mark.proof
KNOWN, OTHER, LOST = "79205550101", "79205550102", "79205559999"
PUT_OFF = "79205559998"
"""For the test of buttons alone: the others find their clients as they were made, in whatever order tests run."""
LAST_WEEK, LAST_WEEK_LOST = "79205559997", "79205559996"
MOST_CLICKS = 3
LEAST_PAUSE_MS = 2500
"""By then a page that is told of something has read it (static/telephony/missed.js)."""
COUNT_CLICKS = """
addEventListener("click", (event) => {
    if (event.isTrusted) sessionStorage.setItem("clicks", Number(sessionStorage.getItem("clicks")) + 1);
}, true);
"""


@pytest.fixture(scope="module")
def server(new_var_dir: Callable[[], Path]) -> Iterator[Server]:
    made = Server(var_dir=new_var_dir(), threads=4)
    made.make_tables()
    add_person(made, "anna", "Operator", first_name="Анна", last_name="Королёва")
    add_person(made, "boris", "Administrator", first_name="Борис", last_name="Громов")
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def office(server: Server) -> Office:
    """Yesterday one client was called back from the other PBX, one was not reached, one was forgotten."""
    made = Office(server)
    made.live_a_week()
    for client in (KNOWN, OTHER, LOST, PUT_OFF):
        made.call(at(-1, 8, 1), client=client)
    made.call(at(-1, 8, 4), client=LOST)
    made.call(at(-1, 8, 30), "mobilon", client=KNOWN, talk=120, direction=Direction.OUTGOING)
    made.call(at(-1, 8, 40), client=OTHER, direction=Direction.OUTGOING)
    return made


@pytest.fixture
def start_page(server: Server, office: Office, browser_page: PageFactory) -> Page:
    """The start page of an administrator, in a browser that counts clicks."""
    page = browser_page(server, "boris", fresh=True)
    page.add_init_script(COUNT_CLICKS)
    page.goto("/admin/")
    return page


def clicks(page: Page) -> int:
    return int(page.evaluate("sessionStorage.getItem('clicks')") or 0)


def rows(page: Page) -> dict[str, str]:
    """Client: state."""
    found = page.locator("article.tel-missed-row")
    return {str(row.get_attribute("aria-label")): str(row.get_attribute("data-state")) for row in found.all()}


def told(server: Server, *more: str) -> dict[str, tuple[str, int]]:
    lines = server.manage("missed", "--json", *more).stdout.splitlines()
    return {item["client_e164"]: (item["state"], item["attempts"]) for item in map(json.loads, lines)}


@pytest.fixture(scope="module", autouse=True)
def told_at_first(server: Server, office: Office) -> tuple[dict[str, tuple[str, int]], dict[str, tuple[str, int]]]:
    """Before any of the tests, in whatever order they run: what scripts are told of those who wait, and of all."""
    return told(server), told(server, "--all")


def test_over_http_scripts_are_told_the_same(
    told_at_first: tuple[dict[str, tuple[str, int]], dict[str, tuple[str, int]]],
) -> None:
    waiting, everything = told_at_first
    assert waiting[f"+{LOST}"] == ("open", 2)
    assert waiting[f"+{OTHER}"] == ("open", 1)
    assert f"+{KNOWN}" not in waiting
    assert everything[f"+{KNOWN}"] == ("returned", 1)


def test_which_of_yesterday_s_missed_calls_did_nobody_return(start_page: Page) -> None:
    page = start_page
    page.get_by_role("link", name="Missed calls").first.click()
    page.get_by_role("link", name="Yesterday's that nobody returned").click()
    page.wait_for_url("**/missed/?whose=all&show=not_returned&period=yesterday")
    expect(page.locator("article.tel-missed-row").first).to_be_visible()
    found = rows(page)
    assert 0 < clicks(page) <= MOST_CLICKS
    assert {"+7 920 555-99-99", "Марья Ивановна"} <= set(found)
    assert "returned" not in found.values()
    shot(page, "missed-yesterday")


def test_how_many_did_we_miss_last_week_who_and_were_they_returned(office: Office, start_page: Page) -> None:
    last_monday = -7 - datetime.now(ZONE).weekday()
    office.call(at(last_monday, 9), client=LAST_WEEK)
    office.call(at(last_monday, 9, 20), "mobilon", client=LAST_WEEK, talk=120, direction=Direction.OUTGOING)
    office.call(at(last_monday + 4, 12), client=LAST_WEEK_LOST)
    page = start_page
    page.get_by_role("link", name="Reports", exact=True).first.click()
    page.get_by_role("link", name="last week").click()
    page.get_by_role("link", name="Clients who were missed").click()
    page.wait_for_url("**/reports/missed/?**show=all")
    found = {row.locator("th").inner_text(): row.inner_text() for row in page.locator("tbody tr").all()}
    expect(page.get_by_role("heading", name=f"{len(found)} clients")).to_be_visible()
    assert 0 < clicks(page) <= MOST_CLICKS
    returned = found["+7 920 555-99-97"]
    assert "talked with" in returned
    assert "20:20" in returned, "how soon: it rang for 20 seconds"
    assert "open" in found["+7 920 555-99-96"]
    shot(page, "missed-last-week")


def test_the_buttons_and_the_number_in_the_menu(server: Server, office: Office, browser_page: PageFactory) -> None:
    page = browser_page(server, "boris")
    page.goto("/telephony/missed/?whose=all&period=yesterday")
    row = page.locator("article", has_text="920 555-99-98")
    row.get_by_role("button", name="Take").click()
    expect(row).to_have_attribute("data-state", "taken")
    expect(row).to_contain_text("Борис Громов")
    row.locator("summary").click()
    row.get_by_role("button", name="15 min").click()
    expect(row).to_have_attribute("data-state", "snoozed")
    row.locator("summary").click()
    row.get_by_label("Close without a call").select_option("wrong_number")
    row.get_by_role("button", name="Close it").click()
    expect(row).to_have_attribute("data-state", "closed")
    # The list is read anew for each change, and this client waits no longer; but the user may have slipped.
    page.evaluate("document.dispatchEvent(new Event('tel-missed'))")
    page.wait_for_timeout(LEAST_PAUSE_MS)
    row.get_by_role("button", name="Open again").click()
    expect(row).to_have_attribute("data-state", "taken")


def test_the_list_is_live(server: Server, office: Office, browser_page: PageFactory) -> None:
    """A client who is missed while the page is open, and is called back from a phone."""
    page = browser_page(server, "boris")
    page.goto("/telephony/missed/?whose=all&period=today")
    now = datetime.now(ZONE)
    office.call(now - timedelta(minutes=2), client="79205558888")
    row = page.locator("article", has_text="920 555-88-88")
    expect(row).to_be_visible(timeout=40_000)
    office.call(now - timedelta(minutes=1), "mobilon", client="79205558888", talk=30, direction=Direction.OUTGOING)
    expect(row).to_have_count(0, timeout=40_000)


LOOKS = [
    {"dark": dark, "locale": locale, "screen": screen}
    for dark, locale, screen in (
        (True, "ru-RU", PHONE),
        (False, "en-US", SCREEN),
        (False, "ru-RU", PHONE),
        (True, "en-US", PHONE),
        (False, "en-US", PHONE),
        (True, "ru-RU", SCREEN),
        (False, "ru-RU", SCREEN),
        (True, "en-US", SCREEN),
    )
]
"""The first two have each size, language and theme once."""


@pytest.mark.parametrize("look", LOOKS[: rounds(2, full=8)], ids=lambda look: "-".join(map(str, look.values())))
def test_nothing_is_wider_than_the_screen(
    server: Server, office: Office, browser_page: PageFactory, look: dict[str, Any]
) -> None:
    page = browser_page(server, "boris", **look)
    screen = look["screen"]
    name = f"{look['locale'][:2]}-{'dark' if look['dark'] else 'light'}-{screen[0]}"
    for address, title in (("?whose=all", "list"), ("?whose=all&show=everything&period=7", "all")):
        page.goto(f"/telephony/missed/{address}")
        expect(page.locator("article.tel-missed-row").first).to_be_visible()
        width = page.evaluate("document.documentElement.scrollWidth")
        shot(page, f"missed-{title}-{name}")
        assert width <= screen[0]
    page.locator("article.tel-missed-row summary").first.click()
    shot(page, f"missed-menu-{name}")
    page.locator(".tel-missed-how a").first.click()
    page.wait_for_url("**/missed/*/")
    expect(page.locator(".tel-missed-story li").first).to_be_visible()
    shot(page, f"missed-item-{name}")
