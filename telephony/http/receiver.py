"""Reads one answer within its bounds."""

from __future__ import annotations

from collections.abc import Callable

from telephony.http.failures import Failure
from telephony.http.values import Check, Response, Sink

LONGEST_HEADERS = 65_536
LONGEST_ERROR_BODY = 65_536
REDIRECTS = {301, 302, 303, 307, 308}
_COMPRESSED = {"gzip", "x-gzip", "deflate", "compress", "x-compress", "br", "zstd"}
_STOP = 0


class Receiver:
    """Takes what curl receives; stops curl by taking less than it was given, and remembers why."""

    def __init__(self, *, longest: int, sink: Sink | None, follow: bool, greeted: Callable[[], None] | None) -> None:
        """`greeted` is given for FTP, and called when the server speaks."""
        self._longest = longest
        self._sink = sink
        self._follow = follow
        self._greeted = greeted
        self._header_bytes = 0
        self._expects = "body" if greeted else "status"
        self._status = 200 if greeted else 0
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._size = 0
        self.failure: Failure | None = None
        self.error: BaseException | None = None
        """What the sink raised, or the check."""
        self.has_enough = False
        """The rest of the answer is of no use: it was left unread."""

    @property
    def has_head(self) -> bool:
        """All headers came. Curl is content if the other side hangs up in the middle of them."""
        return self._expects == "body"

    @property
    def redirect(self) -> str:
        """Where the answer sends us, if that is to be followed."""
        return self._headers.get("location", "") if self._follow and self._status in REDIRECTS else ""

    def response(self, *, status: int = 0) -> Response:
        return Response(status=status or self._status, headers=self._headers, body=bytes(self._body), size=self._size)

    def take_header(self, line: bytes) -> int | None:
        self._header_bytes += len(line)
        if self._header_bytes > LONGEST_HEADERS:
            return self._fail(Failure.PROTOCOL)
        if self._greeted:
            self._greeted()
        elif self._expects == "status":
            self._status = int(line.split(maxsplit=2)[1])
            self._headers = {}
            self._expects = "headers"
        elif self._expects == "headers":
            return self._take_field(_text(line).rstrip("\r\n"))
        return None

    def _take_field(self, line: str) -> int | None:
        if line:
            name, _, value = line.partition(":")
            self._headers[name.strip(" \t").lower()] = value.strip(" \t")
            return None
        self._expects = "status" if self._status < 200 else "body"
        return self._judge_headers()

    def _judge_headers(self) -> int | None:
        if self.redirect:
            self.has_enough = True
            return _STOP
        if not self._is_success:
            return None
        if self._headers.get("content-encoding", "").lower() in _COMPRESSED:
            # It was not asked for, and could unfold to any size.
            return self._fail(Failure.PROTOCOL)
        announced = self._headers.get("content-length", "")
        if announced.isdecimal() and (len(announced) > 18 or int(announced) > self._longest):
            return self._fail(Failure.TOO_LARGE)
        return None

    def take_body(self, piece: bytes) -> int | None:
        if not self._is_success:
            return self._take_error_body(piece)
        self._size += len(piece)
        if self._size > self._longest:
            return self._fail(Failure.TOO_LARGE)
        if self._sink is None:
            self._body += piece
            return None
        try:
            self._sink(piece)
        except BaseException as error:
            # pycurl would print it and go on as if the other side had failed.
            self.error = error
            return _STOP
        return None

    def goes_on(self, check: Check) -> int | None:
        """For curl's progress: anything but 0 or None ends the transfer."""
        try:
            check()
        except BaseException as error:
            self.error = error
            return 1
        return None

    def _take_error_body(self, piece: bytes) -> int | None:
        self._body += piece[: LONGEST_ERROR_BODY - len(self._body)]
        self._size = len(self._body)
        self.has_enough = self._size == LONGEST_ERROR_BODY
        return _STOP if self.has_enough else None

    @property
    def _is_success(self) -> bool:
        return 200 <= self._status < 300

    def _fail(self, failure: Failure) -> int:
        self.failure = failure
        return _STOP


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")
