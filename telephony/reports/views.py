"""Reports: the page, the clients who were missed, and the tables as files."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from telephony.call_log import exported, spreadsheet, workbook
from telephony.calls import access
from telephony.domain.events import Direction
from telephony.models import Exported
from telephony.reports import charts, tables
from telephony.reports.asking import DEFAULT, PERIODS, ReportForm
from telephony.reports.figures import read_figures, read_summary
from telephony.reports.lost import SHOWN as LOST_OF
from telephony.reports.lost import LostCalls, beside, lost_calls, lost_url
from telephony.reports.missed import ON_A_PAGE, SHOWN, clients, clients_url
from telephony.reports.rejudging import under_way
from telephony.reports.tiles import client_tiles, tiles
from telephony.ui import shell

View = Callable[..., HttpResponseBase]
MOST_PAGES = 10_000


def _for_people(view: View) -> View:
    """Whoever sees calls, be it only their own."""

    @wraps(view)
    def allowed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if access.seeing(request.user) is access.Scope.NOTHING:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return admin.site.admin_view(allowed)


@_for_people
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """All figures of the chosen days."""
    form = ReportForm(request.GET)
    period, seconds = form.period_asked(), form.service_seconds()
    now = read_figures(request.user, period, service_seconds=seconds, parts=tables.PARTS)
    before = read_summary(request.user, period.before, service_seconds=seconds)
    days, hours = tables.by_day(now, period), tables.by_hour(now, period)
    heat_hours, heat = charts.heat_html(charts.heat_map(now, period)) if period.days > 1 else ([], [])
    context = {
        **_asked(request, form),
        "period": period,
        "tiles": tiles(now, before, period),
        "client_tiles": client_tiles(now, before, period),
        "charts": [(one, charts.bars(one)) for one in ([days, hours] if period.days > 1 else [hours])],
        "heat": heat,
        "hours": heat_hours,
        "tables": tables.breakdowns(now, period),
        "is_empty": not now.total.calls and not now.clients.missed,
        "service_seconds": seconds,
        "hours_change": under_way(),
    }
    return shell.page(request, "telephony/reports/reports.html", title=_("Reports"), **context)


@_for_people
@require_GET
def missed(request: HttpRequest) -> HttpResponse:
    """The clients behind the figures: who was missed, and was anybody called back."""
    form = ReportForm(request.GET)
    period = form.period_asked()
    show = request.GET.get("show", "all")
    show = show if show in dict(SHOWN) else "all"
    given = request.GET.get("page", "")
    page = min(max(1, int(given)), MOST_PAGES) if given.isascii() and given.isdigit() and len(given) < 7 else 1
    count, rows = clients(request.user, period, show, page)
    context = {
        **_asked(request, form),
        "period": period,
        "show": show,
        "count": count,
        "clients": rows,
        "earlier": clients_url(period, show, page - 1) if page > 1 else "",
        "later": clients_url(period, show, page + 1) if count > page * ON_A_PAGE else "",
        "choices": [(value, label, clients_url(period, value)) for value, label in SHOWN],
    }
    return shell.page(request, "telephony/reports/missed.html", title=_("Clients who were missed"), **context)


@_for_people
@require_GET
def lost(request: HttpRequest) -> HttpResponse:
    """Why calls were lost; by default yesterday's."""
    form, show = _form_of_lost(request)
    period = form.period_asked()
    found = lost_calls(request.user, period, show)
    earlier, later = beside(period, timezone.localdate())
    context = {
        **_asked(request, form),
        "period": period,
        "show": str(show),
        "lost": found,
        "rows": found.rows(),
        "days": found.days() if period.days > 1 else [],
        "earlier": lost_url(earlier, show),
        "later": lost_url(later, show) if later else "",
        "choices": [(str(value), label, lost_url(period, value)) for value, label in LOST_OF],
        "hours_change": under_way(),
    }
    return shell.page(request, "telephony/reports/lost.html", title=_("Why calls were lost"), **context)


def _form_of_lost(request: HttpRequest) -> tuple[ReportForm, Direction]:
    has_days = any(request.GET.get(name) for name in ("period", "first_day", "last_day"))
    form = ReportForm(request.GET if has_days else {"period": "yesterday"})
    return form, Direction.OUTGOING if request.GET.get("show") == Direction.OUTGOING else Direction.INCOMING


@_for_people
@require_GET
def export(request: HttpRequest, table: str, suffix: str) -> HttpResponseBase:
    """One table as a file: `csv` or `xlsx`."""
    form, show = _form_of_lost(request) if table == "lost" else (ReportForm(request.GET), None)
    period = form.period_asked()
    found: tables.Table | LostCalls | None
    if show is not None:
        found = lost_calls(request.user, period, show)
    else:
        found = tables.table_of(table, period, partial(read_figures, request.user, period))
    if found is None:
        raise Http404
    file = f"{table}-{period.first:%Y-%m-%d}-{period.last:%Y-%m-%d}.{suffix}"
    if suffix == "csv":
        rows = exported.noted(found.sheet(), user=request.user, kind="reports", query=_query(request))
        return spreadsheet.download(rows, file, is_async=isinstance(request, ASGIRequest))
    way, count = Exported.Way.EXCEL, sum(1 for _row in found.sheet()) - 1
    exported.note(user=request.user, kind="reports", way=way, query=_query(request), rows=count)
    book = io.BytesIO()
    with TemporaryDirectory() as folder:
        workbook.write_excel(found.sheet(), book, work_file=Path(folder) / "sheet.xml")
    headers = {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "private, no-store"}
    return HttpResponse(book.getvalue(), content_type=spreadsheet.EXCEL_TYPE, headers=headers)


def _asked(request: HttpRequest, form: ReportForm) -> dict[str, Any]:
    """What the form's controls show."""
    given = form.data
    has_days = bool(given.get("first_day") or given.get("last_day"))
    return {
        "form": form,
        "periods": [(value, label, _of_period(request, value)) for value, label in PERIODS],
        "chosen": "days" if has_days else given.get("period") or DEFAULT,
        "query": _query(request),
    }


def _of_period(request: HttpRequest, period: str) -> str:
    """The same page of other days."""
    kept = {name: value for name, value in request.GET.items() if name in ("show", "within")}
    return f"?{urlencode({'period': period, **kept})}"


def _query(request: HttpRequest) -> str:
    return urlencode([(name, value) for name, value in request.GET.items() if value and name not in ("show", "page")])
