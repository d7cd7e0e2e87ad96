"""Cards in a real browser against a real server: on the right screen, in every tab, through reloads and silence."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browser import log_in, run
from tests.e2e.office import DESK, KEEP_STREAMS, PEOPLE, TABS, Office, Person

pytestmark = pytest.mark.proof
SOON = 10_000
"""Milliseconds. The machine may be busy; the benchmark measures."""


@pytest.fixture(scope="module")
def the_people(chromium: Browser, office: Office) -> Iterator[dict[str, Person]]:
    """Everybody with three tabs open, on different pages."""
    people = {}
    for name in PEOPLE:
        context = chromium.new_context(base_url=office.server.url, **DESK)
        context.add_cookies([log_in(office.server, name)])  # type: ignore[list-item]
        context.add_init_script(KEEP_STREAMS)
        for path in TABS:
            context.new_page().goto(path)
        people[name] = Person(context)
    yield people
    for person in people.values():
        person.context.close()


@pytest.fixture
def people(the_people: dict[str, Person]) -> Iterator[dict[str, Person]]:
    yield the_people
    for person in the_people.values():
        person.context.set_offline(False)
        person.clear()


@pytest.fixture
def anna(people: dict[str, Person]) -> Person:
    return people["anna"]


@pytest.fixture
def boris(people: dict[str, Person]) -> Person:
    return people["boris"]


def until(is_true: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_parallel_calls_are_each_on_their_own_users_three_tabs_and_on_nobody_elses(
    office: Office, people: dict[str, Person]
) -> None:
    calls = {name: office.call(("ring", 1, name), ("hang_up", 50, name), answered=False) for name in people}
    for acting in calls.values():
        acting.go(1)
    for name, person in people.items():
        for tab in person.tabs:
            expect(person.card(tab, calls[name], "ringing")).to_be_visible(timeout=SOON)
    for name, person in people.items():
        for tab in person.tabs:
            expect(person.cards(tab)).to_have_count(1)
            expect(person.card(tab, calls[name])).to_contain_text("Advertising (+7 495 123-45-67)")
            expect(person.card(tab, calls[name])).to_contain_text("unknown number, Russia, mobile")


def test_only_one_tab_rings_and_a_touch_silences_it_in_all(office: Office, anna: Person) -> None:
    acting = office.call(("ring", 1, "anna"), ("hang_up", 50, "anna"), answered=False)
    acting.go(1)
    until(lambda: anna.sounding() == 1)
    time.sleep(4)
    assert anna.sounding() == 1
    anna.card(anna.tabs[1], acting).locator(".tel-desk-subtitle").click()
    until(lambda: anna.sounding() == 0)


def test_the_card_counts_the_wait_and_turns_into_the_talk_and_the_outcome(office: Office, anna: Person) -> None:
    acting = office.call(("ring", 1, "anna"), ("answer", 5, "anna"), ("hang_up", 65, "anna"))
    acting.go(1)
    tab = anna.tabs[0]
    ringing = anna.card(tab, acting, "ringing").locator(".tel-desk-time")
    expect(ringing).to_have_text(re.compile(r"^0:0[1-9]$"), timeout=SOON)
    expect(ringing).to_have_text(re.compile(r"^0:0[3-9]$"), timeout=SOON)
    acting.go(5)
    expect(anna.card(tab, acting, "talking")).to_contain_text("Talking", timeout=SOON)
    acting.go(65)
    expect(anna.card(tab, acting, "ended")).to_contain_text("1:00", timeout=SOON)


def test_it_is_restored_after_a_reload(office: Office, anna: Person) -> None:
    acting = office.call(("ring", 1, "anna"), ("hang_up", 50, "anna"), answered=False)
    acting.go(1)
    expect(anna.card(anna.tabs[0], acting, "ringing")).to_be_visible(timeout=SOON)
    anna.tabs[0].reload()
    expect(anna.card(anna.tabs[0], acting, "ringing")).to_be_visible(timeout=SOON)
    anna.tabs[0].goto("/telephony/desk/why/")
    expect(anna.card(anna.tabs[0], acting, "ringing")).to_be_visible(timeout=SOON)


def test_the_stream_goes_on_when_the_tab_that_held_it_is_closed(office: Office, boris: Person) -> None:
    leader = next(tab for tab in boris.tabs if tab.locator("#tel-desk-stack[data-leads]").count())
    leader.close()
    boris.tabs.remove(leader) if leader in boris.tabs else None
    until(lambda: any(tab.locator("#tel-desk-stack[data-leads]").count() for tab in boris.tabs))
    acting = office.call(("ring", 1, "boris"), ("hang_up", 50, "boris"), answered=False)
    acting.go(1)
    for tab in boris.tabs:
        expect(boris.card(tab, acting, "ringing")).to_be_visible(timeout=SOON)
    tab = boris.context.new_page()
    tab.goto("/admin/")
    boris.tabs = boris.context.pages
    expect(boris.card(tab, acting, "ringing")).to_be_visible(timeout=SOON)


def test_closed_in_one_tab_is_closed_in_all_and_stays_closed(office: Office, anna: Person) -> None:
    acting = office.call(("ring", 1, "anna"), ("hang_up", 50, "anna"), answered=False)
    acting.go(1)
    for tab in anna.tabs:
        expect(anna.card(tab, acting)).to_be_visible(timeout=SOON)
    anna.card(anna.tabs[2], acting).locator("[data-dismiss]").click()
    for tab in anna.tabs:
        expect(anna.card(tab, acting)).to_have_count(0, timeout=SOON)
    acting.go(50)
    anna.tabs[0].reload()
    later = office.call(("ring", 1, "anna"), ("hang_up", 50, "anna"), answered=False)
    later.go(1)
    expect(anna.card(anna.tabs[0], later, "ringing")).to_be_visible(timeout=SOON)
    expect(anna.card(anna.tabs[0], acting)).to_have_count(0)


def test_a_colleague_answers_and_the_others_read_who(office: Office, anna: Person, boris: Person) -> None:
    steps = (("ring", 1, "anna"), ("ring", 1, "boris"), ("answer", 6, "boris"), ("hang_up", 60, "boris"))
    acting = office.call(*steps)
    acting.go(1)
    for person in (anna, boris):
        for tab in person.tabs:
            expect(person.card(tab, acting, "ringing")).to_be_visible(timeout=SOON)
    acting.go(6)
    for tab in anna.tabs:
        expect(anna.card(tab, acting, "elsewhere")).to_contain_text("Answered by Boris", timeout=SOON)
    for tab in boris.tabs:
        expect(boris.card(tab, acting, "talking")).to_be_visible(timeout=SOON)
    for tab in anna.tabs:
        expect(anna.card(tab, acting)).to_have_count(0, timeout=SOON)
    assert anna.sounding() == boris.sounding() == 0


def test_a_transferred_call_moves_to_the_new_persons_screen(office: Office, anna: Person, boris: Person) -> None:
    steps = (("ring", 1, "anna"), ("answer", 4, "anna"), ("ring", 20, "boris"), ("answer", 24, "boris"))
    acting = office.call(*steps, ("leave", 30, "anna"), ("hang_up", 90, "boris"), stays="boris")
    acting.go(4)
    expect(anna.card(anna.tabs[0], acting, "talking")).to_be_visible(timeout=SOON)
    expect(boris.card(boris.tabs[0], acting)).to_have_count(0)
    acting.go(20)
    expect(boris.card(boris.tabs[1], acting, "ringing")).to_contain_text("Call handed over to you", timeout=SOON)
    acting.go(30)
    expect(boris.card(boris.tabs[1], acting, "talking")).to_be_visible(timeout=SOON)
    expect(anna.card(anna.tabs[0], acting, "ended")).to_contain_text("0:26", timeout=SOON)


def test_a_missed_call_leaves_the_screen_and_counts_in_the_menu(office: Office, anna: Person) -> None:
    acting = office.call(("ring", 1, "anna"), ("hang_up", 25, "anna"), answered=False)
    acting.go(1)
    expect(anna.card(anna.tabs[0], acting, "ringing")).to_be_visible(timeout=SOON)
    acting.go(25)
    for tab in anna.tabs:
        expect(anna.card(tab, acting)).to_have_count(0, timeout=SOON)
        expect(tab.locator("#nav-sidebar [data-missed-badge]")).to_have_text(re.compile(r"^[1-9]"), timeout=SOON)


def test_an_outgoing_call_has_a_card_too(office: Office, anna: Person, boris: Person) -> None:
    acting = office.call(("answer", 6, ""), ("hang_up", 30, ""), caller="anna")
    acting.go(1)
    expect(anna.card(anna.tabs[0], acting, "calling")).to_be_visible(timeout=SOON)
    acting.go(30)
    expect(anna.card(anna.tabs[0], acting, "ended")).to_be_visible(timeout=SOON)
    expect(boris.card(boris.tabs[0], acting)).to_have_count(0)


def test_after_30_seconds_offline_it_catches_up_within_15(office: Office, anna: Person) -> None:
    anna.context.set_offline(True)
    for tab in anna.tabs:
        tab.evaluate("window.streams.forEach((stream) => stream.close())")
    acting = office.call(("ring", 1, "anna"), ("hang_up", 200, "anna"), answered=False)
    acting.go(1)
    time.sleep(30)
    for tab in anna.tabs:
        expect(anna.card(tab, acting)).to_have_count(0)
    expect(anna.tabs[0].locator(".tel-desk-banner")).to_contain_text("No connection to the server", timeout=SOON)
    anna.context.set_offline(False)
    for tab in anna.tabs:
        expect(anna.card(tab, acting, "ringing")).to_be_visible(timeout=15_000)
    expect(anna.tabs[0].locator(".tel-desk-banner")).to_be_hidden()
    for tab in anna.tabs:
        tab.reload()


def test_what_somebody_writes_survives_the_calls_end_and_is_saved(office: Office, anna: Person) -> None:
    acting = office.call(("ring", 1, "anna"), ("answer", 4, "anna"), ("hang_up", 60, "anna"))
    acting.go(4)
    tab = anna.tabs[0]
    talking = anna.card(tab, acting, "talking")
    talking.locator("textarea").fill("Wants two boxes")
    talking.locator("select").select_option(label="Order")
    acting.go(60)
    ended = anna.card(tab, acting, "ended")
    expect(ended.locator("textarea")).to_have_value("Wants two boxes", timeout=SOON)
    expect(ended.locator("textarea")).to_be_focused()
    ended.get_by_role("button", name="Save and close").click()
    for other in anna.tabs:
        expect(anna.card(other, acting)).to_have_count(0, timeout=SOON)
    code = "from telephony.models import CallResult; r = CallResult.objects.latest('pk'); print(r.disposition, r.note)"
    assert run(office.server, code) == "Order Wants two boxes"


def test_the_trace_tells_that_it_was_sent_and_seen(office: Office, anna: Person) -> None:
    acting = office.call(("ring", 1, "anna"), ("hang_up", 30, "anna"), answered=False)
    acting.go(1)
    expect(anna.card(anna.tabs[0], acting, "ringing")).to_be_visible(timeout=SOON)
    acting.go(30)
    tab = anna.tabs[2]
    tab.goto("/telephony/desk/why/")
    tab.get_by_label("The caller's number").fill(acting.number)
    tab.get_by_role("button", name="Find out").click()
    trace = tab.locator(".tel-trace-person").filter(has_text="Anna (101)")
    for code in ("whose", "given", "sent", "shown"):
        expect(trace.locator(f'li.tel-trace-ok[data-code="{code}"]')).to_be_visible()
    tab.goto(TABS[2])


def test_what_is_folded_is_so_after_a_reload_and_in_all_tabs(office: Office, anna: Person) -> None:
    acting = office.call(("ring", 1, "anna"), ("answer", 4, "anna"), ("hang_up", 60, "anna"))
    acting.go(60)
    card = anna.card(anna.tabs[0], acting, "ended")
    expect(card.locator(".tel-desk-subtitle")).to_be_visible(timeout=SOON)
    card.locator("[data-fold]").click()
    expect(card).to_have_attribute("data-folded", "")
    anna.tabs[0].reload()
    expect(card.locator(".tel-desk-subtitle")).to_be_hidden(timeout=SOON)
    expect(anna.card(anna.tabs[1], acting, "ended").locator(".tel-desk-subtitle")).to_be_hidden()
