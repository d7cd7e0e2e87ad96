"""The pages with players, on every screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.browser import run, shot
from tests.e2e.conftest import PHONE, PageFactory
from tests.e2e.recorded import server_with_recordings
from tests.listening.http import Listener
from tests.rounds import rounds
from tests.servers import Server

pytestmark = pytest.mark.proof
DESK = (1280, 900)
TEN_MINUTES = "from telephony.models import Recording; Recording.objects.filter(pk=1).update(seconds=600)"
"""As long as it is to look: to make so much sound takes seconds."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server_with_recordings(tmp_path_factory.mktemp("var"), lengths=(30, 20)) as server:
        run(server, TEN_MINUTES)
        yield server


LOOKS = [(False, DESK), (True, PHONE), (False, PHONE), (True, DESK)]


@pytest.mark.parametrize(("dark", "screen"), LOOKS[: rounds(2, full=4)])
def test_it_fits_every_screen(server: Server, browser_page: PageFactory, dark: bool, screen: tuple[int, int]) -> None:
    Listener(server, "boss").get("/telephony/recordings/1/audio", Range="bytes=0-9")
    page = browser_page(server, "boss", dark=dark, screen=screen)
    look = f"{'dark' if dark else 'light'}-{screen[0]}"
    for name, url in (
        ("call", "/admin/telephony/call/1/change/"),
        ("recording", "/admin/telephony/recording/1/change/"),
        ("recordings", "/admin/telephony/recording/"),
        ("journal", "/admin/telephony/listening/"),
        ("teams", "/admin/telephony/team/add/"),
    ):
        page.goto(url)
        shot(page, f"{name}-{look}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), f"{name} is too wide"
        for player in page.locator("[data-player]").all():
            box = player.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= screen[0]
