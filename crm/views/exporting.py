"""Contacts to a file."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.access import visible_contacts
from crm.selectors.export import table
from crm.selectors.filters import ListFilter
from crm.views.base import desk
from telephony.call_log import exported, spreadsheet


@desk("crm.view_contact", "crm.export_contacts")
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """The contacts that the list's filters leave, as a CSV file; crm/exports.py has them as Excel files."""
    asked = ListFilter.read(request.GET)
    contacts = asked.narrow(visible_contacts(request.user), request.user)
    name = f"contacts-{timezone.localdate():%Y-%m-%d}.csv"
    query = urlencode([(name, value) for name, value in request.GET.items() if value])
    rows = exported.noted(table(contacts), user=request.user, kind="contacts", query=query)
    return spreadsheet.download(rows, name, is_async=isinstance(request, ASGIRequest))
