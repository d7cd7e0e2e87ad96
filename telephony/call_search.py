"""Calls by whatever somebody types: a number in any form or a part of it, a contact's name, an internal number, an id.

Each way is one that an index leads to, also among millions of calls: what would have to be read row by row only
to find little is looked up first, and the calls then by what was found.
"""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import Exact, IsNull

from telephony import phone
from telephony.directory import contacts_matching
from telephony.models import Call, CallLeg
from telephony.models.call import OUR_NUMBERS_END

FEWEST_DIGITS = 2
RARE_DIGITS = 4
"""So many digits in a row are in few numbers; fewer are in so many that the latest calls have enough of them."""
FULL_NUMBER_DIGITS = 10
FEW_NUMBERS, FEW_CONTACTS, FEW_LEGS = 2000, 1000, 2000
"""More than these are in so many calls that reading the latest calls finds a page of them at once."""


def calls_matching(term: str, contacts: Any = None) -> Q:
    """Calls of this number (or with this part of it), contact, internal number or call id.

    `contacts`: primary keys of those that the term finds, as a queryset, where the directory is not to be asked.
    """
    digits = digits_of_number(term)
    if not digits:
        return _of_contacts(contacts_matching(term) if contacts is None else contacts, or_else=Q(external_id=term))
    if len(digits) >= FULL_NUMBER_DIGITS:
        return Q(client_match=phone.last_digits(term)) | of_our_number(term) | Q(external_id=term)
    rest = of_our_number(digits) | Q(external_id=term)
    if len(digits) < RARE_DIGITS:
        return Q(client_match__contains=digits) | _of_phone(digits) | rest
    return _with_part(digits) | _of_phone(digits, FEW_LEGS) | rest


def of_our_number(number: str) -> Q:
    """Calls of one of our numbers, in any form."""
    digits = phone.last_digits(number)
    if digits:
        return Q(Exact(OUR_NUMBERS_END, digits))
    return Q(Exact(OUR_NUMBERS_END, number[-FULL_NUMBER_DIGITS:])) & Q(our_number=number)


def digits_of_number(term: str) -> str:
    """The digits, if what was typed is a telephone number or a part of one; else empty."""
    found = phone.digits(term)
    is_number = not any(sign.isalpha() for sign in term) and len(found) >= FEWEST_DIGITS
    return found if is_number else ""


def _with_part(digits: str) -> Q:
    part = Q(client_match__contains=digits)
    # Of the index alone: every number of every call, without the calls.
    numbers = Call.objects.filter(part).order_by().values_list("client_match", flat=True).distinct()
    found = list(numbers[: FEW_NUMBERS + 1])
    return Q(client_match__in=found) if len(found) <= FEW_NUMBERS else part


def _of_phone(number: str, few: int = 0) -> Q:
    """Calls of the internal number; if no more than `few`, looked up."""
    legs = CallLeg.objects.filter(extension_number=number).order_by()
    found = list(legs.values_list("call_id", flat=True)[: few + 1]) if few else []
    if few and len(found) <= few:
        return Q(pk__in=found)
    # Not EXISTS or IN: PostgreSQL would make a table of all the legs first.
    of_call = legs.filter(call=OuterRef("pk")).values("pk")[:1]
    return Q(IsNull(Subquery(of_call), False))


def _of_contacts(contacts: Any, *, or_else: Q) -> Q:
    if not isinstance(contacts, QuerySet):  # The directory can't search.
        return Q(contact__in=contacts) | or_else
    found = list(contacts.values_list("pk", flat=True)[: FEW_CONTACTS + 1])
    # Of many contacts nothing else: beside an OR, PostgreSQL would read all of them for each call.
    return Q(contact__in=found) | or_else if len(found) <= FEW_CONTACTS else Q(contact__in=contacts)
