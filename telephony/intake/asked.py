"""The answer to a question in a message: who is calling, and who is in charge of them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from telephony.calls.contacts import Lookup
from telephony.database.reading import Given, Prepared
from telephony.database.together import Answers, Question
from telephony.domain.directory import ContactCard
from telephony.domain.events import Parsed
from telephony.domain.hooks import Outcome
from telephony.models import Connection, Extension
from telephony.privacy.tracebacks import where

log = logging.getLogger(__name__)

_PHONES = Prepared(
    lambda: Extension.objects.filter(connection_id=Given("connection"), user_id=Given("user")).order_by("number")
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of the one who calls; the phones of the person in charge are still to be asked for."""

    contacts: Sequence[ContactCard] = ()
    phones: Sequence[Question] = ()

    def outcome(self, answers: Answers) -> Outcome:
        """What the vendor may use; the phones are asked for now, if these answers don't know them."""
        phones: list[Extension] = [phone for question in self.phones for phone in answers.of(question)]
        return Outcome(
            contacts=tuple(self.contacts),
            responsible_extension=next((phone.number for phone in phones if phone.number), ""),
            responsible_key=next((phone.key for phone in phones if phone.key), ""),
        )


def about(connection: Connection, parsed: Parsed, lookup: Lookup) -> Asked:
    """The one whom this message asks about, if it asks."""
    if parsed.asks_about is None or not parsed.asks_about.raw:
        return Asked()
    contacts = lookup.find(parsed.asks_about)
    responsible = {card.responsible_id for card in contacts if card.responsible_id}
    if len(responsible) != 1:  # Several contacts with different people in charge: nobody is preferred silently.
        return Asked(contacts)
    return Asked(contacts, [Question(_PHONES, {"connection": connection.pk, "user": responsible.pop()})])


def find_outcome(connection: Connection, parsed: Parsed, lookup: Lookup) -> Outcome:
    """What the vendor may use to answer the question in this message, if it asks one."""
    return about(connection, parsed, lookup).outcome(Answers())


def outcome_if_possible(connection: Connection, parsed: Parsed, lookup: Lookup) -> Outcome:
    """The same of a message that could not be applied: who is calling can mostly be told."""
    try:
        return find_outcome(connection, parsed, lookup)
    except Exception as error:
        log.warning("Connection %s: a question was not answered:\n%s", connection.pk, where(error))
        return Outcome()
