"""The call log's page: filters, rows, exports, saved filters."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from telephony.call_log import exported, pages, spreadsheet
from telephony.call_log.counted import LABELS
from telephony.call_log.filter import OUTCOMES, PERIODS
from telephony.call_log.found import count
from telephony.call_log.saved_filters import delete_filter, save_filter
from telephony.calls import access
from telephony.models import Call, CauseChoice, Connection, DirectionChoice, Disposition, Line, SavedFilter
from telephony.recordings.player import Player, players_of
from telephony.ui import shell
from telephony.ui.presentation import CallRow, call_rows, length, person
from telephony.ui.said import Said, said_of

_OF_RESULTS = ("result", "no_result")


@admin.site.admin_view
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """The whole page; for htmx (typing, choosing, "show more") only the rows."""
    found = _found(request)
    is_valid = found.form.is_valid()
    page = pages.page_of(found.qs if is_valid else found.queryset.none(), request.GET.get("after", ""))
    context = {
        "rows": _rows(request, page.calls),
        "found_url": f"{reverse('telephony:calls-found')}?{_filters(request)}",
        "more_url": _address(request, after=page.next_key) if page.next_key else "",
        "is_first": "after" not in request.GET,
        "is_filtered": bool(_filters(request)),
        "errors": found.form.errors,
    }
    if request.headers.get("HX-Request"):
        return render(request, "telephony/desk/call_log_rows.html", context)
    return shell.page(
        request, "telephony/desk/call_log.html", title=_("Call log"), **context, **_choices(request, found)
    )


@admin.site.admin_view
@require_GET
def found(request: HttpRequest) -> HttpResponse:
    """How many calls the filters leave: asked by the page when its rows are there, because counting may take longer."""
    calls = _found(request)
    counted = count(calls.qs) if calls.form.is_valid() else None
    talked = length(counted.talk_seconds) if counted and counted.talk_seconds else ""
    return render(request, "telephony/desk/call_log_found.html", {"found": counted, "talked": talked})


@admin.site.admin_view
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """All calls that the filters leave, as a CSV file; exports/ makes Excel files."""
    found = _found(request)
    if not found.form.is_valid():
        return HttpResponseRedirect(_address(request))
    name = f"calls-{timezone.localdate():%Y-%m-%d}.csv"
    rows = exported.noted(pages.table(found.qs), user=request.user, kind="calls", query=_filters(request))
    return spreadsheet.download(rows, name, is_async=isinstance(request, ASGIRequest))


@admin.site.admin_view
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the page's filters under a name."""
    try:
        row = save_filter(user=request.user, name=request.POST.get("name", ""), query=request.POST.get("query", ""))
    except ValidationError as error:
        for text in error.messages:
            messages.error(request, text)
        return HttpResponseRedirect(f"{reverse('telephony:calls')}?{request.POST.get('query', '')}")
    messages.success(request, _("The filter “%(name)s” was saved.") % {"name": row.name})
    return HttpResponseRedirect(f"{reverse('telephony:calls')}?{row.query}")


@admin.site.admin_view
@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete one of one's own saved filters."""
    delete_filter(user=request.user, pk=pk)
    return HttpResponseRedirect(reverse("telephony:calls"))


def _found(request: HttpRequest) -> Any:
    if access.seeing(request.user) is access.Scope.NOTHING:
        raise PermissionDenied
    return pages.filtered(request.user, request.GET)


def _rows(request: HttpRequest, calls: list[Call]) -> list[tuple[CallRow, list[Player], list[Said]]]:
    """What a row shows, the players of its recordings (one look at the rights for all rows), and what was said."""
    players: dict[int, list[Player]] = {}
    for player in players_of(request.user, [recording for call in calls for recording in call.recordings.all()]):
        if player.may_listen:
            players.setdefault(player.recording.call_id, []).append(player)
    rows = zip(calls, call_rows(calls), strict=True)
    return [(row, players.get(call.pk, []), said_of(call)) for call, row in rows]


def _choices(request: HttpRequest, found: Any) -> dict[str, Any]:
    """What the filters' controls offer, and what is chosen."""
    chosen = {name: request.GET.get(name, "") for name in found.filters}
    return {
        "chosen": chosen,
        "further": [
            (name, chosen[name], label) for name, label in LABELS.items() if chosen[name] and name not in _OF_RESULTS
        ],
        "results": [(str(pk), label) for pk, label in Disposition.objects.values_list("pk", "label")],
        "query": _filters(request),
        "periods": PERIODS,
        "directions": DirectionChoice.choices,
        "outcomes": OUTCOMES,
        "causes": CauseChoice.choices,
        "people": [(str(user.pk), person(user)) for user in pages.people(request.user)],
        "connections": [(str(pk), name) for pk, name in Connection.objects.values_list("pk", "name")],
        "lines": Line.objects.order_by("label").values_list("number", "label"),
        "saved": SavedFilter.objects.filter(user=request.user.pk),
    }


def _filters(request: HttpRequest) -> str:
    """The filters that are set, as a query string."""
    return urlencode([(name, value) for name, value in _given(request) if name != "after"])


def _given(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.GET.lists() for value in values if value]


def _address(request: HttpRequest, **more: str) -> str:
    query = "&".join(part for part in (_filters(request), urlencode(more)) if part)
    return f"{reverse('telephony:calls')}?{query}"
