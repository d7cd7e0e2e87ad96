"""Searching calls by whatever somebody types: a number in any form, a contact's name, a call id."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import site
from django.db.models import Q
from django.http import HttpRequest

from telephony import phone
from telephony.models import Call, CallLeg

FEWEST_DIGITS = 2
FULL_NUMBER_DIGITS = 10


def any_case(lookup: str, term: str) -> Q:
    """The lookup in the usual spellings: SQLite's LIKE takes Cyrillic capitals for other letters."""
    found = Q()
    for spelling in {term, term.lower(), term.upper(), term.capitalize(), term.title()}:
        found |= Q(**{lookup: spelling})
    return found


def digits_of_number(term: str) -> str:
    """The digits, if what was typed is a telephone number or a part of one; else empty."""
    found = phone.digits(term)
    is_number = not any(sign.isalpha() for sign in term) and len(found) >= FEWEST_DIGITS
    return found if is_number else ""


def calls_matching(term: str, request: HttpRequest) -> Q:
    """Calls of this number, contact or call id."""
    digits = digits_of_number(term)
    if not digits:
        return _of_contacts(term, request) | Q(external_id=term)
    if len(digits) >= FULL_NUMBER_DIGITS:
        return Q(client_match=phone.last_digits(term)) | Q(our_number__endswith=digits[-10:]) | Q(external_id=term)
    of_extension = CallLeg.objects.filter(extension_number=digits).values("call")
    return Q(client_match__contains=digits) | Q(our_number=digits) | Q(pk__in=of_extension) | Q(external_id=term)


def _of_contacts(term: str, request: HttpRequest) -> Q:
    """Calls of the contacts that the contacts' own admin finds, however it searches."""
    contact_model: Any = Call._meta.get_field("contact").related_model
    contact_admin = site._registry.get(contact_model)
    if contact_admin is None or not contact_admin.get_search_fields(request):
        return Q(pk__in=[])
    contacts, _ = contact_admin.get_search_results(request, contact_model._default_manager.all(), term)
    return Q(contact__in=contacts.order_by().values("pk"))
