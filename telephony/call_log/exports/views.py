"""The page with one's exports, and their files."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from telephony.call_log.exports import ordering
from telephony.call_log.exports.kinds import kind_of
from telephony.call_log.spreadsheet import EXCEL_TYPE
from telephony.models import Export
from telephony.ui import shell

MOST_SHOWN = 50
TONES = {Export.State.READY: "good", Export.State.FAILED: "bad", Export.State.WORKING: "busy"}


@admin.site.admin_view
@require_http_methods(["GET", "HEAD", "POST"])
def exports(request: HttpRequest) -> HttpResponse:
    """One's own exports; POST `kind`, `query` orders one more."""
    if request.method == "POST":
        try:
            ordering.order(user=request.user, kind=request.POST.get("kind", ""), query=request.POST.get("query", ""))
        except ValidationError as error:
            for text in error.messages:
                messages.error(request, text)
        return HttpResponseRedirect(reverse("telephony:exports"))
    rows = list(Export.objects.filter(user=request.user.pk)[:MOST_SHOWN])
    context = {
        "exports": [_shown(export) for export in rows],
        "is_busy": any(export.is_under_way for export in rows),
        "is_late": ordering.is_late(rows),
    }
    return shell.page(request, "telephony/desk/exports.html", title=_("Exports"), **context)


@admin.site.admin_view
@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The finished file, for its owner alone and only with the rights with which it was made."""
    try:
        export, path = ordering.file_of(user=request.user, pk=pk)
    except PermissionDenied:
        messages.error(request, _("What you may see has changed since this file was made. Export again."))
        return HttpResponseRedirect(reverse("telephony:exports"))
    name = f"{export.kind}-{timezone.localtime(export.created_at):%Y-%m-%d}.xlsx"
    headers = {"Cache-Control": "private, no-store"}
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=EXCEL_TYPE, headers=headers)


def _shown(export: Export) -> dict[str, Any]:
    kind = kind_of(export.kind)
    title = export.kind if kind is None else kind.title_of_some if export.words else kind.title
    total = export.rows_total
    return {
        "row": export,
        "title": title,
        "tone": TONES.get(Export.State(export.state), "plain"),
        "percent": 100 if not total else 100 * export.rows_done // total,
    }
