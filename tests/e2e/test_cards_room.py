"""Cards are in nobody's way: two are open, the others lines, and nothing that can be pressed lies under them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import add_person, run, shot
from tests.e2e.conftest import PHONE, PageFactory
from tests.e2e.main_pages import MAIN, NAMES, ROWS, faults_of
from tests.rounds import rounds
from tests.servers import Server

pytestmark = pytest.mark.proof
WIDE = (1440, 900)
OLD, NEW = 7, 1
"""Cards of calls that ended a minute ago, and just now; beside them two ring and one talks."""
CARDS = f"""
from datetime import timedelta
from django.contrib.auth import get_user_model
from django.utils import timezone
from telephony.models import Call, CallLeg, Card, Connection, DeskSettings
owner, office = get_user_model().objects.get(username="owner"), Connection.objects.get()
Card.objects.all().delete()
DeskSettings.objects.update(do_not_disturb=False)
now = timezone.now()
states = [("ringing", 0)] * 2 + [("talking", 0)] + [("answered", 0)] * {NEW} + [("answered", 60)] * {OLD}
for number, (status, ago) in enumerate(states):
    begun, over = now - timedelta(seconds=ago + 40), now - timedelta(seconds=ago)
    is_open = status in ("ringing", "talking")
    times = dict(answered_at=None if status == "ringing" else begun, ended_at=None if is_open else over)
    call = Call.objects.create(
        connection=office, external_id=f"card-{{timezone.now().timestamp()}}", direction="incoming", status=status,
        client_raw="79165550000", client_e164=f"+7916555000{{number}}", client_match=f"916555000{{number}}",
        started_at=begun, **times,
    )
    CallLeg.objects.create(
        call=call, position=0, user=owner, extension_number="101", status=status, role="called", card="shown",
        rang_at=begun, **times
    )
    Card.objects.create(call=call, user=owner, created_at=now, withdrawn_at=times["ended_at"])
"""
MORE = ["missed/", "reports/", "reports/mail/", "for-you/"]
ADDRESSES = [*MAIN, *(f"/telephony/{page}" for page in MORE)]
"""Without the API's documentation, which has no cards."""
EACH = rounds(2, full=1)
"""Each page on one of the two screens, or on both."""
PRESSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]"
UNDER_A_CARD = """(pressable) => {
    const stack = document.getElementById("tel-desk-stack");
    const found = [];
    for (const element of document.querySelectorAll(pressable)) {
        const isSeen = element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
        if (!isSeen || stack.contains(element)) continue;
        element.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
        const { left, top, width, height } = element.getBoundingClientRect();
        const there = document.elementFromPoint(left + width / 2, top + height / 2);
        // One pixel is what only screen readers see.
        if (width > 1 && height > 1 && stack.contains(there)) found.push(element.outerHTML.slice(0, 120));
    }
    return found;
}"""
OVERLAP = """() => {
    const stack = document.getElementById("tel-desk-stack").getBoundingClientRect();
    const isBelow = document.documentElement.dataset.cards === "dock";
    const page = (isBelow ? document.body : document.getElementById("page")).getBoundingClientRect();
    return Math.min(page.right - stack.left, page.bottom - stack.top);
}"""
"""By how many pixels the page reaches under the stack; none or less: it does not."""


@pytest.fixture(scope="module")
def office(new_var_dir: Callable[[], Path]) -> Iterator[tuple[Server, dict[str, str]]]:
    server = Server(var_dir=new_var_dir(), asgi=True)
    server.make_tables()
    add_person(server, "owner", is_superuser=True, first_name="Виктор", last_name="Воронов")
    add_person(server, "anna", "Operator", first_name="Анна", last_name="Орлова")
    rows = dict(zip(NAMES, run(server, ROWS).split(), strict=True))
    server.start()
    yield server, rows
    server.stop()


@pytest.fixture
def crowded(office: tuple[Server, dict[str, str]], browser_page: PageFactory) -> Any:
    """Opens a browser of somebody who has eleven cards."""

    def crowd(**options: Any) -> Page:
        server, _rows = office
        run(server, CARDS)
        return browser_page(server, "owner", **options)

    return crowd


def open_cards(page: Page) -> list[str]:
    return [str(card.get_attribute("data-state")) for card in page.locator(".tel-desk-list > article").all()]


@pytest.mark.parametrize(("screen", "first"), [(WIDE, 0), (PHONE, 1)], ids=["1440", "390"])
def test_nothing_that_can_be_pressed_is_under_a_card(
    office: tuple[Server, dict[str, str]], crowded: Any, screen: tuple[int, int], first: int
) -> None:
    page = crowded(screen=screen, locale="ru-RU")
    covered: dict[str, list[str]] = {}
    for address in ADDRESSES[first % EACH :: EACH]:
        page.goto(address.format(**office[1]))
        expect(page.locator(".tel-desk-card")).to_have_count(OLD + NEW + 3)
        page.wait_for_function("() => document.documentElement.dataset.cards")
        assert page.evaluate(OVERLAP) <= 0.5, address
        assert page.evaluate("document.documentElement.scrollWidth") <= screen[0], address
        shot(page, f"cards-{screen[0]}-{ADDRESSES.index(address)}")
        if found := page.evaluate(UNDER_A_CARD, PRESSABLE):
            covered[address] = found
    assert not covered


def test_the_menu_of_a_phone_ends_above_the_cards(crowded: Any) -> None:
    page = crowded(screen=PHONE)
    page.goto("/telephony/calls/")
    page.wait_for_function("() => document.documentElement.dataset.cards")
    page.locator("#main [x-on\\:click*=sidebarMobileOpen]:visible").first.click()
    expect(page.locator("#nav-sidebar")).to_be_visible()
    assert page.evaluate(UNDER_A_CARD, "#nav-sidebar a[href]") == []


def test_what_rings_is_open_and_of_the_others_one_stays_a_line_each(crowded: Any) -> None:
    page = crowded(screen=WIDE)
    page.goto("/telephony/calls/")
    expect(page.locator(".tel-desk-tray-lines > article")).to_have_count(OLD + NEW + 1)
    assert open_cards(page) == ["ringing", "ringing"]
    expect(page.locator(".tel-desk-count")).to_have_text(str(OLD + NEW + 1))
    line = page.locator('.tel-desk-tray-lines > article[data-state="talking"]')
    box = line.bounding_box()
    assert box is not None
    assert box["height"] < 45
    line.locator("[data-fold]").click()
    assert open_cards(page) == ["ringing", "ringing"], "ringing comes first"
    page.locator('.tel-desk-list > [data-state="ringing"] [data-dismiss]').first.click()
    expect(page.locator(".tel-desk-list > article").nth(1)).to_have_attribute("data-state", "talking")
    page.locator('.tel-desk-tray-lines > [data-state="ended"] [data-fold]').first.click()
    assert open_cards(page) == ["ringing", "ended"], "what was opened last, instead of the talk"


def test_a_finished_card_folds_itself_unless_somebody_writes_in_it(crowded: Any) -> None:
    page = crowded(screen=WIDE)
    page.goto("/telephony/calls/")
    for _ in range(3):  # Two that ring, one that talks: what is left is over.
        page.locator(".tel-desk-list > :is([data-rank='0'], [data-rank='1']) [data-dismiss]").first.click()
    ended = page.locator('.tel-desk-list > [data-state="ended"]')
    expect(ended).to_have_count(1)
    ended.locator("textarea").fill("wants two")
    page.wait_for_timeout(17_000)
    expect(ended.locator("textarea")).to_have_value("wants two")
    ended.get_by_role("button", name="Save", exact=True).click()
    expect(ended).to_have_count(0)
    expect(page.locator(".tel-desk-tray-lines > article")).to_have_count(OLD + NEW)


def test_close_all_leaves_an_empty_screen_and_the_page_its_whole_width(crowded: Any) -> None:
    page = crowded(screen=WIDE)
    page.goto("/telephony/calls/")
    expect(page.locator("html")).to_have_attribute("data-cards", "side")
    with page.expect_response("**/cards/dismiss/") as answer:
        page.get_by_role("button", name="Close all").click()
    assert answer.value.status == 204, answer.value.text()
    expect(page.locator(".tel-desk-card")).to_have_count(0)
    expect(page.locator("html")).to_have_attribute("data-cards", "")
    page.reload()
    page.wait_for_function("() => document.getElementById('tel-desk-stack')?.hasAttribute('aria-label')")
    expect(page.locator(".tel-desk-card")).to_have_count(0)


def test_do_not_disturb_takes_the_stack_away_at_once_in_all_tabs(crowded: Any) -> None:
    page = crowded(screen=WIDE)
    page.goto("/telephony/calls/")
    expect(page.locator(".tel-desk-card")).to_have_count(OLD + NEW + 3)
    other = page.context.new_page()
    other.goto("/crm/tasks/")
    switch = other.locator("[data-status-switch]")
    expect(switch.locator(".tel-status-word")).to_have_text("Available")
    switch.locator("summary").click()
    switch.get_by_role("button", name="Do not disturb").click()
    for tab in (page, other):
        expect(tab.locator(".tel-desk-card")).to_have_count(0, timeout=5_000)
        expect(tab.locator(".tel-status-word")).to_have_text("Do not disturb")
    assert other.url.endswith("/crm/tasks/")


def test_a_card_with_earlier_calls_is_without_serious_faults_in_the_dark(crowded: Any, office: Any) -> None:
    page = crowded(screen=WIDE, dark=True)
    run(office[0], CARDS.replace("{number}", "0"))  # All of one client: each card has the calls before it.
    page.goto("/telephony/calls/")
    expect(page.locator(".tel-desk-lines a").first).to_be_visible()
    assert faults_of(page) == []
