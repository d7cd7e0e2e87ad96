"""One request that was understood, and how its answer is found. Spyne calls `answer()` of either kind."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import cache

from django.db import Error as DatabaseError

from telephony.directory import get_directory
from telephony.hooks import Hook
from telephony.models import Delivery
from telephony.services import inbox
from telephony.soap.deadline import TooLate, within
from telephony.soap.faults import SERVER, Refusal
from telephony.soap.login import Login, WrongLogin
from telephony.vendors.mobilon.envelope import SoapRequest
from telephony.vendors.mobilon.soap import parse_request, say_name

log = logging.getLogger(__name__)

TAKEN = "1"
"""The documents' answer to IncomingCall and Event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """SayName: somebody is calling, and the phone waits for a name. Not stored: it tells nothing that happened."""

    request: SoapRequest
    hook: Hook
    login: Login
    answer_by: float
    """On the clock of `time.monotonic`."""

    def answer(self) -> str:
        """The name; empty if nobody has the number, and if the database does not answer in time."""
        try:
            return within(self.answer_by - time.monotonic(), self._find)
        except WrongLogin:
            raise self.login.refused() from None
        except TooLate:
            log.warning("SayName: no name, the database did not answer in time.")
        except DatabaseError as error:
            log.warning("SayName: no name, the database failed: %s", type(error).__name__)
        return ""

    def _find(self) -> str:
        connection = self.login.connection()
        profile = connection.profile()
        parsed = parse_request(self.request, self.hook, profile)
        outcome = inbox.find_outcome(connection, parsed, cache(get_directory().find))
        return say_name(self.request, profile, outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Everything else: it is in the inbox already, and goes the way of every webhook."""

    hook: Hook
    delivery: Delivery

    @classmethod
    def store(cls, *, hook: Hook, login: Login) -> Notice:
        """Commit the request as a delivery. Raises Refusal: 401, 429, or 503 if it could not be stored."""
        try:
            return cls(hook=hook, delivery=inbox.receive(connection=login.connection(), hook=hook))
        except WrongLogin:
            raise login.refused() from None
        except DatabaseError as error:
            log.error("A message to 1C's services could not be stored: %s", type(error).__name__)
            text = "The message could not be stored; please send it again."
            raise Refusal(text, status=503, code=SERVER) from None

    def answer(self) -> str:
        """1 as soon as it is kept, whatever becomes of it; Refusal if it means nothing."""
        done = inbox.process(delivery=self.delivery, hook=self.hook)
        if done.parsed is None and done.state == Delivery.State.FAILED:
            raise Refusal(self.delivery.error)
        return TAKEN

    def unreadable(self, reason: str, *, status: int) -> Refusal:
        """Note the reason in the inbox, and return it as what to answer."""
        inbox.finish(self.delivery, Delivery.State.FAILED, reason)
        return Refusal(reason, status=status)
