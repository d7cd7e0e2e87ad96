"""Click-to-call in a browser: from the page to the simulated PBX, whose call comes back and is bound to the click."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.dialing.playing import SLUGS, Playing, playing_for, wait_until
from tests.e2e.conftest import PHONE, PageFactory
from tests.load.judged import querying
from tests.servers import Server

pytestmark = pytest.mark.proof

CLIENT = "+79201119613"
OpenLog = Callable[..., tuple[Page, Locator]]


PHONES = [
    *((slug, slug, "101") for slug in SLUGS),
    ("slow", "wirecrm", "998"),
    ("off", "sipuni", "999"),
    ("two", "sipuni", "102"),
    ("two", "xvb", "102"),
    ("touch", "sipuni", "103"),
    ("touch", "xvb", "103"),
    ("anna", "wirecrm", "104"),
]
"""Each test has a user of its own, or at least a PBX."""


@pytest.fixture(scope="module")
def the_playing(new_var_dir: Callable[[], Path]) -> Iterator[Playing]:
    """A server with a call from CLIENT in its log, and PBXs that take orders."""
    server = Server(var_dir=new_var_dir(), workers=2, threads=2)
    server.make_tables()
    with playing_for(server) as playing:
        playing.set_up(PHONES)
        server.start()
        seen = playing.targets["sipuni"]
        server.manage(
            *("simulate", "calls", "--vendor", "sipuni", "--url", seen.url, "--count", "1", "--speed", "0", "--quiet"),
            *("--scenario", "missed", "--clients", CLIENT, "--extension", "100"),
        )
        yield playing
        server.stop()


@pytest.fixture
def playing(the_playing: Playing) -> Playing:
    the_playing.orders.clear()
    return the_playing


@pytest.fixture
def call_log(playing: Playing, browser_page: PageFactory) -> Callable[..., tuple[Page, Locator]]:
    """Opens the list of calls as a user; the page, and the button beside the first number."""

    def open_log(username: str, **options: Any) -> tuple[Page, Locator]:
        page = browser_page(playing.server, username, **options)
        page.goto("/telephony/calls/")
        return page, page.locator(".tel-log-row [data-dial]").first

    return open_log


def result(page: Page, text: str) -> None:
    """The words that the page shows for the newest click."""
    expect(page.locator(".tel-dial-result").last).to_contain_text(text, timeout=11_000)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_phone_rings_and_the_call_belongs_to_the_click(playing: Playing, call_log: OpenLog, slug: str) -> None:
    page, button = call_log(slug)
    expect(button).to_have_attribute("href", f"tel:{CLIENT}")
    button.click()
    result(page, "Your phone rings. Pick it up, and +7 920 111-96-13 is called.")
    expect(button).not_to_have_attribute("aria-disabled", "true")
    assert [(at, order.number[-10:]) for at, order in playing.orders] == [(slug, CLIENT[-10:])]

    query = querying(playing.server)
    bound = (
        "SELECT d.state, c.direction, c.client_e164, u.username FROM telephony_dial d JOIN telephony_call c "
        "ON c.id = d.call_id JOIN telephony_callleg l ON l.call_id = c.id JOIN auth_user u ON u.id = l.user_id "
        f"WHERE u.username = '{slug}'"
    )
    wait_until(lambda: query(bound) == [("bound", "outgoing", CLIENT, slug)])


def test_the_button_rests_while_the_pbx_is_asked(playing: Playing, call_log: OpenLog) -> None:
    page, button = call_log("slow")
    for _ in range(3):
        button.dispatch_event("click")
    expect(button).to_have_attribute("aria-disabled", "true")
    result(page, "The PBX is being told to call.")
    result(page, "Your phone rings.")
    assert len(playing.orders) == 1
    expect(page.locator(".tel-dial-result")).to_have_count(1)


def test_a_failure_is_told_in_words_that_are_read_aloud(playing: Playing, call_log: OpenLog) -> None:
    page, button = call_log("off")
    button.click()
    result(page, "Your phone isn't connected to the PBX. Switch it on, then try again.")
    told = page.locator(".tel-dial-results")
    expect(told).to_have_attribute("role", "status")
    expect(told).to_have_attribute("aria-live", "polite")
    expect(told.get_by_role("link", name="Call with this device")).to_have_attribute("href", f"tel:{CLIENT}")
    told.get_by_role("button", name="Close").click()
    expect(page.locator(".tel-dial-result")).to_have_count(0)
    assert not playing.orders


def test_one_of_several_phones_is_chosen_by_keyboard(playing: Playing, call_log: OpenLog) -> None:
    page, button = call_log("two")
    expect(page.get_by_role("button", name="Choose the phone to call from").first).to_be_visible()
    button.focus()
    page.keyboard.press("ArrowDown")
    menu = page.get_by_role("menu", name="Choose the phone to call from")
    expect(menu.get_by_role("menuitem").first).to_be_focused()
    expect(menu.get_by_role("menuitem").first).to_contain_text("Office at sipuni")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    result(page, "Your phone rings.")
    assert [slug for slug, _ in playing.orders] == ["xvb"]

    expect(button).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("menuitem").first).to_contain_text("Office at xvb")  # Last used with this client.
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(button).to_be_focused()


def test_on_a_touch_screen_a_long_press_offers_the_phones(playing: Playing, call_log: OpenLog) -> None:
    page, button = call_log("touch", screen=PHONE, has_touch=True)
    button.scroll_into_view_if_needed()
    button.dispatch_event("pointerdown", {"pointerType": "touch", "bubbles": True})
    item = page.get_by_role("menuitem", name="Office at xvb")
    item.click()
    result(page, "Your phone rings.")
    assert [slug for slug, _ in playing.orders] == ["xvb"]
    expect(button).not_to_have_attribute("aria-disabled", "true")
    button.tap()
    wait_until(lambda: len(playing.orders) == 2)


def test_without_javascript_it_is_a_link_for_a_telephone(call_log: OpenLog) -> None:
    _, button = call_log("anna", java_script_enabled=False)
    assert button.get_attribute("href") == f"tel:{CLIENT}"


class TestABadConnection:
    """Between the browser and the server."""

    def test_an_order_that_got_lost_is_told_and_not_made_later(self, playing: Playing, call_log: OpenLog) -> None:
        page, button = call_log("anna")
        lost: list[Route] = []

        def lose_the_first(route: Route) -> None:
            if lost:
                route.continue_()
            else:
                lost.append(route)
                route.abort()

        page.route("**/telephony/dial/", lose_the_first)
        button.click()
        result(page, "The order did not reach the server in time, so nobody was called.")
        first = lost[0].request
        late = page.request.post(
            "/telephony/dial/", data=first.post_data_json, headers={"X-CSRFToken": first.headers["x-csrftoken"]}
        )
        assert late.json()["state"] == "refused"
        assert not playing.orders

    def test_an_answer_that_got_lost_is_looked_up(self, playing: Playing, call_log: OpenLog) -> None:
        page, button = call_log("anna")
        cut: list[str] = []

        def cut_the_first_answer(route: Route) -> None:
            if cut:
                route.continue_()
            else:
                cut.append(route.fetch().text())
                route.abort()

        page.route("**/telephony/dial/", cut_the_first_answer)
        button.click()
        result(page, "Your phone rings.")
        assert json.loads(cut[0])["state"] == "ordered"
        assert len(playing.orders) == 1

    def test_without_any_connection_nobody_knows(self, playing: Playing, call_log: OpenLog) -> None:
        page, button = call_log("anna")
        prepared(page)
        page.context.set_offline(True)
        button.click()
        result(page, "The server doesn't answer, but your phone may still ring: look at it before you try again.")
        assert not playing.orders

    def test_whoever_is_logged_out_meanwhile_may_sign_in_in_place(self, playing: Playing, call_log: OpenLog) -> None:
        page, button = call_log("anna")
        prepared(page)
        page.context.clear_cookies(name="sessionid")
        # The page may have noticed before: then the question stands before the button.
        button.dispatch_event("click")
        expect(page.locator("#people-again")).to_be_visible()
        assert not playing.orders

    def test_a_page_that_is_out_of_date_says_so(self, playing: Playing, call_log: OpenLog) -> None:
        page, button = call_log("anna")
        prepared(page)
        stale = {"x-csrftoken": "0" * 64}
        page.route("**/telephony/dial/", lambda route: route.continue_(headers={**route.request.headers, **stale}))
        button.click()
        result(page, "This page is out of date, so nobody was called. Reload it, then try again.")
        assert not playing.orders


PREPARED = """() => performance.getEntriesByType("resource").some(
    (one) => one.name.includes("dial/choices") && performance.now() > one.responseEnd + 200 && one.responseEnd
)"""
"""Its script has had the time to read the answer: nothing on the page shows that it did."""


def prepared(page: Page) -> None:
    """The page has asked for what its buttons need."""
    page.wait_for_function(PREPARED)
