"""Calls by whatever somebody types: a number in any form or a part of it, a contact's name, an internal number, an id.

Each way is one that an index leads to, also among millions of calls: what would have to be read row by row only
to find little is looked up first, and the calls then by what was found.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Length
from django.db.models.lookups import Exact, GreaterThan, IsNull

from telephony.conf import contact_directory
from telephony.domain import numbers as phone
from telephony.domain.directory import contacts_matching
from telephony.domain.searching import is_searchable
from telephony.models import Call, CallLeg
from telephony.models.call import OUR_NUMBERS_END
from telephony.models.parts import COVERED, HasPart

FEWEST_DIGITS = 2
RARE_DIGITS = 4
"""So many digits in a row are in few numbers; fewer are in so many that the latest calls have enough of them."""
FULL_NUMBER_DIGITS = 10
FEW_CALLS, FEW_CONTACTS, FEW_LEGS = 2000, 1000, 2000
"""More than these are in so many calls that reading the latest calls finds a page of them at once."""


def calls_matching(term: str) -> Q:
    """Calls of this number (or with this part of it), contact, internal number or call id."""
    if not is_searchable(term):
        return Q(pk__in=[])
    digits = digits_of_number(term)
    if not digits:
        return _of_contacts(contacts_matching(contact_directory(), term), or_else=Q(external_id=term))
    if len(digits) >= FULL_NUMBER_DIGITS:
        ways = phone.ways_to_begin(digits)
        found = Q(client_match__in=ways) | of_our_number(digits) | Q(external_id=term)
        # Without its trunk prefix it may be shorter: 01 42 68 53 00 is +33 1 42 68 53 00.
        shorter = [way for way in ways if len(way) < FULL_NUMBER_DIGITS]
        return found | _with_part(shorter) if shorter else found
    rest = of_our_number(digits) | Q(external_id=term)
    if len(digits) < RARE_DIGITS:
        return Q(client_match__contains=digits) | _of_phone(digits) | rest
    return _with_part(phone.ways_to_begin(digits)) | _of_phone(digits, FEW_LEGS) | rest


def of_our_number(number: str) -> Q:
    """Calls of one of our numbers, in any form."""
    digits = phone.last_digits(number)
    if digits:
        return Q(Exact(OUR_NUMBERS_END, digits))
    return Q(Exact(OUR_NUMBERS_END, number[-FULL_NUMBER_DIGITS:])) & Q(our_number=number)


def digits_of_number(term: str) -> str:
    """The digits, if what was typed is a telephone number or a part of one; else empty."""
    found = phone.bare(term)
    return found if len(found) >= FEWEST_DIGITS else ""


def _with_part(ways: list[str]) -> Q:
    parts = [digits for digits in ways if len(digits) >= RARE_DIGITS]
    if not parts:
        return Q(pk__in=())
    found = list(_calls_with(parts)[: FEW_CALLS + 1])
    return Q(pk__in=found) if len(found) <= FEW_CALLS else _contains(parts)


def _calls_with(parts: list[str]) -> QuerySet[Call, Any]:
    calls = Call.objects.order_by().values_list("pk", flat=True)
    indexed = calls.filter(reduce(or_, [Q(HasPart("client_match", digits)) for digits in parts]))
    if connection.vendor != "postgresql":
        return indexed
    # Not in one condition: PostgreSQL would take the longer numbers for a third of all, and read every call.
    longer = calls.filter(GreaterThan(Length("client_match"), COVERED)).filter(_contains(parts))
    return indexed.union(longer)


def _contains(parts: list[str]) -> Q:
    return reduce(or_, [Q(client_match__contains=digits) for digits in parts])


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
