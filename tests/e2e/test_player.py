"""A recording of raw G.722, fetched from a PBX, is listened to in Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import run, shot
from tests.e2e.conftest import PageFactory
from tests.e2e.recorded import server_with_recordings
from tests.listening.http import journal
from tests.servers import Server

pytestmark = pytest.mark.proof
SECONDS = 600
"""So long that the copy for browsers takes several pieces."""
Rows = Callable[[], list[str]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server_with_recordings(tmp_path_factory.mktemp("var")) as server:
        yield server


@pytest.fixture
def rows(server: Server) -> Callable[[], list[str]]:
    """What was added to the journal since the test began."""
    before = len(journal(server))
    return lambda: journal(server)[before:]


def sound(player: Locator, what: str) -> float:
    return float(player.locator("audio").evaluate(f"audio => audio.{what}"))


def heard_until(page: Page, player: Locator, seconds: float) -> None:
    """It plays by itself up to there."""
    audio = player.locator("audio").element_handle()
    page.wait_for_function(
        "([audio, until]) => audio.currentTime >= until && !audio.paused", arg=[audio, seconds], timeout=20_000
    )


def test_it_plays_and_seeks_and_has_its_length(server: Server, browser_page: PageFactory, rows: Rows) -> None:
    page = browser_page(server, "boss", fresh=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/admin/telephony/call/1/change/")
    player = page.locator("[data-player]")
    expect(player.locator("[data-length]")).to_have_text("10:00")
    assert player.locator("svg path").first.get_attribute("d")
    assert not [url for url in asked if "/audio" in url], "nothing is asked for before somebody presses play"
    assert rows() == []

    player.get_by_role("button", name="Play").click()
    heard_until(page, player, 0.5)
    assert sound(player, "duration") == pytest.approx(SECONDS, rel=0.01)
    expect(player.get_by_role("button", name="Pause")).to_be_visible()
    shot(page, "playing")

    # By a click on the picture, to three quarters; and past the end of the first piece.
    box = player.locator("[data-seek]").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2)
    heard_until(page, player, SECONDS * 0.75)
    assert sound(player, "currentTime") == pytest.approx(SECONDS * 0.75, abs=15)
    player.locator("audio").evaluate("audio => { audio.currentTime = 260; audio.playbackRate = 4; }")
    heard_until(page, player, 266)
    assert sound(player, "currentTime") < 300
    assert sum("/audio" in url for url in asked) > 1
    assert len({url.partition("?")[2] for url in asked if "/audio" in url}) == 1, "one play has one word"
    assert rows() == ["boss played 1"]
    assert not [url for url in asked if "/ui/msg_download" in url]
    assert "msg_download" not in page.content()


def test_a_new_play_is_a_new_row(server: Server, browser_page: PageFactory, rows: Rows) -> None:
    page = browser_page(server, "boss", fresh=True)
    page.goto("/admin/telephony/call/2/change/")
    player = page.locator("[data-player]")
    play = player.locator("[data-play]")
    play.click()
    heard_until(page, player, 0.2)
    play.click()
    expect(player.get_by_role("button", name="Play")).to_be_visible()
    play.click()
    heard_until(page, player, 0.4)
    assert rows() == ["boss played 2"], "a pause is no end"
    player.locator("audio").evaluate("audio => { audio.currentTime = 19.8; }")
    # At its end: the time alone was so before, too.
    expect(player.get_by_role("button", name="Play")).to_be_visible()
    expect(player.locator("[data-time]")).to_have_text("0:00", timeout=10_000)
    play.click()
    heard_until(page, player, 0.2)
    assert sound(player, "currentTime") < 10
    assert rows() == ["boss played 2"] * 2


def test_keys_and_speed(server: Server, browser_page: PageFactory) -> None:
    page = browser_page(server, "boss", fresh=True)
    page.goto("/admin/telephony/recording/2/change/")
    player = page.locator("[data-player]")
    seek = player.get_by_role("slider", name="Position")
    seek.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(player.locator("[data-time]")).to_have_text("0:10")
    page.keyboard.press("Space")
    heard_until(page, player, 10.1)
    assert sound(player, "currentTime") < 14, "it begins where it was moved to"
    page.keyboard.press("Space")
    assert player.locator("audio").evaluate("audio => audio.paused")
    page.keyboard.press("Home")
    expect(player.locator("[data-time]")).to_have_text("0:00")
    assert (seek.get_attribute("aria-valuetext") or "").startswith("0:00 of 0:20")

    player.get_by_role("combobox", name="Speed").select_option("1.75")
    page.keyboard.press("Tab")
    player.locator("[data-play]").click()
    heard_until(page, player, 0.2)
    assert sound(player, "playbackRate") == 1.75
    page.goto("/admin/telephony/call/1/change/")
    expect(page.get_by_role("combobox", name="Speed")).to_have_value("1.75")
    page.locator("[data-play]").click()
    heard_until(page, page.locator("[data-player]"), 0.2)
    assert sound(page.locator("[data-player]"), "playbackRate") == 1.75


TWO_PLAYERS = """
from tests.listening.world import *
first = Recording.objects.get(pk=2)
values = {name: getattr(first, name) for name in ("file", "playable", "sha256", "size", "content_type", "seconds",
                                                  "peaks", "stored_at", "state")}
Recording.objects.create(call_id=1, source_sha256="second", position=1, **values)
"""


def test_only_one_sounds_at_once(server: Server, browser_page: PageFactory) -> None:
    run(server, TWO_PLAYERS)
    page = browser_page(server, "boss", fresh=True)
    page.goto("/admin/telephony/call/1/change/")
    first, second = page.locator("[data-player]").all()
    first.locator("[data-play]").click()
    heard_until(page, first, 0.3)
    second.locator("[data-play]").click()
    heard_until(page, second, 0.3)
    assert first.locator("audio").evaluate("audio => audio.paused")
    expect(first.get_by_role("button", name="Play")).to_be_visible()
    other = page.context.new_page()
    other.goto("/admin/telephony/call/2/change/")
    other.locator("[data-play]").click()
    heard_until(other, other.locator("[data-player]"), 0.3)
    assert second.locator("audio").evaluate("audio => audio.paused"), "nor in another tab"
    run(server, "from telephony.models import Recording; Recording.objects.filter(source_sha256='second').delete()")


RENAME_JOURNAL = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("ALTER TABLE {} RENAME TO {}")
"""


def test_what_went_wrong_is_said_in_words(server: Server, browser_page: PageFactory) -> None:
    page = browser_page(server, "boss", fresh=True)
    page.goto("/admin/telephony/call/1/change/")
    run(server, RENAME_JOURNAL.format("telephony_listening", "away"))
    page.locator("[data-play]").click()
    expect(page.get_by_text("The listening journal can't be written, so nothing is played.")).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    shot(page, "journal-broken")
    run(server, RENAME_JOURNAL.format("away", "telephony_listening"))
    page.context.set_offline(True)
    page.locator("[data-play]").click()
    expect(page.get_by_text("The server can't be reached.")).to_be_visible()
    page.context.set_offline(False)
    page.locator("[data-play]").click()
    heard_until(page, page.locator("[data-player]"), 0.3)
    expect(page.locator("[data-trouble]")).to_be_empty()


LOST = "from telephony.models import Recording; Recording.objects.filter(pk=1).update(state='lost', reason='not_found')"


def test_what_is_lost_can_be_fetched_and_shows_itself_when_it_is_there(
    server: Server, browser_page: PageFactory
) -> None:
    run(server, LOST)
    page = browser_page(server, "boss", fresh=True)
    page.goto("/admin/telephony/call/1/change/")
    expect(page.get_by_text("The PBX says that there is no such file.")).to_be_visible()
    shot(page, "lost")
    page.get_by_role("button", name="Fetch now").click()
    expect(page.get_by_text("It will be fetched within seconds.")).to_be_visible()
    run(server, "from telephony.recordings.fetching import fetch_due; fetch_due()")
    expect(page.locator("[data-player] [data-length]")).to_have_text("10:00", timeout=15_000)
    page.locator("[data-play]").click()
    heard_until(page, page.locator("[data-player]"), 0.3)


def test_downloads_have_names(server: Server, browser_page: PageFactory, rows: Rows) -> None:
    page = browser_page(server, "boss", fresh=True)
    page.goto("/admin/telephony/call/2/change/")
    for text, ending in (("download", "mp3"), ("G722", "g722")):
        with page.expect_download() as saved:
            page.locator(".tel-player-save", has_text=text).click()
        assert saved.value.suggested_filename == f"2026-03-03 01-31 79235290020.{ending}"
    assert rows() == ["boss downloaded 2"] * 2
