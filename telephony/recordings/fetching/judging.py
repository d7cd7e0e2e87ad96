"""Whether what came is a recording; and if not, what that means.

PBXs say "not yet" in many ways: with 404, with 200 and a page, a message, nothing or a few bytes. So each of
these is waited for; only what a person has to change first is refused, and only a 410 is taken for the end.
"""

from __future__ import annotations

import json
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone

from telephony.domain.exceptions import TelephonyError
from telephony.http import RequestFailed, Response
from telephony.models import Recording
from telephony.recordings.audio import AudioKind, identify
from telephony.recordings.fetching.schedule import retry_after

Reason, State = Recording.Reason, Recording.State

HEAD_BYTES = 4096
FEWEST_BYTES = 256
"""Less is no sound that anybody could hear: an eighth of a second of the tightest format."""
LONGEST_MESSAGE = 200
WORDS_OF_MESSAGES = ("message", "description", "error", "msg", "detail", "status")
"""Fields in which PBXs say in JSON what went wrong."""


class NotFetched(TelephonyError):
    """This try brought no recording. `end` is the state that it ends in; without one it is tried again."""

    def __init__(
        self,
        reason: Recording.Reason,
        *,
        detail: str = "",
        end: Recording.State | None = None,
        wait: timedelta | None = None,
        is_ours: bool = False,
        is_of_the_way: bool = False,
    ) -> None:
        super().__init__(detail or str(reason))
        self.reason = reason
        self.detail = detail
        """What the other side said; may hold a secret."""
        self.end = end
        self.wait = wait
        """How long the PBX asks to wait at least."""
        self.is_ours = is_ours
        """The fault is on this side, so it is never given up."""
        self.is_of_the_way = is_of_the_way
        """No whole answer came, so nothing is known of the file."""


def judge_failure(failed: RequestFailed) -> NotFetched:
    """What it means that no whole answer came."""
    end = State.REFUSED if failed.permanent else None
    return NotFetched(Reason(failed.failure.value), detail=str(failed), end=end, is_of_the_way=True)


def judge_status(response: Response) -> None:
    """Raises NotFetched unless the answer brought a body to look at."""
    if response.status in (HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION):
        return
    detail = f"HTTP {response.status}"
    if response.status == HTTPStatus.GONE:
        raise NotFetched(Reason.GONE, detail=detail, end=State.LOST)
    wait = retry_after(response.headers.get("retry-after", ""), now=timezone.now())
    raise NotFetched(_reason_of(response.status), detail=detail, wait=wait)


_REASONS = {
    HTTPStatus.NO_CONTENT: Reason.EMPTY,
    HTTPStatus.NOT_MODIFIED: Reason.UNCHANGED,
    HTTPStatus.UNAUTHORIZED: Reason.DENIED,
    HTTPStatus.FORBIDDEN: Reason.DENIED,
    HTTPStatus.NOT_FOUND: Reason.NOT_FOUND,
    HTTPStatus.TOO_MANY_REQUESTS: Reason.BUSY,
    HTTPStatus.SERVICE_UNAVAILABLE: Reason.BUSY,
}


def _reason_of(status: int) -> Recording.Reason:
    if status in _REASONS:
        return _REASONS[HTTPStatus(status)]
    return Reason.PBX_ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Reason.ODD_ANSWER


def judge_content(path: Path, *, link: str) -> AudioKind:
    """What the file is, by its bytes. Raises NotFetched if it is no recording, saying what it is instead."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise NotFetched(Reason.EMPTY)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        raise NotFetched(Reason.PAGE)
    if text.startswith((b"{", b"<?xml")):
        raise NotFetched(Reason.MESSAGE, detail=_message(head))
    if path.stat().st_size < FEWEST_BYTES:
        raise NotFetched(Reason.TINY, detail=f"{path.stat().st_size} bytes")
    kind = identify(path, claimed_name=urlsplit(link).path)
    if kind is None:
        raise NotFetched(Reason.NOT_AUDIO)
    return kind


def _message(head: bytes) -> str:
    """What a PBX says in JSON instead of sending the file."""
    try:
        fields: dict[str, Any] = json.loads(head)
    except (ValueError, RecursionError):
        return ""
    said = (fields.get(name) for name in WORDS_OF_MESSAGES)
    return next((text[:LONGEST_MESSAGE] for text in said if isinstance(text, str) and text), "")
