"""Somebody who knows nothing but the pages connects each PBX, with the simulator as the other side, and ends green."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from telephony.simulator.sender import Sender
from telephony.simulator.targets import Casting, of_address
from telephony.vendors import installed
from telephony.vendors.simulated import Employee, Scenario
from tests.e2e.browser import add_person, shot
from tests.e2e.conftest import PageFactory
from tests.rounds import rounds
from tests.servers import Server

pytestmark = pytest.mark.proof
MOST_CLICKS = 25
MOST_SECONDS = 300
PHONE = Employee(extension="101", key="sim101key")
IN_THE_GATE = ("sipuni", "itoolabs")
VENDORS = [slug for slug in installed() if rounds(0, full=1) or slug in IN_THE_GATE]


@pytest.fixture(scope="module")
def server(new_var_dir: Callable[[], Path]) -> Iterator[Server]:
    server = Server(var_dir=new_var_dir(), asgi=True, threads=4)
    server.make_tables()
    add_person(server, "boss", is_superuser=True, first_name="Vera", last_name="Orlova")
    server.start()
    yield server
    server.stop()


class Hand:
    """Presses, and counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def press(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state()
        self.pressed += 1


def call_from_the_pbx(vendor: str, address: str, settings: dict[str, str]) -> None:
    """What the PBX sends of one call, to the address that stands in the page."""
    casting = Casting(employees=[PHONE], scenarios=[Scenario.ANSWERED])
    target = of_address(
        vendor, url=address.partition("?")[0], casting=casting, settings=settings, time_zone=ZoneInfo("Europe/Moscow")
    )
    sender = Sender()
    for message in target.pbx.messages(target.writer.write(started_at=datetime.now(UTC))):
        answer = sender.send(target.url, message)
        assert not target.pbx.complaint(message, answer.status, answer.body)
    sender.close()


def _look() -> dict[str, Any]:
    """For whoever looks at the pictures: LOOK_LOCALE=ru-RU, LOOK_DARK=1, LOOK_WIDTH=390."""
    width = int(os.environ.get("LOOK_WIDTH", "1440"))
    return {
        "locale": os.environ.get("LOOK_LOCALE", "en-US"),
        "dark": "LOOK_DARK" in os.environ,
        "screen": (width, 900),
    }


def _fill_in(page: Page, vendor: str) -> dict[str, str]:
    settings = {}
    for name, value in installed()[vendor].simulator().example_settings.items():
        box = page.locator(f"input[name=pbx_{name}]")
        if box.count():
            box.fill(value)
            settings[name] = value
    return settings


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_pbx_is_connected_and_proven(server: Server, browser_page: PageFactory, vendor: str) -> None:
    page = browser_page(server, "boss", **_look())
    hand, begun = Hand(page), time.monotonic()
    page.goto("/telephony/connect/")
    shot(page, f"{vendor}-1-choose")
    hand.press(f"a[href$='/connect/new/{vendor}/']")
    page.fill("[name=name]", f"Office {vendor}")
    settings = _fill_in(page, vendor)
    shot(page, f"{vendor}-2-new")
    hand.press(".tel-prefs button[type=submit]")
    address = page.input_value("#hook-address")
    hand.press("button[data-copy='#hook-address']")
    shot(page, f"{vendor}-3-address")
    hand.press("a[href$='/wait/'].tel-button-primary")
    shot(page, f"{vendor}-4-wait")
    call_from_the_pbx(vendor, address, settings)
    page.locator(".tel-heard-good").first.wait_for()
    shot(page, f"{vendor}-5-heard")
    hand.press("a[href$='/phones/'].tel-button-primary")
    page.locator("select[name^=user-]").first.select_option(label="Vera Orlova")
    hand.pressed += 2
    shot(page, f"{vendor}-6-phones")
    hand.press("button[name=give][value=all]")
    hand.press("a[href$='/test/'].tel-button-primary")
    shot(page, f"{vendor}-7-test")
    hand.press("#content-main form button.tel-button-primary")
    expect(page.locator(".tel-desk-card[data-card]").first).to_be_visible()
    page.locator("h2.tel-walk-good").wait_for()
    shot(page, f"{vendor}-8-card")
    hand.press("a[href$='/done/'].tel-button-primary")
    shot(page, f"{vendor}-9-done")
    assert page.locator("h2.tel-walk-good").count() == 1
    assert page.locator(".tel-proof-open").count() == 0
    took = time.monotonic() - begun
    print(f"{vendor}: {hand.pressed} clicks, {took:.0f} s")  # noqa: T201  (for whoever runs it with -s)
    assert hand.pressed < MOST_CLICKS
    assert took < MOST_SECONDS


def test_each_step_works_without_scripts(server: Server, browser_page: PageFactory) -> None:
    page = browser_page(server, "boss", java_script_enabled=False, **_look())
    hand, vendor = Hand(page), "sipuni"
    page.goto("/telephony/connect/")
    hand.press(f"a[href$='/connect/new/{vendor}/']")
    page.fill("[name=name]", "Without scripts")
    settings = _fill_in(page, vendor)
    hand.press(".tel-prefs button[type=submit]")
    address = page.input_value("#hook-address")
    hand.press("a[href$='/wait/'].tel-button-primary")
    assert page.locator(".tel-heard-good").count() == 0
    call_from_the_pbx(vendor, address, settings)
    hand.press("#content-main a.tel-button[href$='/wait/']")
    assert page.locator(".tel-heard-good").count()
    hand.press("a[href$='/phones/'].tel-button-primary")
    page.locator("select[name^=user-]").first.select_option(label="Vera Orlova")
    hand.press("button[name=give][value=all]")
    hand.press("a[href$='/test/'].tel-button-primary")
    hand.press("#content-main form button.tel-button-primary")
    assert page.url.endswith("?rings=1")
    shot(page, "without-scripts")
    hand.press("#content-main a.tel-button[href*='/test/']")
    hand.press("#content-main a.tel-button[href$='/done/']")
    # Cards are painted by scripts: that alone stays to be proven.
    assert page.locator(".tel-proof-open").count() == 1
    assert hand.pressed < MOST_CLICKS
