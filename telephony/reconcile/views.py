"""The page that holds a PBX's own list of a day against the calls here, and imports what is missing."""

from __future__ import annotations

from datetime import date
from functools import wraps
from typing import Any, Protocol

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from telephony.calls.access import Scope, seeing
from telephony.models import Connection, PbxDay
from telephony.reconcile import pulling, reconciled
from telephony.reconcile.comparing import day_of
from telephony.ui.shell import page
from telephony.vendors import installed

MOST_ROWS = 1000
"""Chosen at once: what a form of this page may send."""


class View(Protocol):
    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse: ...


def may_reconcile(request: HttpRequest) -> bool:
    """Who may change connections, and sees everybody's calls: the page shows them all."""
    return request.user.has_perm("telephony.change_connection") and seeing(request.user) is Scope.ALL


def _allowed(view: View) -> View:
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_reconcile(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    inside: View = admin.site.admin_view(checked)
    return inside


@_allowed
def index(request: HttpRequest) -> HttpResponse:
    """The PBXs that can be asked; straight to the page of the only one."""
    found = list(_askable())
    if len(found) == 1:
        return HttpResponseRedirect(reverse("telephony:reconcile_day", args=[found[0].pk]))
    able = [vendor.label for vendor in installed().values() if vendor.call_info is not None]
    context = {"connections": [reconciled.summary(connection) for connection in found], "able": ", ".join(able)}
    return page(request, "telephony/desk/reconcile_index.html", title=gettext("Reconcile with PBXs"), **context)


@_allowed
def day(request: HttpRequest, pk: int) -> HttpResponse:
    """One day of one PBX."""
    connection = _connection(pk)
    shown = reconciled.page_of(
        connection=connection,
        day=_day(connection, request.GET.get("day", "")),
        show=request.GET.get("show", ""),
        number=request.GET.get("page", ""),
    )
    others = [other for other in _askable() if other.pk != connection.pk]
    title = gettext("Reconcile: %(name)s") % {"name": connection.name}
    return page(request, "telephony/desk/reconcile.html", title=title, shown=shown, others=others)


@require_POST
@_allowed
def pull(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a worker pull the day's list."""
    connection = _connection(pk)
    chosen = _day(connection, request.POST.get("day", ""))
    pulling.request(connection=connection, day=chosen)
    return _back(connection, chosen)


@require_POST
@_allowed
def start_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a worker import the chosen rows, or all that are clear."""
    connection = _connection(pk)
    chosen = _day(connection, request.POST.get("day", ""))
    row = get_object_or_404(PbxDay, connection=connection, day=chosen)
    keys = [int(key) for key in request.POST.getlist("row")[:MOST_ROWS] if key.isdecimal() and len(key) < 19]
    if "all" not in request.POST and not keys:
        messages.warning(request, gettext("Tick the calls that are to be imported first."))
        return _back(connection, chosen)
    count = pulling.request_import(day=row, rows=None if "all" in request.POST else keys)
    if count:
        text = ngettext("%(count)d call is being imported.", "%(count)d calls are being imported.", count)
        messages.success(request, text % {"count": count})
    else:
        messages.info(request, gettext("There is nothing left to import."))
    return _back(connection, chosen)


def _askable() -> Any:
    slugs = [slug for slug, vendor in installed().items() if vendor.call_info is not None]
    return Connection.objects.filter(vendor__in=slugs)


def _connection(pk: int) -> Connection:
    connection: Connection = get_object_or_404(_askable(), pk=pk)
    return connection


def _day(connection: Connection, text: str) -> date:
    """The day that is asked for, on the PBX's clock; today for none, nonsense, or a day to come."""
    today = day_of(connection, timezone.now())
    try:
        wanted = parse_date(text)
    except ValueError:
        wanted = None
    return min(wanted or today, today)


def _back(connection: Connection, chosen: date) -> HttpResponseRedirect:
    address = reverse("telephony:reconcile_day", args=[connection.pk])
    return HttpResponseRedirect(f"{address}?day={chosen.isoformat()}")
