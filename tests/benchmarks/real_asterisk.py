"""From a client's INVITE to the card on the screen: `python -m tests.benchmarks.real_asterisk`; see README.md."""

from __future__ import annotations

import argparse
import os
import secrets
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.asterisk.made import folder
from tests.asterisk.network import datagrams_in
from tests.asterisk.office import Office
from tests.asterisk.phones import ringing
from tests.asterisk.running import SIP_PORT, Asterisk
from tests.asterisk.stories import OF_ANNA
from tests.benchmarks.cards import WATCH, row
from tests.benchmarks.cost import POSTGRESQL_URL, fresh_database
from tests.e2e.browser import chromium_path, log_in
from tests.figures import figure
from tests.servers import Server

PATIENCE = 20.0
SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 15990 RTP/AVP 8\r\n"


class Client:
    """Somebody on the trunk who calls Anna's number, and hangs up as soon as her card is there."""

    def __init__(self, asterisk: Asterisk, number: str) -> None:
        self._socket = datagrams_in(asterisk.pid, SIP_PORT)
        self._port = self._socket.getsockname()[1]
        self._number, self._id = number, secrets.token_hex(8)

    def invite(self) -> float:
        """When it was sent, in Unix seconds."""
        message = self._message("INVITE", "Content-Type: application/sdp\r\n", SDP)
        begun = time.time()
        self._socket.send(message)
        return begun

    def give_up(self) -> None:
        self._socket.send(self._message("CANCEL"))
        self._socket.settimeout(2)
        while b"487" not in self._socket.recv(65536).split(b"\r\n")[0]:
            pass
        self._socket.send(self._message("ACK"))
        self._socket.close()

    def _message(self, method: str, more: str = "", body: str = "") -> bytes:
        called = f"sip:{OF_ANNA}@127.0.0.1:{SIP_PORT}"
        return (
            f"{method} {called} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{self._port};branch=z9hG4bK{self._id}\r\n"
            f"From: <sip:{self._number}@127.0.0.1>;tag={self._id}\r\nTo: <{called}>\r\nCall-ID: {self._id}\r\n"
            f"CSeq: 1 {method}\r\nContact: <sip:{self._number}@127.0.0.1:{self._port}>\r\nMax-Forwards: 70\r\n"
            f"X-Trunk: yes\r\n{more}Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


def measure(asterisk: Asterisk, page: Page, count: int) -> list[float]:
    """Seconds until the card was painted."""
    shown = []
    for number in range(count):
        client = Client(asterisk, f"7916500{number:04}")
        title = f"+7 916 500-{number // 100:02}-{number % 100:02}"
        begun = client.invite()
        deadline = time.monotonic() + PATIENCE
        while not (at := page.evaluate("title => window.shownAt[title]", title)):
            assert time.monotonic() < deadline, f"No card for {title}."
            time.sleep(0.01)
        shown.append(at / 1000 - begun)
        client.give_up()
        page.locator("[data-dismiss]").first.click()
        time.sleep(0.5)
    return shown


def run(count: int) -> list[float]:
    asterisk = Asterisk(folder())
    with (
        tempfile.TemporaryDirectory() as var_dir,
        fresh_database(POSTGRESQL_URL) as url,
    ):
        server = Server(var_dir=Path(var_dir) / "var", database_url=url, asgi=True)
        try:
            server.manage("migrate", "-v0")
            asterisk.start()
            asterisk.phone("101", ringing())
            office = Office(server, asterisk, Path(var_dir) / "agent")
            try:
                return in_a_browser(office, asterisk, count)
            finally:
                office.stop()
        finally:
            server.stop()
            asterisk.stop()


def in_a_browser(office: Office, asterisk: Asterisk, count: int) -> list[float]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path())
        context = browser.new_context(base_url=office.server.url)
        context.add_cookies([log_in(office.server, "anna")])
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto("/admin/")
        page.wait_for_selector("#tel-desk-stack[data-leads]", state="attached")
        time.sleep(2)
        try:
            return measure(asterisk, page, count)
        finally:
            browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=40, help="calls to measure, one after another (40)")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, Asterisk, agent, one uvicorn process, PostgreSQL, Chromium")
    taken = run(options.calls)
    print(f"{'calls':>7}{'card p50':>10}{'p95 ms':>10}\n{options.calls:7}{row(taken)}")
    for share, found in (("p50", statistics.median(taken)), ("p95", statistics.quantiles(taken, n=20)[18])):
        figure("real_asterisk", f"from the INVITE to the card, {share}", found * 1000, unit="ms")


if __name__ == "__main__":
    sys.exit(main())
