"""One reader of live events in each process, and the browsers' streams that it feeds.

However many streams are open, one thread with one database connection reads the table. PostgreSQL wakes it at
a commit; elsewhere, and as a safety net, it looks by itself.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress

from django.db import connections
from django.db.models import Max, Q

from telephony.cards import waking
from telephony.cards.painters import Message, Painters, offer
from telephony.cards.watch import Watch
from telephony.models import LiveEvent
from telephony.privacy.tracebacks import readable_traceback

log = logging.getLogger(__name__)

PAUSE_AFTER_ERROR = 1.0
LATE_SECONDS = 15.0
"""On PostgreSQL a row may become visible this long after one with a higher id: its transaction took longer."""
LOOK_BACK = 200
"""How many ids below the newest may belong to transactions that are not committed yet."""
MOST_GAPS = 5000
BATCH = 1000
LONGEST_QUEUE = 100
"""A browser that takes nothing for so long is told to read everything anew."""
IDLE_SECONDS = 5.0


RESYNC = Message("resync")
"""Something may have been missed: read everything anew."""


class Stream:
    """One browser's stream, in the event loop that it was made in."""

    has_session = True
    """Whether it lasts only as long as somebody's session."""

    def __init__(
        self, *, user_id: int, sees_board: bool, session_key: str = "", mark: str = "", language: str = ""
    ) -> None:
        """`mark` is of the session (watch.marks_of), as far as it is known; `language` is the browser's."""
        self.user_id, self.sees_board, self.language = user_id, sees_board, language
        self.session = (session_key, user_id)
        self.mark = mark
        self.is_doubtful = False
        """The session may have ended: whoever feeds the browser has to look."""
        self.loop = asyncio.get_running_loop()
        self._waiting: deque[Message] = deque()
        self._filled = asyncio.Event()

    def wants(self, event: LiveEvent) -> bool:
        if event.topic == LiveEvent.Topic.CANARY:
            return False
        return self.sees_board if event.user_id is None else event.user_id == self.user_id

    def offer(self, messages: Iterable[Message]) -> None:
        """Queue what is new; called in the stream's own loop."""
        for message in messages:
            if len(self._waiting) >= LONGEST_QUEUE:
                self._waiting.clear()
                self._waiting.append(RESYNC)
            if self._waiting and self._waiting[-1].topic == RESYNC.topic:
                # Everything will be read anew after it, this too.
                continue
            self._waiting.append(message)
        self._filled.set()

    def doubt(self) -> None:
        """Called in the stream's own loop."""
        self.is_doubtful = True
        self._filled.set()

    async def take(self, seconds: float) -> list[Message]:
        """What has come, as soon as something has; empty after so many seconds without anything."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._filled.wait(), seconds)
        self._filled.clear()
        taken = list(self._waiting)
        self._waiting.clear()
        return taken


class Reader:
    """Reads each row once, in the order in which they become visible."""

    def __init__(self) -> None:
        newest = LiveEvent.objects.aggregate(newest=Max("pk"))["newest"] or 0
        self._last = max(0, newest - LOOK_BACK)
        self._gaps: dict[int, float] = {}
        self.read()

    def read(self) -> list[LiveEvent]:
        """Rows that were not there before."""
        fresh: list[LiveEvent] = []
        while batch := list(LiveEvent.objects.filter(self._unread()).order_by("pk")[:BATCH]):
            self._note([row.pk for row in batch])
            fresh += batch
            if len(batch) < BATCH:
                break
        return fresh

    def _unread(self) -> Q:
        newer = Q(pk__gt=self._last)
        return newer | Q(pk__in=list(self._gaps)) if self._gaps else newer

    def _note(self, ids: list[int]) -> None:
        now = time.monotonic()
        for pk in ids:
            self._gaps.pop(pk, None)
            if pk > self._last:
                missing = range(max(self._last + 1, pk - LOOK_BACK), pk)
                self._gaps.update(dict.fromkeys(missing, now))
                self._last = pk
        self._gaps = dict([(pk, since) for pk, since in self._gaps.items() if since > now - LATE_SECONDS][-MOST_GAPS:])


class Hub:
    """Feeds streams. Its thread runs while there are any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._streams: set[Stream] = set()
        self._thread: threading.Thread | None = None
        self._watch = Watch()
        self._painters = Painters(self._of_user)

    def __len__(self) -> int:
        return len(self._streams)

    def count(self, user_id: int) -> int:
        """How many streams this user has here."""
        with self._lock:
            return sum(stream.user_id == user_id for stream in self._streams)

    def join(self, stream: Stream) -> None:
        """Feed this stream from now on; it gets a resync once the reader stands, if that was not running."""
        with self._lock:
            self._streams.add(stream)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="live events", daemon=True)
                self._thread.start()

    def leave(self, stream: Stream) -> None:
        with self._lock:
            self._streams.discard(stream)

    def _run(self) -> None:
        try:
            while not self._read_until_idle():
                time.sleep(PAUSE_AFTER_ERROR)
        finally:
            connections.close_all()

    def _read_until_idle(self) -> bool:
        """False if the database failed and somebody still waits."""
        try:
            is_woken = waking.listen()
            reader = Reader()
            self._hand_out([], resync=True)
            while self._goes_on():
                waking.wait(is_woken)
                if rows := reader.read():
                    self._hand_out(rows)
                self._watch.look(self._all())
            waking.unlisten()
        except Exception as error:  # Without its reader the process would tell nobody anything any more.
            log.warning("Live events can't be read:\n%s", readable_traceback(error))
            connections.close_all()
            return not self._goes_on()
        return True

    def _goes_on(self) -> bool:
        """Whether anybody is there; forgets the thread, which ends then, when nobody came back for a while."""
        deadline = time.monotonic() + IDLE_SECONDS
        while True:
            with self._lock:
                if self._streams:
                    return True
                if time.monotonic() > deadline:
                    self._thread = None
                    return False
            time.sleep(0.1)

    def _all(self) -> list[Stream]:
        with self._lock:
            return list(self._streams)

    def _of_user(self, user_id: int) -> list[Stream]:
        return [stream for stream in self._all() if stream.user_id == user_id]

    def _hand_out(self, rows: list[LiveEvent], *, resync: bool = False) -> None:
        streams = self._all()
        here = {stream.user_id for stream in streams}
        messages = [(row, message_of(row)) for row in rows]
        # What goes out with the user's cards goes first: somebody's phone rings meanwhile.
        alone = [(row, hint) for row, hint in messages if not self._is_painted(row, hint, here)]
        for stream in streams:
            wanted = [RESYNC] if resync else [message for row, message in alone if stream.wants(row)]
            if wanted:
                offer(stream, wanted)

    def _is_painted(self, row: LiveEvent, hint: Message, here: set[int]) -> bool:
        return row.user_id is not None and row.user_id in here and self._painters.send(row.user_id, hint)


hub = Hub()
"""This process's."""


def message_of(row: LiveEvent) -> Message:
    return Message(row.topic, json.dumps(row.content), row.pk)
