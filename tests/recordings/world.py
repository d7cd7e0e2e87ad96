"""Recordings to fetch: from the simulated PBXs, or from a server that answers whatever a test wants."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from django.core.files.storage import storages

from telephony.models import Call, Connection, Recording
from telephony.recordings.fetching import claiming
from telephony.recordings.fetching.attempt import fetch
from telephony.recordings.storage import work_dir
from tests.telephony.factories import ConnectionFactory

STARTED_AT = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
MP3_PATH = "/wirecrm/records/abc-3.mp3"


def make_connection(vendor: str = "wirecrm", **values: Any) -> Connection:
    """One that may fetch from this machine."""
    values.setdefault("internal_networks", ["127.0.0.0/8"])
    connection: Connection = ConnectionFactory.create(vendor=vendor, **values)
    return connection


def make_recording(
    connection: Connection, *, link: str = "", reference: str = "", status: str = "answered", **values: Any
) -> Recording:
    """One that is due, of a call of its own."""
    call = Call.objects.create(
        connection=connection,
        external_id=str(Call.objects.count() + 1),
        direction="incoming",
        status=status,
        started_at=STARTED_AT,
        ended_at=STARTED_AT,
    )
    values.setdefault("next_try_at", STARTED_AT)
    digest = hashlib.sha256(f"{link}\n{reference}".encode()).hexdigest()
    return Recording.objects.create(call=call, link=link, reference=reference, source_sha256=digest, **values)


def try_once(check: Callable[[], None] = lambda: None) -> Recording:
    """Claim what is due and try to fetch it; the row as it is then."""
    claimed = claiming.claim()
    assert claimed is not None, "nothing is due"
    fetch(claimed, check=check)
    return Recording.objects.get(pk=claimed.pk)


def try_once_again() -> Recording:
    """As if the time of the next try had come."""
    Recording.objects.update(next_try_at=STARTED_AT)
    return try_once()


def stored_files() -> list[str]:
    """Names of everything in the storage but what is being worked on."""
    root = Path(storages["recordings"].location)  # type: ignore[attr-defined]
    files = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(str(path) for path in files if path.parts[0] != ".work")


def content_of(name: str) -> bytes:
    with storages["recordings"].open(name) as file:
        content: bytes = file.read()
    return content


def nothing_left_behind() -> bool:
    return not list(work_dir().iterdir())


@dataclass(frozen=True, slots=True, kw_only=True)
class Canned:
    """An answer as the test wants it."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@contextmanager
def serving(answers: Mapping[str, Canned]) -> Iterator[str]:
    """A server on this machine with these answers by path; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = answers[self.path.partition("?")[0]]
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
