"""Reads every page that a logged-in person can reach by following links."""

from __future__ import annotations

import html
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable
from http.client import HTTPConnection, RemoteDisconnected
from urllib.parse import urljoin, urlsplit

_LINK = re.compile(r'(?:href|src|action|data-[\w-]*url)="([^"]+)"')
_LEFT_OUT = re.compile(r"/logout/|/static/|/live/|/export\.|\.xlsx|/i18n/|\.(css|js|svg|woff2?)$|[^\x21-\x7e]")
MOST_QUERIES = 2
"""Of one path with different queries: filters and sort orders lead anywhere."""
MOST_PAGES = 160
_NUMBERS = re.compile(r"\d+")
MOST_ALIKE = 5
"""Pages whose addresses differ in their numbers only."""


class Crawler:
    """Hands each page to `take`, with its address."""

    def __init__(self, base: str, cookie: str, take: Callable[[str, bytes], None]) -> None:
        self._connection = HTTPConnection(urlsplit(base).netloc, timeout=60)
        self._cookie, self._take = cookie, take
        self.statuses: Counter[int] = Counter()
        self.paths: set[str] = set()

    def close(self) -> None:
        self._connection.close()

    def crawl(self, begin: Iterable[str]) -> None:
        waiting = deque(begin)
        known = set(waiting)
        per_path: Counter[str] = Counter()
        alike: Counter[str] = Counter()
        while waiting and self.statuses.total() < MOST_PAGES:
            address = waiting.popleft()
            path = address.partition("?")[0]
            per_path[path] += 1
            alike[_NUMBERS.sub("N", path)] += 1
            if per_path[path] > MOST_QUERIES or alike[_NUMBERS.sub("N", path)] > MOST_ALIKE:
                continue
            for found in self.links(address, self.get(address)):
                if found not in known:
                    known.add(found)
                    waiting.append(found)

    def get(self, address: str) -> str:
        return self.ask("GET", address)

    def ask(self, method: str, address: str, body: str = "", **headers: str) -> str:
        sent = {"Cookie": self._cookie, "Accept-Language": "en", **headers}
        try:
            self._connection.request(method, address, body or None, sent)
            response = self._connection.getresponse()
        except RemoteDisconnected:  # The line was idle for too long: the next one is a new one.
            self._connection.request(method, address, body or None, sent)
            response = self._connection.getresponse()
        content = response.read()
        self.statuses[response.status] += 1
        self.paths.add(address.partition("?")[0])
        self._take(address, content + repr(response.getheaders()).encode())
        return content.decode("utf-8", "replace")

    @staticmethod
    def links(address: str, page: str) -> list[str]:
        found = []
        for text in _LINK.findall(page):
            parts = urlsplit(urljoin(address, html.unescape(text)))
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            if not parts.netloc and parts.scheme in ("", "http") and target and not _LEFT_OUT.search(target):
                found.append(target)
        return found
