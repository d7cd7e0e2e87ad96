"""Sipuni's messages in bulk, and threads that send them to a running server."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from queue import Empty, SimpleQueue
from urllib.parse import urlencode

from telephony.domain.hooks import Hook
from tests.servers import Server

ZERO = 1_706_525_172
FORM = "application/x-www-form-urlencoded"
OK = b'{"success": true}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One message as bytes on the wire."""

    method: str
    query: bytes
    body: bytes

    def hook(self) -> Hook:
        headers = {"content-type": FORM} if self.body else {}
        return Hook(
            method=self.method, query=self.query, body=self.body, headers=headers, received_at=datetime.now(UTC)
        )


def call_of_12_events(number: int, *, zero: int = ZERO) -> list[Request]:
    """Three phones ring, one answers, and hands the client over twice. It begins so many seconds after `zero`."""
    steps = [("1", 0, ""), ("1", 1, "101"), ("1", 2, "102"), ("1", 3, "103"), ("3", 10, "102")]
    for after, extension in ((20, "104"), (40, "105")):
        steps += [("1", after, extension), ("3", after + 5, extension), ("4", after + 8, extension)]
    steps.append(("2", 90, "105"))
    return [_request(number, zero, *step, by_post=bool((number + place) % 2)) for place, step in enumerate(steps)]


def _request(number: int, zero: int, event: str, after: int, extension: str, *, by_post: bool) -> Request:
    start = zero + number
    fields = {"event": event, "call_id": f"{start}.{number}0", "src_num": f"7920{number:07d}", "src_type": "1"}
    fields |= {"dst_num": f"012345{extension}" if extension else "78432000000", "dst_type": "2" if extension else "1"}
    fields["timestamp"] = str(start + after)
    if event in "24":
        fields |= {"status": "ANSWER", "call_start_timestamp": str(start), "call_answer_timestamp": str(start + 10)}
    encoded = urlencode(fields).encode()
    if by_post:
        return Request(method="POST", query=b"", body=encoded)
    return Request(method="GET", query=encoded, body=b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    request: Request
    status: int
    body: bytes
    seconds: float


class Line:
    """One kept-alive connection to the hook's address."""

    def __init__(self, server: Server, path: str) -> None:
        self._port, self._path = server.port, path
        self._connection = HTTPConnection("127.0.0.1", server.port, timeout=20)

    def post(self, request: Request) -> Answer:
        """Raises OSError or HTTPException if no whole answer came."""
        target = self._path + (f"?{request.query.decode()}" if request.query else "")
        begun = time.perf_counter()
        try:
            self._connection.request(
                request.method, target, request.body or None, {"Content-Type": FORM} if request.body else {}
            )
            response = self._connection.getresponse()
            body = response.read()
        except (OSError, HTTPException):
            self.close()
            raise
        return Answer(request=request, status=response.status, body=body, seconds=time.perf_counter() - begun)

    def close(self) -> None:
        self._connection.close()


def post_all(server: Server, path: str, requests: Iterable[Request], *, posters: int) -> list[Answer]:
    """Send all of them from so many threads at once."""
    waiting: SimpleQueue[Request] = SimpleQueue()
    for request in requests:
        waiting.put(request)
    answers: list[Answer] = []
    faults: list[Exception] = []

    def work() -> None:
        line = Line(server, path)
        try:
            while True:
                answers.append(line.post(waiting.get_nowait()))
        except Empty:
            pass
        except Exception as fault:
            faults.append(fault)
        finally:
            line.close()

    threads = [threading.Thread(target=work) for _ in range(posters)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, faults
    return answers


class StubbornPosters:
    """Threads that go on posting while the server dies and comes back. Half of what got no answer is sent again.

    `per_second`: no more of them; 0: as many as the server takes.
    """

    def __init__(
        self, server: Server, path: str, requests: Iterator[Request], *, posters: int, per_second: float = 0
    ) -> None:
        self.acknowledged: list[Request] = []
        self.unanswered = 0
        self._server, self._path = server, path
        self._requests, self._next = requests, threading.Lock()
        self._pause = posters / per_second if per_second else 0.0
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._work) for _ in range(posters)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        line = Line(self._server, self._path)
        while not self._stop.is_set():
            with self._next:
                request = next(self._requests)
            due = time.monotonic() + self._pause
            self._post(line, request)
            time.sleep(max(due - time.monotonic(), 0))
        line.close()

    def _post(self, line: Line, request: Request) -> None:
        while not self._stop.is_set():
            try:
                answer = line.post(request)
            except ConnectionRefusedError:
                time.sleep(0.02)
            except (OSError, HTTPException):
                self.unanswered += 1
                if self.unanswered % 2:
                    return
            else:
                if answer.status == 200:
                    assert json.loads(answer.body) == {"success": True}
                    self.acknowledged.append(request)
                return
