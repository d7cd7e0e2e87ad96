"""One request that was understood, and how its answer is found. Spyne calls `answer()` of either kind."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import partial

from django.db import Error as DatabaseError

from telephony.calls.contacts import Lookup
from telephony.database import reach
from telephony.domain.hooks import Hook
from telephony.intake import asked, inbox, processed, quota
from telephony.intake.spool import draining, taking
from telephony.intake.spool.entry import new_key
from telephony.models import Connection, Delivery
from telephony.soap.deadline import TooLate, within
from telephony.soap.faults import SERVER, Refusal
from telephony.soap.login import Login, WrongLogin
from telephony.vendors.mobilon.envelope import SoapRequest
from telephony.vendors.mobilon.soap import parse_request, say_name

log = logging.getLogger(__name__)

STORED_WITHIN, ANSWERED_WITHIN = 1.0, 2.0
"""Seconds since a request came: after the first what is not stored goes to the spool, and after the second nobody waits
for what is made of it any more. Whose login it is may take more than half of the first."""
TAKEN = "1"
"""The documents' answer to IncomingCall and Event."""


def caller(login: Login, *, answer_by: float) -> Connection | None:
    """The connection whose PBX this is: asked before anything of the message is read. None if the database can't say.

    Raises Refusal, 401 or 429, for a wrong login. `answer_by` is on the clock of `time.monotonic`.
    """
    try:
        return within(answer_by - time.monotonic(), login.connection)
    except WrongLogin:
        raise login.refused() from None
    except TooLate:
        log.warning("1C's services: the database did not say in time whose login this is.")
    except DatabaseError as error:
        log.warning("1C's services: the database failed to say whose login this is: %s", type(error).__name__)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """SayName: somebody is calling, and the phone waits for a name. Not stored: it tells nothing that happened."""

    request: SoapRequest
    hook: Hook
    connection: Connection | None
    answer_by: float
    """On the clock of `time.monotonic`."""

    def answer(self) -> str:
        """The name; empty if nobody has the number, and if the database does not answer in time."""
        if self.connection is None:
            return ""
        find = partial(self._find, self.connection)
        try:
            return within(self.answer_by - time.monotonic(), find)
        except TooLate:
            log.warning("SayName: no name, the database did not answer in time.")
        except DatabaseError as error:
            log.warning("SayName: no name, the database failed: %s", type(error).__name__)
        return ""

    def _find(self, connection: Connection) -> str:
        profile = connection.profile()
        parsed = parse_request(self.request, self.hook, profile)
        outcome = asked.find_outcome(connection, parsed, Lookup())
        return say_name(self.request, profile, outcome)


def check_quota(*, connection_id: int, hook: Hook) -> None:
    """Count the message. Raises Refusal, 429, beyond the connection's quota."""
    wait = quota.seconds_to_wait(connection_id=connection_id, size=len(hook.body) + len(hook.query))
    if wait:
        text = "This connection's quota is used up; please send the message again later."
        raise Refusal(text, status=429, code=SERVER, headers={"Retry-After": str(wait)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Everything else: it is in the inbox already, and goes the way of every webhook."""

    hook: Hook
    delivery: Delivery | None
    """None while the database is away: it is in the spool, and a delivery later."""

    @classmethod
    def store(cls, *, hook: Hook, login: Login, connection: Connection | None) -> Notice:
        """Commit the request as a delivery. Raises Refusal: 401, 429, or 503 if it could not be stored.

        Where the database could not say in time whose login it is, it is asked again. What can't be stored in time
        goes to the spool, if this process knows the login from before.
        """
        key = new_key()
        try:
            connection = connection or login.connection()
            check_quota(connection_id=connection.pk, hook=hook)
            delivery = inbox.receive(connection=connection, hook=hook, key=key)
        except WrongLogin:
            raise login.refused() from None
        except DatabaseError as error:
            known = connection or login.remembered()
            if known is not None and taking.take(key=key, connection=known, hook=hook):
                return cls(hook=hook, delivery=None)
            log.error("A message to 1C's services could not be stored: %s", type(error).__name__)
            text = "The message could not be stored; please send it again."
            raise Refusal(text, status=503, code=SERVER) from None
        reach.allow(ANSWERED_WITHIN)
        draining.look()
        return cls(hook=hook, delivery=delivery)

    def answer(self) -> str:
        """1 as soon as it is kept, whatever becomes of it; Refusal if it means nothing."""
        if self.delivery is None:
            return TAKEN
        done = inbox.process(delivery=self.delivery, hook=self.hook)
        if done.parsed is None and done.state == Delivery.State.FAILED:
            raise Refusal(self.delivery.error)
        return TAKEN

    def unreadable(self, reason: str, *, status: int) -> Refusal:
        """Note the reason in the inbox, and return it as what to answer."""
        if self.delivery is not None:
            processed.finish(self.delivery, Delivery.State.FAILED, reason)
        return Refusal(reason, status=status)
