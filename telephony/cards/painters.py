"""Sends a user's cards with the hint that they changed, so that the browser need not ask for them.

Rendered once for all streams that a user has in this process, in a few threads of their own: the hub goes on reading.
A stream whose session is not known to hold gets the hint alone, and its browser asks as before: as itself.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import connections

from telephony.cards import results, screen
from telephony.cards.watch import marks_of
from telephony.privacy.tracebacks import readable_traceback

if TYPE_CHECKING:
    from telephony.cards.hub import Stream

log = logging.getLogger(__name__)

PAINTERS = 2
MOST_WAITING = 20
"""When so many users wait for theirs, browsers ask for themselves: all processes answer those."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a stream says: the id is empty for what can't be resumed after."""

    topic: str
    content: str = "{}"
    id: int | None = None


class Painters:
    """`streams_of` gives a user's streams of this process."""

    def __init__(self, streams_of: Callable[[int], Sequence[Stream]]) -> None:
        self._streams_of = streams_of
        self._lock = threading.Lock()
        self._waiting: dict[int, Message] = {}
        self._at_work: set[int] = set()
        self._threads: ThreadPoolExecutor | None = None

    def send(self, user_id: int, hint: Message) -> bool:
        """Have this hint sent with the user's cards; False if too many wait: it is to be sent as it is.

        Of several hints that wait for one user the newest is sent: the cards are those of all.
        """
        with self._lock:
            before = self._waiting.get(user_id)
            if before is None and len(self._waiting) >= MOST_WAITING:
                return False
            self._waiting[user_id] = hint if before is None else max(before, hint, key=lambda one: one.id or 0)
            if before is None and user_id not in self._at_work:
                self._threads = self._threads or ThreadPoolExecutor(PAINTERS, thread_name_prefix="cards")
                self._threads.submit(self._work, user_id)
        return True

    def _work(self, user_id: int) -> None:
        """One thread at a time for each user: an older screen must not come after a newer one."""
        try:
            while (hint := self._next(user_id)) is not None:
                try:
                    self._send(user_id, hint)
                except Exception as error:  # Whatever it is, the user's next cards are painted all the same.
                    log.warning("Cards can't be sent, or it can't be noted:\n%s", readable_traceback(error))
                    connections.close_all()
        finally:
            connections.close_all()

    def _next(self, user_id: int) -> Message | None:
        with self._lock:
            hint = self._waiting.pop(user_id, None)
            if hint is None:
                self._at_work.discard(user_id)
            else:
                self._at_work.add(user_id)
            return hint

    def _send(self, user_id: int, hint: Message) -> None:
        streams = self._streams_of(user_id)
        try:
            held = _whose_session_holds(streams)
            pages, cards = screen.rendered(user_id, sorted({stream.language for stream in held})) if held else ({}, [])
        except Exception as error:  # The hint must not be lost with it.
            log.warning("Cards can't be rendered for a stream:\n%s", readable_traceback(error))
            connections.close_all()
            held, pages, cards = [], {}, []
        for stream in streams:
            page = pages.get(stream.language) if stream in held else None
            offer(stream, [hint if page is None else _with_page(hint, page)])
        if cards:
            results.note_fetched(cards=cards)


def offer(stream: Stream, messages: Sequence[Message]) -> None:
    """Queue these in the stream's own loop."""
    with suppress(RuntimeError):  # Its loop has been closed.
        stream.loop.call_soon_threadsafe(stream.offer, messages)


def _whose_session_holds(streams: Sequence[Stream]) -> list[Stream]:
    """The others have to look, at once, whether they may go on."""
    marks = marks_of({stream.session for stream in streams if stream.session[0]})
    held = [stream for stream in streams if stream.mark and marks.get(stream.session) == stream.mark]
    for stream in streams:
        if stream.session in marks and stream not in held:
            with suppress(RuntimeError):
                stream.loop.call_soon_threadsafe(stream.doubt)
    return held


def _with_page(hint: Message, page: str) -> Message:
    return replace(hint, content=json.dumps({**json.loads(hint.content), "html": page}))
