"""A phone with two lines that hands a call over by itself: REFER with Replaces, as desk phones do.

sipp's scenarios know one dialog each. Source: RFC 3515 (REFER), RFC 3891 (Replaces), RFC 5589 (transfer).
"""

from __future__ import annotations

import contextlib
import re
import secrets
import socket
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import quote

from tests.asterisk.network import listening_in
from tests.asterisk.phones import PORTS
from tests.asterisk.running import SIP_PORT

_SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 8\r\n"
_SECONDS = 15


@dataclass(slots=True)
class Line:
    """One dialog: `own` and `other` are whole From or To headers, as each side says them once it talks."""

    call_id: str
    own: str
    other: str
    target: str = f"sip:127.0.0.1:{SIP_PORT}"
    cseq: int = 1
    talks: threading.Event = field(default_factory=threading.Event)
    is_over: threading.Event = field(default_factory=threading.Event)


class DeskPhone:
    """Takes what calls it, and can call somebody else meanwhile."""

    def __init__(self, pid: int, name: str) -> None:
        """`pid`: a process of the network that it stands in; `name`: one of PORTS."""
        self._name, self._port = name, PORTS[name]
        self._socket = listening_in(pid, self._port)
        self._lines: dict[str, Line] = {}
        self._first = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def taken(self) -> Line:
        """The call that came, once it is talked in."""
        assert self._first.wait(_SECONDS), "Nobody called."
        line = next(iter(self._lines.values()))
        assert line.talks.wait(_SECONDS), "It was not talked in."
        return line

    def call(self, number: str) -> Line:
        """On another line, until it is answered."""
        own = f"<sip:{self._name}@127.0.0.1:{self._port}>;tag={secrets.token_hex(4)}"
        line = Line(f"{secrets.token_hex(8)}@desk", own, f"<sip:{number}@127.0.0.1:{SIP_PORT}>")
        line.target = f"sip:{number}@127.0.0.1:{SIP_PORT}"
        self._lines[line.call_id] = line
        self._ask("INVITE", line, body=self._sdp())
        assert line.talks.wait(_SECONDS), f"{number} did not answer."
        return line

    def hand_over(self, line: Line, to: Line) -> None:
        """Who is on one line shall talk with who is on the other; both are over for this phone then."""
        replaces = f"{to.call_id};to-tag={_tag(to.other)};from-tag={_tag(to.own)}"
        refer_to = f"<{to.target}?Replaces={quote(replaces, safe='')}>"
        self._ask("REFER", line, f"Refer-To: {refer_to}\r\nReferred-By: <sip:{self._name}@127.0.0.1>\r\n")
        assert to.is_over.wait(_SECONDS), "Nothing was handed over."
        if not line.is_over.wait(1):
            self._ask("BYE", line)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _sdp(self) -> str:
        return _SDP.format(port=17000 + self._port % 1000)

    def _ask(self, method: str, line: Line, headers: str = "", body: str = "") -> None:
        line.cseq += method != "ACK"
        kind = "Content-Type: application/sdp\r\n" if body else ""
        self._say(
            f"{method} {line.target} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{self._port};branch=z9hG4bK{secrets.token_hex(6)}\r\n"
            f"From: {line.own}\r\nTo: {line.other}\r\nCall-ID: {line.call_id}\r\nCSeq: {line.cseq} {method}\r\n"
            f"Contact: <sip:{self._name}@127.0.0.1:{self._port}>\r\nMax-Forwards: 70\r\nX-Phone: {self._name}\r\n"
            f"{headers}{kind}Content-Length: {len(body)}\r\n\r\n{body}"
        )

    def _say(self, message: str) -> None:
        self._socket.sendto(message.encode(), ("127.0.0.1", SIP_PORT))

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while received := self._socket.recv(65536):
                said = received.decode()
                (self._was_answered if said.startswith("SIP/2.0") else self._was_asked)(said)

    def _was_answered(self, said: str) -> None:
        line = self._lines[_header(said, "Call-ID")]
        if said.startswith("SIP/2.0 2") and _header(said, "CSeq").endswith("INVITE"):
            line.other = _header(said, "To")
            line.target = _header(said, "Contact").strip("<>")
            self._ask("ACK", line)
            line.talks.set()

    def _was_asked(self, said: str) -> None:
        method = said.split(" ", 1)[0]
        line = self._lines.get(_header(said, "Call-ID"))
        if method == "INVITE" and line is None:
            own = f"{_header(said, 'To')};tag={secrets.token_hex(4)}"
            line = Line(_header(said, "Call-ID"), own, _header(said, "From"), _header(said, "Contact").strip("<>"))
            self._lines[line.call_id] = line
            self._answer(said, line, "180 Ringing")
            time.sleep(0.3)
            self._first.set()
        if line is None:
            return
        if method == "ACK":
            line.talks.set()
            return
        self._answer(said, line, "200 OK", self._sdp() if method == "INVITE" else "")
        if method == "BYE":
            line.is_over.set()

    def _answer(self, asked: str, line: Line, status: str, body: str = "") -> None:
        kind = "Content-Type: application/sdp\r\n" if body else ""
        same = "".join(f"{name}: {_header(asked, name)}\r\n" for name in ("Via", "From", "Call-ID", "CSeq"))
        self._say(
            f"SIP/2.0 {status}\r\n{same}To: {line.own}\r\nContact: <sip:{self._name}@127.0.0.1:{self._port}>\r\n"
            f"{kind}Content-Length: {len(body)}\r\n\r\n{body}"
        )


def _header(message: str, name: str) -> str:
    found = re.search(rf"^{name}:[ \t]*(.*?)\r$", message, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""


def _tag(header: str) -> str:
    return header.rpartition("tag=")[2]
