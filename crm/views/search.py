"""The quick search that every page has: names, companies and numbers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from crm.access import visible_companies, visible_contacts
from crm.forms.clients import region
from crm.selectors.contacts import first_matching, listed
from crm.views.base import desk, fragment
from crm.words import FULL_NUMBER_DIGITS, digits_typed
from telephony.domain import numbers

CONTACTS, COMPANIES = 8, 4


@desk("crm.view_contact")
@require_GET
def quick_search(request: HttpRequest) -> HttpResponse:
    """A few contacts and companies for what was typed; a whole number can be called even if it is nobody's."""
    term = request.GET.get("q", "").strip()[:100]
    contacts = list(listed(first_matching(visible_contacts(request.user), term))[:CONTACTS]) if term else []
    digits = digits_typed(term)
    companies = []
    if term and not digits:
        companies = list(first_matching(visible_companies(request.user), term).order_by("name", "pk")[:COMPANIES])
    number = term if len(digits) >= FULL_NUMBER_DIGITS else ""
    context: dict[str, Any] = {"contacts": contacts, "companies": companies, "term": term}
    return fragment(request, "crm/search/results.html", number=numbers.to_e164(number, region()) or number, **context)
