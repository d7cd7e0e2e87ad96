"""The call log in a browser: nothing cut off at any width, buttons in rows that come later, sound in place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import run, shot
from tests.e2e.conftest import PageFactory
from tests.e2e.recorded import server_with_recordings
from tests.rounds import rounds
from tests.servers import Server

pytestmark = pytest.mark.proof
WIDTHS = (390, 641, 768, 1024, 1280, 1440, 1920)
FILL = """
from datetime import timedelta
from django.contrib.auth.models import User
from crm.models import Contact
from telephony.models import Call, Connection, Extension, Line
from tests.listening.world import *
boss = User.objects.get(username="boss")
User.objects.filter(pk=boss.pk).update(first_name="Александра-Виктория", last_name="Константинопольская")
pbx = Connection.objects.get()
Line.objects.create(connection=pbx, number="84951234567", label="Реклама в журнале «Бытовая техника»")
for number in ("101", "102"):
    Extension.objects.create(connection=pbx, user=boss, number=number)
contact = Contact.objects.create(name="Общество с ограниченной ответственностью «Северо-Западное объединение»")
for number in range(60):
    call = make_call(number=f"+7916000{number:04}")
    Call.objects.filter(pk=call.pk).update(
        started_at=STARTED_AT - timedelta(days=400, hours=number), our_number="84951234567", responsible=boss,
        status=("busy", "answered", "no_answer", "unknown")[number % 4], contact=contact if number % 3 else None,
        ring_seconds=3723, talk_seconds=3600 if number % 4 == 1 else 0,
    )
Connection.objects.update(name="Подключение главного офиса в Санкт-Петербурге (XVB-PBX)")
"""
CUT_OFF = """() => [...document.querySelectorAll('.tel-log-row > *')].flatMap((cell) => {
    const isShown = (one) => one.offsetParent && one.textContent.trim();
    if (!isShown(cell)) return [];
    const box = cell.getBoundingClientRect();
    const text = document.createRange();
    text.selectNodeContents(cell);
    const held = text.getBoundingClientRect();
    const told = `${cell.className || cell.tagName}: ${cell.textContent.trim()}`;
    const next = [...cell.parentElement.children].filter((other) => other !== cell && isShown(other));
    const covers = next.some((other) => {
        const theirs = other.getBoundingClientRect();
        return held.right > theirs.left + 1 && held.left < theirs.right - 1
            && held.bottom > theirs.top + 1 && held.top < theirs.bottom - 1;
    });
    return covers || held.right > box.right + 1 || held.left < box.left - 1 ? [told] : [];
})"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server_with_recordings(tmp_path_factory.mktemp("var"), lengths=(30, 20)) as server:
        run(server, FILL)
        yield server


@pytest.mark.parametrize("locale", ["en-US", "ru-RU"])
def test_the_longest_values_fit_at_every_width(server: Server, browser_page: PageFactory, locale: str) -> None:
    page = browser_page(server, "boss", locale=locale)
    # The longest words are Russian.
    for width in WIDTHS if locale == "ru-RU" else WIDTHS[:: rounds(3, full=1)]:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("/telephony/calls/")
        expect(page.locator(".tel-dial-more").first).to_be_visible()
        shot(page, f"call-log-{locale}-{width}")
        assert page.evaluate(CUT_OFF) == [], f"at {width} pixels"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), f"too wide for {width} pixels"


def test_the_latest_calls_of_the_first_page_fit_on_a_phone(server: Server, browser_page: PageFactory) -> None:
    """Of last year, with long names, by a language with long words."""
    page = browser_page(server, "boss", locale="ru-RU")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/admin/")
    calls = page.locator(".tel-scroll", has=page.locator(".tel-client")).first
    expect(calls.locator(".tel-dial-more").first).to_be_visible()
    expect(calls.locator("tbody .tel-badge:visible").first).to_be_visible()
    shot(page, "latest-calls-phone")
    assert calls.evaluate("list => list.scrollWidth <= list.clientWidth")


def every_row_has_the_choice(page: Page, rows: int) -> None:
    expect(page.locator(".tel-log-row [data-dial]")).to_have_count(rows)
    expect(page.locator(".tel-log-row .tel-dial-more")).to_have_count(rows)


def test_rows_that_come_later_have_the_choice_of_the_phone(server: Server, browser_page: PageFactory) -> None:
    page = browser_page(server, "boss")
    page.goto("/telephony/calls/")
    every_row_has_the_choice(page, 50)
    page.locator(".tel-log-more button").click()
    every_row_has_the_choice(page, 62)
    page.locator("#call-filters [name=outcome]").select_option("answered")
    expect(page.locator(".tel-log-found")).to_have_text("Found 17 calls, talked 15:03:00")
    every_row_has_the_choice(page, 17)


def test_what_is_found_is_counted_in_words(server: Server, browser_page: PageFactory) -> None:
    page = browser_page(server, "boss", locale="ru-RU")
    page.goto("/telephony/calls/?text=79160000001")
    expect(page.locator(".tel-log-found")).to_have_text("Найден 1 звонок, разговор 1:00:00")


def test_the_play_button_plays_in_place_and_pauses(server: Server, browser_page: PageFactory) -> None:
    page = browser_page(server, "boss")
    page.goto("/telephony/calls/")
    play = page.locator("[data-plays]").first
    playing = "(count) => [...document.querySelectorAll('audio')].filter((audio) => !audio.paused).length === count"
    play.click()
    page.wait_for_function(playing, arg=1)
    assert page.url.endswith("/telephony/calls/")
    play.click()
    page.wait_for_function(playing, arg=0)
    expect(page.locator("[data-player]")).to_have_count(1)
