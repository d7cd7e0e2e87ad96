"""From the webhook's first byte to the card on the screen: `python -m tests.benchmarks.cards`; see README.md."""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.cost import POSTGRESQL_URL, fresh_database
from tests.desk.streams import ADD_PEOPLE, Streams
from tests.e2e.browser import chromium_path
from tests.figures import figure
from tests.load.judged import add_connection
from tests.servers import Server

WATCH = """
window.shownAt = {};
new MutationObserver(() => {
    for (const card of document.querySelectorAll('.tel-desk-card[data-rings="1"]')) {
        if (!(card.id in window.shownAt)) {
            window.shownAt[card.id] = 0;
            // The second frame: the first one with the card in it has been painted by then.
            const title = card.dataset.title;
            requestAnimationFrame(() => requestAnimationFrame(() => {
                window.shownAt[title] = Date.now();
            }));
        }
    }
}).observe(document, { childList: true, subtree: true });
"""
PATIENCE = 20.0


class Reading:
    """Keeps all streams read, as their browsers would."""

    def __init__(self, streams: Streams) -> None:
        self._streams, self._stop = streams, threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Reading:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stop.is_set():
            self._streams.read(0.2)


def ring(server: Server, path: str, client: str, number: int) -> tuple[float, float]:
    """One phone begins to ring. When the first byte went out (Unix seconds), and how long the PBX waited."""
    now = int(time.time())
    fields = {"event": 1, "call_id": f"{now}.{number}", "src_num": client, "src_type": 1, "timestamp": now}
    fields |= {"dst_num": "012345101", "short_dst_num": "101", "dst_type": 2}
    request = f"GET {path}?{urlencode(fields)} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as wire:
        begun = time.time()
        wire.sendall(request)
        answer = b""
        while data := wire.recv(65536):
            answer += data
    assert answer.endswith(b'{"success": true}'), answer
    return begun, time.time() - begun


def measure(server: Server, page: Page, path: str, count: int) -> tuple[list[float], list[float]]:
    """Seconds until the card was painted, and until the PBX had its answer."""
    shown, answered = [], []
    for number in range(count):
        client = f"7916{5000000 + number:07}"
        title = f"+7 916 {500 + number // 10000}-{number // 100 % 100:02}-{number % 100:02}"
        begun, waited = ring(server, path, client, number)
        deadline = time.monotonic() + PATIENCE
        while not (at := page.evaluate("title => window.shownAt[title]", title)):
            assert time.monotonic() < deadline, f"No card for {title}."
            time.sleep(0.01)
        shown.append(at / 1000 - begun)
        answered.append(waited)
        page.locator("[data-dismiss]").first.click()
        time.sleep(0.3)
    return shown, answered


def run(name: str, url: str, streams_open: int, count: int) -> None:
    with tempfile.TemporaryDirectory() as var_dir:
        server = Server(var_dir=Path(var_dir), database_url=url, asgi=True)
        server.manage("migrate", "-v0")
        _pk, path = add_connection(server)
        code = ADD_PEOPLE.format(count=max(streams_open, 1))
        sessions: dict[str, str] = json.loads(server.manage("shell", "-v0", "-c", code).stdout)
        server.start()
        streams = Streams(server)
        try:
            for phone, session in list(sessions.items())[1:]:
                streams.open(phone, session)
            streams.read_until(lambda: all("resync" in line.topics() for line in streams.lines.values()), 120)
            with Reading(streams):
                shown, answered = in_a_browser(server, sessions["101"], path, count)
        finally:
            streams.close()
            server.stop()
    for what, seconds in (("from the webhook to the card", shown), ("the PBX's answer", answered)):
        for share, found in (("p50", statistics.median(seconds)), ("p95", statistics.quantiles(seconds, n=20)[18])):
            figure(f"cards, {name}, {streams_open} streams", f"{what}, {share}", found * 1000, unit="ms")
    print(f"{name:12}{streams_open:9}{count:7}{row(shown)}{row(answered)}")


def in_a_browser(server: Server, session: str, path: str, count: int) -> tuple[list[float], list[float]]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path())
        context = browser.new_context(base_url=server.url)
        context.add_cookies([{"name": "sessionid", "value": session, "url": server.url}])
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto("/admin/")
        page.wait_for_selector("#tel-desk-stack[data-leads]", state="attached")
        time.sleep(2)
        try:
            return measure(server, page, path, count)
        finally:
            browser.close()


def row(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]
    return f"{ordered[len(ordered) // 2] * 1000:10.0f}{p95 * 1000:10.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=200, help="streams open, the browser's among them (200)")
    parser.add_argument("--calls", type=int, default=40, help="calls to measure (40)")
    parser.add_argument("--only", choices=["sqlite", "postgresql"], help="one database")
    options = parser.parse_args()
    head = f"{'':12}{'streams':>9}{'calls':>7}{'card p50':>10}{'p95 ms':>10}{'answer p50':>12}{'p95 ms':>8}"
    print(f"{os.cpu_count()} cores, one uvicorn process, Chromium\n{head}")
    if options.only != "postgresql":
        run("SQLite", "", options.streams, options.calls)
    if options.only != "sqlite":
        with fresh_database(POSTGRESQL_URL) as url:
            run("PostgreSQL", url, options.streams, options.calls)


if __name__ == "__main__":
    sys.exit(main())
