"""The main pages in a browser: nothing that the content security policy refuses, nothing that shuts anybody out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.browser import add_person, run
from tests.e2e.conftest import PHONE, PageFactory
from tests.e2e.main_pages import BEHIND, NAMES, OF_THE_SIDE_BAR, ROWS, faults_of
from tests.rounds import rounds
from tests.servers import Server

pytestmark = pytest.mark.proof
OF_AN_OPERATOR = [
    "/admin/telephony/call/{hers}/change/",
    "/crm/contacts/{contact}/",
    "/crm/companies/{company}/",
]
DOCUMENTATION = "/api/v1/docs/"
"""drf-spectacular's page."""
MENU = "[...document.querySelectorAll('#nav-sidebar a[href]')].map((link) => link.pathname)"
NAMES_OF_ICONS = """async () => {
    await document.fonts.ready;
    const widthOf = (icon) => {
        const text = document.createRange();
        text.selectNodeContents(icon);
        return text.getBoundingClientRect().width;
    };
    return [...document.querySelectorAll(".material-symbols-outlined")]
        .filter((icon) => widthOf(icon) > 1.6 * parseFloat(getComputedStyle(icon).fontSize))
        .map((icon) => icon.textContent);
}"""
"""Icons that are shown as the letters of their names."""
EACH = rounds(2, full=1)
"""Each page that no entry leads to in one of two looks, or in both."""


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


def found_on(page: Page, address: str) -> list[str]:
    """What is wrong with this page."""
    answer = page.goto(address)
    assert answer is not None
    policy = answer.headers.get("content-security-policy", "")
    scripts = policy.partition("script-src")[2].partition(";")[0]
    too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    letters = page.evaluate(NAMES_OF_ICONS)
    return [
        *([f"status {answer.status}"] if answer.status != 200 else []),
        *(["scripts of anybody may run"] if not scripts or "'unsafe-inline'" in scripts else []),
        *([f"{too_wide} pixels stick out"] if too_wide > 0 else []),
        *([f"icons that are not in the font (.ci/subset-fonts makes it anew): {letters}"] if letters else []),
        *(faults_of(page) if address != DOCUMENTATION else []),
    ]


def wrong(page: Page, addresses: list[str]) -> dict[str, list[str]]:
    return {address: found for address in addresses if (found := found_on(page, address))}


def test_pages_behind_those_of_the_side_bar_are_without_serious_faults(
    office: tuple[Server, dict[str, str]], browser_page: PageFactory
) -> None:
    server, rows = office
    page = browser_page(server, "owner")
    assert wrong(page, [address.format(**rows) for address in BEHIND[::EACH]]) == {}


def test_nothing_sticks_out_on_a_phone(office: tuple[Server, dict[str, str]], browser_page: PageFactory) -> None:
    server, rows = office
    page = browser_page(server, "owner", screen=PHONE, dark=True, locale="ru-RU")
    behind = BEHIND[1 % EACH :: EACH]
    assert wrong(page, [address.format(**rows) for address in (*OF_THE_SIDE_BAR, *behind)]) == {}


@pytest.mark.parametrize("screen", [(1440, 900), PHONE], ids=["wide", "phone"])
def test_an_operators_pages_are_without_serious_faults_and_offer_nothing_that_is_refused(
    office: tuple[Server, dict[str, str]], browser_page: PageFactory, screen: tuple[int, int]
) -> None:
    server, rows = office
    page = browser_page(server, "anna", screen=screen, dark=screen == PHONE, locale="ru-RU")
    links: set[str] = set()
    for address in (one.format(**rows) for one in OF_AN_OPERATOR):
        assert found_on(page, address) == [], address
        links |= set(page.evaluate("[...document.querySelectorAll('main a[href^=\"/\"]')].map((link) => link.href)"))
    if screen != PHONE:  # Of which the server knows nothing: there the links are the same.
        assert [link for link in links if page.request.get(link).status == 403] == []


LOOKS = [("owner", True), ("anna", False), ("owner", False), ("anna", True)]


@pytest.mark.parametrize(("username", "dark"), LOOKS[: rounds(2, full=4)])
def test_every_page_of_the_side_bar_is_without_serious_faults_and_opens(
    office: tuple[Server, dict[str, str]], browser_page: PageFactory, username: str, dark: bool
) -> None:
    """Also: nobody is offered an entry that ends in 403."""
    server, _ = office
    page = browser_page(server, username, dark=dark, locale="ru-RU")
    page.goto("/admin/")
    addresses = list(dict.fromkeys(page.evaluate(MENU)))
    assert len(addresses) > 10
    if username == "owner" and EACH > 1:  # A phone shows the owner those, as dark as these.
        addresses = [address for address in addresses if address not in OF_THE_SIDE_BAR]
    assert wrong(page, addresses) == {}
