"""The parts of a multipart form, also of one whose boundaries are not as RFC 2046 wants them."""

from __future__ import annotations

import email
import re
from email.message import Message
from email.utils import collapse_rfc2231_value

from telephony.domain import charsets
from telephony.domain.exceptions import MalformedHook

Part = tuple[str | bytes, bytes, str | None]
"""Name (bytes, if it is not ASCII and does not say its charset), content, and the part's own charset."""
_PLAIN = re.compile(rb'\r\nContent-Disposition: form-data; name="([^"\\\r\n]+)"\r\n\r\n')
_DISPOSITION = re.compile(rb"^content-disposition:", re.IGNORECASE | re.MULTILINE)
LONGEST_BOUNDARY = 200


def looks_like_parts(body: bytes) -> bool:
    """Whether it is parts between boundaries, whatever the header calls it."""
    first, _, rest = body[:2000].partition(b"\n")
    return b"=" not in first and len(first) <= LONGEST_BOUNDARY and _DISPOSITION.match(rest) is not None


def read_parts(content_type: str, body: bytes) -> list[Part]:
    """The named parts. Raises MalformedHook for parts in parts without end."""
    return _plain_parts(body) or _parts_in_any_shape(content_type, body)


def _plain_parts(body: bytes) -> list[Part]:
    """Of a form as nearly every program writes it, in a tenth of the time; none if anything in it is different."""
    mark = body.partition(b"\r\n")[0]
    _, *parts, end = (b"\r\n" + body).split(b"\r\n" + mark)
    if not mark.startswith(b"--") or end.strip() != b"--" or body.count(mark) > len(parts) + 1:
        return []
    found: list[Part] = []
    for part in parts:
        head = _PLAIN.match(part)
        if head is None:
            return []
        name = head[1]
        found.append((name.decode("ascii") if name.isascii() else name, part[head.end() :], None))
    return found


def _parts_in_any_shape(content_type: str, body: bytes) -> list[Part]:
    head = b"Content-Type: " + content_type.encode("utf-8", "replace") + b"\r\n\r\n"
    try:
        return _named(list(email.message_from_bytes(head + body).walk())) or _named(_between_lines(body))
    except RecursionError:
        raise MalformedHook("The multipart body is nested too deeply.") from None


def _named(parts: list[Message]) -> list[Part]:
    found: list[Part] = []
    for part in parts:
        name = _own_name(part)
        payload = part.get_payload(decode=True)
        if name is not None and isinstance(payload, bytes):
            found.append((name, payload, charsets.named_in(str(part.get("content-type", "")))))
    return found


def _own_name(part: Message) -> str | bytes | None:
    """Asked for it by itself, `email` gives a question mark for each byte beyond ASCII."""
    raw = next((value for key, value in part.raw_items() if key.lower() == "content-disposition"), "")
    alone = Message()
    alone["Content-Disposition"] = str(raw).encode("ascii", "surrogateescape").decode("latin-1")
    name = alone.get_param("name", header="content-disposition")
    if isinstance(name, tuple):
        return collapse_rfc2231_value(name)
    return name if name is None or name.isascii() else name.encode("latin-1")


def _between_lines(body: bytes) -> list[Message]:
    """Cut at each line that is the first one, with more dashes around it or fewer: that is the boundary."""
    mark = body.split(b"\n", 1)[0].strip().strip(b"-")
    if not mark or len(mark) > LONGEST_BOUNDARY:
        return []
    pieces = re.split(rb"(?:^|\r?\n)-*" + re.escape(mark) + rb"-*[ \t]*(?=\r?\n|$)", body)
    return [email.message_from_bytes(piece.lstrip(b"\r\n")) for piece in pieces if piece.strip()]
