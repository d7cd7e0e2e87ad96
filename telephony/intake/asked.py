"""The answer to a question in a message: who is calling, and who is in charge of them."""

from __future__ import annotations

from telephony.calls.contacts import Find
from telephony.database.reading import Given, Prepared
from telephony.domain.directory import ContactCard
from telephony.domain.events import Parsed
from telephony.domain.hooks import Outcome
from telephony.models import Connection, Extension

_PHONES = Prepared(
    lambda: Extension.objects.filter(connection_id=Given("connection"), user_id=Given("user")).order_by("number")
)


def find_outcome(connection: Connection, parsed: Parsed, find: Find) -> Outcome:
    """What the vendor may use to answer the question in this message, if it asks one."""
    if parsed.asks_about is None:
        return Outcome()
    contacts: list[ContactCard] = find(parsed.asks_about) if parsed.asks_about.raw else []
    responsible = {card.responsible_id for card in contacts if card.responsible_id}
    if len(responsible) != 1:  # Several contacts with different people in charge: nobody is preferred silently.
        return Outcome(contacts=tuple(contacts))
    phones = _PHONES.rows(connection=connection.pk, user=responsible.pop())
    return Outcome(
        contacts=tuple(contacts),
        responsible_extension=next((phone.number for phone in phones if phone.number), ""),
        responsible_key=next((phone.key for phone in phones if phone.key), ""),
    )
