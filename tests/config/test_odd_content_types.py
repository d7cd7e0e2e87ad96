"""A message is taken and stored as it came, whatever its Content-Type says and its query holds; and a page is shown."""

from __future__ import annotations

import json
import socket
from io import BytesIO
from pathlib import Path

from telephony.http.plain_requests import PlainWSGIRequest, content_type_of
from tests.load.judged import stored_requests
from tests.servers import Server

TYPES = (
    *("text/plain; charset=punycode", "text/plain; charset=base64", "text/plain; charset=zlib", "a/b; charset=idna"),
    *("a/b; charset*=nope''b", "a/b; charset*0*=utf-8''a; charset*1=b", "a/b; x*=zlib''a", ";", "; charset=\x01"),
    *("application/json; charset=utf-8", "text/xml; charset=utf-16", 'multipart/form-data; boundary="', "; ;;=;a"),
)
QUERIES = (b"event=1&call_id==&a=%B7", b"%FF%00%zz&&=", b"&".join(b"f%d=%d" % (n, n) for n in range(1100)), b"")


def ask(server: Server, target: bytes, content_type: str, body: bytes = b"x=1") -> int:
    head = (
        f"Host: localhost\r\nConnection: close\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as wire:
        wire.sendall(b"POST " + target + b" HTTP/1.1\r\n" + head.encode("latin-1") + body)
        return int(wire.recv(65536).split(b" ")[1])


def test_each_is_stored_with_its_query(server: Server) -> None:
    path = json.loads(server.manage("connection", "add", "sipuni", "--name", "A", "--json").stdout)[
        "hook_path"
    ].encode()
    types = [kind for kind in TYPES if kind.isprintable()]
    for kind in types:
        for query in QUERIES:
            target = path + (b"?" + query if query else b"")
            assert ask(server, target, kind) == 200, (kind, query[:30])
            assert ask(server, b"/nothing?" + query, kind) < 500, (kind, query[:30])
            assert ask(server, b"/api/v1/contacts/?" + query, kind) < 500, (kind, query[:30])
    stored = [(one.query, one.body) for one in stored_requests(server)]
    assert sorted(stored) == sorted([(query, b"x=1") for query in QUERIES] * len(types))
    assert (Path(server.environment["VAR_DIR"]) / "db.sqlite3").exists()


def test_a_charset_that_is_read_here_is_kept_and_no_other() -> None:
    def request(content_type: str) -> PlainWSGIRequest:
        environ = {
            "REQUEST_METHOD": "GET",
            "wsgi.input": BytesIO(),
            "QUERY_STRING": "a=%C2",
            "CONTENT_TYPE": content_type,
        }
        return PlainWSGIRequest(environ)

    assert request("text/plain; charset=windows-1251").encoding == "cp1251"
    assert request("text/plain; charset=windows-1251").GET["a"] == "В"
    assert request("text/plain; charset=punycode").encoding is None
    assert content_type_of("Text/Plain; Boundary=x") == ("text/plain", {"boundary": "x"})
    assert content_type_of("text/plain; boundary*=utf-8''x") == ("text/plain", {})
