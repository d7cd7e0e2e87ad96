"""What a page costs who opens it for the first time, and again: bytes and requests, as Chromium counts them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request

from tests.e2e.browser import add_person, run
from tests.e2e.conftest import PageFactory
from tests.figures import figure
from tests.servers import Server

pytestmark = pytest.mark.proof
MOST_BYTES, MOST_REQUESTS = 600_000, 24
PAGES = (
    "/admin/",
    "/telephony/calls/",
    "/telephony/missed/",
    "/telephony/reports/",
    "/crm/contacts/",
    "/crm/contacts/1/",
)
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
AGAIN = """() => {
    const all = ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind));
    const sizes = all.map((one) => one.transferSize).filter((size) => size > 0);
    return [sizes.reduce((sum, size) => sum + size, 0), sizes.length];
}"""
"""Bytes and requests of a page of which the browser has kept what it may."""
SENT = "performance.getEntriesByType('resource').filter((one) => one.name.includes('/static/') && one.transferSize > 0)"


@pytest.fixture(scope="module")
def server(new_var_dir: Callable[[], Path]) -> Iterator[Server]:
    """As production and demo serve it: after `collectstatic`."""
    server = Server(var_dir=new_var_dir(), threads=4)
    server.environment["STATIC_COLLECTED"] = "1"
    server.make_tables()
    server.manage("collectstatic", "--noinput", "-v0")
    add_person(server, "anna", "Administrator")
    run(server, "from crm.services import add_contact; print(add_contact(name='Ivan', phones=['+79235292926']).pk)")
    server.start()
    yield server
    server.stop()


def opened(page: Page, address: str) -> list[Request]:
    """All that was asked for the page, and answered."""
    asked: list[Request] = []

    def note(request: Request) -> None:
        asked.append(request)

    page.on("requestfinished", note)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.remove_listener("requestfinished", note)
    return asked


def weight(request: Request) -> int:
    sizes = request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


def tell(page: Page, name: str, size: int, requests: int) -> None:
    figure(name, "transferred", size / 1000, unit="kB")
    figure(name, "requests", requests)
    figure(name, "first contentful paint", page.evaluate(PAINTED), unit="ms")


@pytest.mark.parametrize("address", PAGES)
def test_a_cold_page_is_light_and_a_second_one_loads_no_file_again(
    server: Server, browser_page: PageFactory, address: str
) -> None:
    page = browser_page(server, "anna", fresh=True)
    asked = opened(page, address)
    total = sum(map(weight, asked))
    tell(page, f"15.4 cold {address}", total, len(asked))
    assert total < MOST_BYTES
    assert len(asked) <= MOST_REQUESTS, [request.url for request in asked]
    for request in asked:
        if "/static/" in request.url:
            answer = request.response()
            assert answer is not None
            assert "immutable" in answer.headers.get("cache-control", ""), request.url
    page.goto(address)
    page.wait_for_load_state("networkidle")
    tell(page, f"15.4 warm {address}", *page.evaluate(AGAIN))
    assert page.evaluate(f"{SENT}.map((one) => one.name)") == []
