"""Searching calls by whatever somebody types: a number in any form, a contact's name, a call id."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import site
from django.db.models import Q
from django.http import HttpRequest

from telephony.call_log.search import calls_matching
from telephony.models import Call


def any_case(lookup: str, term: str) -> Q:
    """The lookup in the usual spellings: SQLite's LIKE takes Cyrillic capitals for other letters."""
    found = Q()
    for spelling in {term, term.lower(), term.upper(), term.capitalize(), term.title()}:
        found |= Q(**{lookup: spelling})
    return found


def calls_found(term: str, request: HttpRequest) -> Q:
    """Calls of this number, contact, internal number or call id."""
    return calls_matching(term, _contacts(term, request))


def _contacts(term: str, request: HttpRequest) -> Any:
    """The contacts that the contacts' own admin finds, however it searches."""
    contact_model: Any = Call._meta.get_field("contact").related_model
    contact_admin = site._registry.get(contact_model)
    if contact_admin is None or not contact_admin.get_search_fields(request):
        return contact_model._default_manager.none()
    contacts, _ = contact_admin.get_search_results(request, contact_model._default_manager.all(), term)
    return contacts.order_by()
