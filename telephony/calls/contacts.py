"""Joins calls with contacts: those that a CRM saves, and those that somebody chose."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q

from telephony.calls.change import relinked
from telephony.conf import contact_directory
from telephony.database.together import Answers, Question
from telephony.domain import numbers
from telephony.domain.directory import ContactCard, ContactDirectory
from telephony.domain.events import CallEvent, Phone
from telephony.models import Call, ContactChoice
from telephony.signals import call_changed


class Lookup:
    """The contact directory, as one message asks it: of no number twice."""

    def __init__(self, directory: ContactDirectory | None = None) -> None:
        self._directory: Any = contact_directory() if directory is None else directory
        self._found: dict[Phone, Sequence[ContactCard]] = {}

    def find(self, number: Phone, answers: Answers | None = None) -> Sequence[ContactCard]:
        """Contacts with this number, best match first; of what was asked together with the call, if it was."""
        if number not in self._found:
            if answers is not None and (asked := _questions(self._directory, number)) and answers.know(asked):
                self._found[number] = self._directory.find(number, answers)
            else:
                self._found[number] = self._directory.find(number)
        return self._found[number]


def asks(number: CallEvent | Call) -> Sequence[Question]:
    """What tells whose number this client's is, as far as the contact directory says what it will ask (`asks`)."""
    if not number.client_raw:
        return ()
    return _questions(contact_directory(), Phone(raw=number.client_raw, e164=number.client_e164))


def _questions(directory: Any, number: Phone) -> Sequence[Question]:
    ask = getattr(directory, "asks", None)
    return ask(number) if ask is not None else ()


def link(call: Call, number: Phone, lookup: Lookup, answers: Answers) -> list[str]:
    """Link the contact with this number, if it is exactly one, or the one that a person chose of several.

    Returns the columns to save: others link contacts too, and what they wrote meanwhile is not overwritten.
    """
    key = numbers.match_key(number.raw)
    if key == call.client_match and call.contact_id is not None:
        return []
    call.client_match = key
    call.contact_id = the_contact(number=number, found=lookup.find(number, answers)) if number.raw else None
    return ["client_match", "contact_id"]


def link_earlier_calls(*, number: Phone) -> int:
    """Give earlier calls of this number, that are nobody's yet, to the contact that has it now.

    Nothing happens while several contacts have the number and nobody chose between them. Returns how
    many calls were linked. The CRM calls this when a number gets an owner.
    """
    if not _key(number):  # Of all hidden callers nobody is the same.
        return 0
    contact_pk = the_contact(number=number, found=contact_directory().find(number))
    return _link(number, contact_pk) if contact_pk is not None else 0


def the_contact(*, number: Phone, found: Sequence[ContactCard]) -> int | None:
    """Whose call it is: the only one found, or the one whom somebody chose of several. Never a guess."""
    if len(found) < 2:
        return found[0].pk if found else None
    chosen = ContactChoice.objects.filter(number=_key(number), contact__in=[card.pk for card in found])
    return chosen.values_list("contact_id", flat=True).first()


@transaction.atomic
def attach_contact(*, call: Call, contact_pk: int, user: Any) -> None:
    """Say whose call it is. The choice stays for this number: later calls, and earlier ones that are nobody's, follow.

    `call` is changed, too. A call from a hidden number is attached alone.
    """
    former, call.contact_id = call.contact_id, contact_pk
    call.save(update_fields=["contact"])
    number = Phone(raw=call.client_raw, e164=call.client_e164)
    if key := _key(number):
        ContactChoice.objects.update_or_create(number=key, defaults={"contact_id": contact_pk, "user": user})
        _link(number, contact_pk)
        relinked(number, former)
    transaction.on_commit(partial(call_changed.send_robust, sender=Call, call=call, created=False))


def _key(number: Phone) -> str:
    return number.e164 or numbers.match_key(number.raw)


def _link(number: Phone, contact_pk: int) -> int:
    key = numbers.match_key(number.raw)
    same_number = Q(client_match=key)
    if number.e164:  # Two valid numbers may end in the same 10 digits; only an unreadable one is matched by these.
        same_number = Q(client_e164=number.e164) | Q(client_match=key, client_e164="")
    count = Call.objects.filter(same_number, contact=None).update(contact_id=contact_pk)
    if count:
        relinked(number, None)
    return count
