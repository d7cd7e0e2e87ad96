"""Requests that are never answered, sessions that end in some tabs: cards go on, typed text stays, one tab rings."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.browser import log_in, run
from tests.e2e.office import DESK, KEEP_STREAMS, TABS, Office, Person

pytestmark = pytest.mark.proof
SOON = 15_000


@pytest.fixture
def anna(chromium: Browser, office: Office) -> Iterator[Person]:
    """With three tabs."""
    context = chromium.new_context(base_url=office.server.url, **DESK)
    context.add_cookies([log_in(office.server, "anna")])  # type: ignore[list-item]
    context.add_init_script(KEEP_STREAMS)
    for path in TABS:
        context.new_page().goto(path)
    yield Person(context)
    context.close()


def until(person: Person, is_true: Callable[[], bool], seconds: float = 20) -> None:
    """The browser is listened to meanwhile: its requests come to us."""
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline
        person.tabs[0].wait_for_timeout(100)


def leads(page: Page) -> bool:
    return page.locator("#tel-desk-stack[data-leads]").count() == 1


def never(route: Route) -> None:
    """The line is dead: the browser waits for an answer."""


def test_the_next_card_comes_while_the_request_for_cards_hangs(office: Office, anna: Person) -> None:
    until(anna, lambda: any(leads(tab) for tab in anna.tabs))
    hanging: list[str] = []

    def hang_once(route: Route) -> None:
        hanging.append(route.request.url)
        if len(hanging) > len(anna.tabs):
            route.continue_()

    anna.context.route("**/desk/cards/", hang_once)
    anna.context.route("**/telephony/live/**", lambda route: route.abort())
    for tab in anna.tabs:
        tab.evaluate("window.streams.forEach((stream) => stream.close())")
        tab.evaluate("window.dispatchEvent(new Event('tel-desk-refresh'))")
    until(anna, lambda: len(hanging) >= len(anna.tabs))
    acting = office.call(("ring", 1, "anna"), ("hang_up", 50, "anna"), answered=False)
    acting.go(1)
    for tab in anna.tabs:
        expect(anna.card(tab, acting, "ringing")).to_be_visible(timeout=SOON)
    anna.context.unroute_all()


def test_a_form_without_an_answer_says_so_and_keeps_what_was_typed(office: Office, anna: Person) -> None:
    made = "from crm.models import Contact; print(Contact.objects.create(name='Olga').pk)"
    key = run(office.server, made)
    tab = anna.tabs[0]
    tab.goto(f"/crm/contacts/{key}/")
    tab.evaluate("htmx.config.timeout = 1500")
    tab.locator(f"[hx-get$='/contacts/{key}/edit/']").first.click()
    tab.locator("#crm-about [name=position]").fill("Director")
    tab.route(f"**/contacts/{key}/edit/", never)
    save = tab.locator("#crm-about .tel-button-primary")
    save.click()
    told = tab.locator("#crm-about [role=alert]", has_text="The server did not answer.")
    expect(told).to_be_visible(timeout=SOON)
    expect(tab.locator("#crm-about [name=position]")).to_have_value("Director")
    tab.unroute_all()
    save.click()
    expect(tab.locator("#crm-about form")).to_have_count(0, timeout=SOON)
    expect(tab.locator("#crm-about")).to_contain_text("Director")


@pytest.mark.parametrize("ends", ["signed out in a tab", "the session was deleted"])
def test_after_a_new_session_in_one_tab_a_call_rings_once(office: Office, anna: Person, ends: str) -> None:
    until(anna, lambda: any(leads(tab) for tab in anna.tabs))
    for tab in anna.tabs:
        tab.locator("body").click(position={"x": 5, "y": 5})
    tab = next(page for page in anna.tabs if not leads(page))
    if ends == "signed out in a tab":
        tab.evaluate("document.querySelector('form[action$=\"/logout/\"]').requestSubmit()")
        until(anna, lambda: all("/log" in page.url.partition("?")[0] for page in anna.tabs))
    else:
        # The tab that held the stream, and the sound, is told first: it must let go of both.
        run(office.server, "from django.contrib.sessions.models import Session; Session.objects.all().delete()")
        for page in anna.tabs:
            page.evaluate("window.dispatchEvent(new Event('tel-desk-refresh'))")
        for page in anna.tabs:
            expect(page.locator(".tel-desk-banner", has_text="logged out")).to_be_visible(timeout=SOON)
    anna.context.add_cookies([log_in(office.server, "anna")])  # type: ignore[list-item]
    tab.goto("/telephony/calls/")
    until(anna, lambda: sum(leads(page) for page in anna.tabs) == 1)
    tab.locator("body").click(position={"x": 5, "y": 5})
    acting = office.call(("ring", 1, "anna"), ("hang_up", 50, "anna"), answered=False)
    acting.go(1)
    expect(anna.card(tab, acting, "ringing")).to_be_visible(timeout=SOON)
    until(anna, lambda: anna.sounding() == 1)
    time.sleep(4)
    assert anna.sounding() == 1
