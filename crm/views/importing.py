"""Contacts from a file, and to a file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.access import visible_contacts
from crm.import_fields import FIELDS
from crm.models import ContactImport, ContactImportRow
from crm.selectors.export import table
from crm.selectors.filters import ListFilter
from crm.services import importing
from crm.tables import MOST_BYTES, MOST_ROWS, UnreadableTable
from crm.views.base import desk, fragment
from telephony import spreadsheet
from telephony.shell import page

RIGHTS = ("crm.view_contact", "crm.add_contact", "crm.import_contacts")
SHOWN_FAILURES = 100


@desk(*RIGHTS)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Take a file, and show the latest imports."""
    error = ""
    if request.method == "POST":
        try:
            return redirect(_uploaded(request))
        except UnreadableTable as reason:
            error = str(reason)
    latest = ContactImport.objects.filter(user=request.user.pk)[:10]
    context = {"error": error, "latest": latest, "fields": FIELDS, "most_rows": MOST_ROWS}
    return page(request, "crm/imports/new.html", title=_("Import contacts"), **context)


@desk(*RIGHTS)
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """An example of a file, with the heads that are recognised by themselves."""
    example = ["Иван Иванов", "8 (923) 529-29-26", "ООО Вектор", "директор", "ivan@example.ru", "", "", "", ""]
    content = b"".join(spreadsheet.as_csv([[str(label) for label in FIELDS.values()], example]))
    headers = {"Content-Disposition": 'attachment; filename="contacts-example.csv"'}
    return HttpResponse(content, content_type=spreadsheet.CSV_TYPE, headers=headers)


@desk(*RIGHTS)
@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """What is in the file, what would become of it, how far it is, or what came of it."""
    imported = _own(request, pk)
    context = {"imported": imported, "fields": FIELDS, **_stage(imported)}
    return page(request, "crm/imports/page.html", title=_("Import contacts"), **context)


@desk(*RIGHTS)
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; the page asks each second until it is done."""
    imported = _own(request, pk)
    return fragment(request, "crm/imports/progress.html", imported=imported, **_stage(imported))


@desk(*RIGHTS)
@require_POST
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what the columns mean; and begin, if that is what was pressed."""
    imported = _own(request, pk)
    if imported.state != ContactImport.State.PREVIEW:
        return redirect(imported)
    fields = [name if name in FIELDS else "" for name in request.POST.getlist("field")]
    fields = (fields + [""] * len(imported.columns))[: len(imported.columns)]
    try:
        importing.choose(imported=imported, fields=fields, known=request.POST.get("known", ""))
    except ValidationError as error:
        for text in error.messages:
            messages.error(request, text)
    else:
        if "start" in request.POST:
            importing.start(imported=imported)
    return redirect(imported)


@desk(*RIGHTS)
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Do no more rows."""
    imported = _own(request, pk)
    importing.stop(imported=imported)
    return redirect(imported)


@desk(*RIGHTS)
@require_GET
def failures(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that were not imported, with the reasons, as a file: to be mended and imported again."""
    imported = _own(request, pk)
    rows = imported.rows.filter(state=ContactImportRow.State.FAILED).order_by("number")
    lines = [[*row.values, row.error] for row in rows.iterator(chunk_size=1000)]
    content = b"".join(spreadsheet.as_csv([[*imported.columns, _("Why it was not imported")], *lines]))
    headers = {"Content-Disposition": 'attachment; filename="not-imported.csv"'}
    return HttpResponse(content, content_type=spreadsheet.CSV_TYPE, headers=headers)


@desk("crm.view_contact", "crm.export_contacts")
@require_GET
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The contacts that the list's filters leave, as a file."""
    asked = ListFilter.read(request.GET)
    contacts = asked.narrow(visible_contacts(request.user), request.user)
    name = f"contacts-{timezone.localdate():%Y-%m-%d}.{form}"
    answer: HttpResponse = spreadsheet.download(table(contacts), name, is_async=isinstance(request, ASGIRequest))
    return answer


def _uploaded(request: HttpRequest) -> ContactImport:
    file = request.FILES.get("file")
    if file is None:
        raise UnreadableTable(_("Choose a file first."))
    if (file.size or 0) > MOST_BYTES:
        raise UnreadableTable(_("The file is larger than 20 MB: split it."))
    return importing.upload(user=request.user, name=file.name or "", content=file.read())


def _own(request: HttpRequest, pk: int) -> ContactImport:
    return get_object_or_404(ContactImport, pk=pk, user=request.user.pk)


def _stage(imported: ContactImport) -> dict[str, Any]:
    """What the page shows of an import, as far as it has come."""
    if imported.state == ContactImport.State.PREVIEW:
        sample = imported.rows.order_by("number")[: importing.SHOWN_ROWS]
        head = list(zip(imported.columns, imported.fields, strict=True))
        return {"sample": sample, "head": head, "check": importing.check(imported=imported)}
    counts = importing.progress(imported)
    done = counts["total"] - counts["waiting"]
    failed = imported.rows.filter(state=ContactImportRow.State.FAILED).order_by("number")[:SHOWN_FAILURES]
    return {"counts": counts, "done": done, "percent": done * 100 // max(counts["total"], 1), "failed": failed}
