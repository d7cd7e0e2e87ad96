"""Rows that are e-mails: each is sent at most once, whatever becomes of its worker or of the mail server.

The row says that the mail is being handed over before it is (mail.py). Who finds such a row after its worker's death
does not send it again: it is perhaps sent, and says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.core.mail.message import EmailMessage
from django.utils import timezone

from telephony.jobs import LeaseLost, Queue, Run
from telephony.jobs.guard import guarded
from telephony.outgoing.mail import Outcome, hand_over

FOR_GOOD = (Outcome.SENT, Outcome.UNCLEAR, Outcome.REFUSED)
Columns = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRows:
    """The rows of one model. They have `handed_over_at`, empty until the mail server begins to take the mail."""

    name: str
    """For the worker's log."""
    queue: Queue[Any]
    write: Callable[[Any], EmailMessage | Columns]
    """The mail of a row; or, if it is not to be sent, what the row says from now on."""
    waits: Callable[[Outcome, str], Columns]
    """What a row says that is tried again after this outcome, with the server's answer."""
    ends: Callable[[Outcome, str], Columns]
    """What a row says of which this is the end."""

    def send_due(self, *, now: datetime | None = None, run: Run | None = None) -> int:
        """Send what is due, the longest due first; returns how many were tried."""
        tried = 0
        for row in self.queue.claims(now=now, run=run, exhausted=self._give_up):
            tried += 1
            if not guarded(self.name, row, partial(self._send, row), otherwise=False):
                self._failed_here(row)
        return tried

    def _send(self, row: Any) -> bool:
        """Whatever becomes of it stands in the row then."""
        if row.handed_over_at is not None:
            return self._end(row, Outcome.UNCLEAR)
        mail = self.write(row)
        if isinstance(mail, dict):
            return self.queue.release(row, at=None, **mail)
        try:
            handed = hand_over(mail, begin=lambda: self.queue.renew(row, handed_over_at=timezone.now()))
        except LeaseLost:
            return True  # Somebody else's by now.
        if handed.outcome in FOR_GOOD:
            return self._end(row, handed.outcome, handed.answer)
        return self._again(row, handed.outcome, handed.answer)

    def _failed_here(self, row: Any) -> bool:
        if row.handed_over_at is not None:
            return self._end(row, Outcome.UNCLEAR)
        return self._again(row, Outcome.INTERNAL)

    def _again(self, row: Any, outcome: Outcome, answer: str = "") -> bool:
        """Nothing was handed over, or the server said no for the moment."""
        if self.queue.retry(row, handed_over_at=None, **self.waits(outcome, answer)):
            return True
        return self._end(row, outcome, answer)

    def _end(self, row: Any, outcome: Outcome, answer: str = "") -> bool:
        columns = self.ends(outcome, answer)
        if outcome not in (Outcome.SENT, Outcome.UNCLEAR):
            columns["handed_over_at"] = None
        return self.queue.release(row, at=None, **columns)

    def _give_up(self, row: Any) -> None:
        """Every attempt ended with the death of its worker."""
        self._end(row, Outcome.UNCLEAR if row.handed_over_at else Outcome.INTERNAL)
