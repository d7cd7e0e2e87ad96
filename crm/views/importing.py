"""Contacts from a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.imports import choices, undoing, uploading
from crm.imports.fields import EXPORTED, FIELDS
from crm.imports.reading import MOST_BYTES, Options, UnreadableTable
from crm.imports.reading.encodings import ENCODINGS
from crm.imports.reading.grid import MOST_ROWS
from crm.models import ContactImport, ContactImportRow
from crm.views.base import desk, fragment, number_in
from crm.views.import_pages import looked_at, questions, under_way
from telephony.call_log import spreadsheet
from telephony.ui.shell import page

LATE_AFTER = 15
"""So many times in a row the page asked, each second, and nothing had been done: no worker seems to run."""
RIGHTS = ("crm.view_contact", "crm.add_contact", "crm.import_contacts")


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
    latest = ContactImport.objects.filter(user=request.user.pk).defer("report")[:10]
    context = {"error": error, "latest": latest, "fields": FIELDS, "most_rows": MOST_ROWS}
    return page(request, "crm/imports/new.html", title=_("Import contacts"), **context)


@desk(*RIGHTS)
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """An example of a file, with the heads that are recognised by themselves."""
    example = {"name": "Иван Иванов", "phone": "8 (923) 529-29-26", "company": "ООО Вектор", "position": "директор"}
    example["email"] = "ivan@example.ru"
    heads = (*EXPORTED, "note")
    lines = [[str(FIELDS[name]) for name in heads], [example.get(name, "") for name in heads]]
    return _csv(lines, "contacts-example.csv")


@desk(*RIGHTS)
@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """What is in the file, what would become of it, how far it is, or what came of it."""
    imported = _own(request, pk)
    stage = looked_at(imported) if imported.state == ContactImport.State.PREVIEW else under_way(imported)
    return page(request, "crm/imports/page.html", title=_("Import contacts"), imported=imported, **stage)


@desk(*RIGHTS)
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; the page asks each second until it is done."""
    imported = _own(request, pk)
    if imported.state == ContactImport.State.PREVIEW:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})  # It has been read: there is more to see.
    stage = under_way(imported)
    given = request.GET.get("waited", "")
    stands = request.GET.get("done") == str(stage["done"]) and given.isdecimal() and len(given) < 6
    waited = int(given) + 1 if stands else 0
    is_read = imported.reading_until is not None and imported.reading_until > timezone.now()
    is_late = imported.under_way and waited >= LATE_AFTER and not is_read
    return fragment(request, "crm/imports/progress.html", imported=imported, waited=waited, is_late=is_late, **stage)


@desk(*RIGHTS)
@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the file in another way: another sheet, line of heads, encoding or delimiter."""
    imported = _own(request, pk)
    sheet, encoding = request.POST.get("sheet", ""), request.POST.get("encoding", "")
    options = Options(
        sheet=sheet,
        encoding=encoding if encoding in (*ENCODINGS, imported.reading.get("encoding")) else "",
        delimiter=request.POST.get("delimiter", "")[:1],
    )
    head = request.POST.get("head", "")
    try:
        line = int(head) if head.lstrip("-").isdecimal() and len(head) < 8 else None
        uploading.read_again(imported=imported, options=options, head=line)
    except UnreadableTable as reason:
        messages.error(request, str(reason))
    return redirect(imported)


@desk(*RIGHTS)
@require_POST
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what the columns mean and who is who; and begin, if that is what was pressed."""
    imported = _own(request, pk)
    if imported.state != ContactImport.State.PREVIEW:
        return redirect(imported)
    seen = questions(imported)
    try:
        choices.choose(imported=imported, **_said(request.POST, imported))
    except ValidationError as error:
        for text in error.messages:
            messages.error(request, text)
    else:
        if "start" in request.POST:
            _start(request, imported, seen)
    return redirect(imported)


@desk(*RIGHTS)
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Do no more rows."""
    imported = _own(request, pk)
    choices.stop(imported=imported)
    return redirect(imported)


@desk(*RIGHTS)
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what nobody has changed since."""
    imported = _own(request, pk)
    undoing.start_undoing(imported=imported)
    return redirect(imported)


@desk(*RIGHTS)
@require_GET
def failures(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that were not imported, with the reasons, as a file: to be mended and imported again."""
    imported = _own(request, pk)
    rows = imported.rows.filter(state=ContactImportRow.State.FAILED).order_by("number")
    lines = [[*row.values, row.error] for row in rows.iterator(chunk_size=1000)]
    return _csv([[*imported.columns, _("Why it was not imported")], *lines], "not-imported.csv")


def _csv(lines: list[list[str]], name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(b"".join(spreadsheet.as_csv(lines)), content_type=spreadsheet.CSV_TYPE, headers=headers)


def _uploaded(request: HttpRequest) -> ContactImport:
    file = request.FILES.get("file")
    if file is None:
        raise UnreadableTable(_("Choose a file first."))
    if (file.size or 0) > MOST_BYTES:
        raise UnreadableTable(_("The file is larger than 20 MB: split it."))
    return uploading.upload(user=request.user, name=file.name or "", content=file.read())


def _own(request: HttpRequest, pk: int) -> ContactImport:
    return get_object_or_404(ContactImport, pk=pk, user=request.user.pk)


def _said(posted: Any, imported: ContactImport) -> Mapping[str, Any]:
    """What the page's form says. Of the questions only what was changed: the others follow the answer to all."""
    fields = [name if name in FIELDS else "" for name in posted.getlist("field")]
    fields = (fields + [""] * len(imported.columns))[: len(imported.columns)]
    answers = {
        question["row"]: value
        for question in imported.report.get("questions", [])
        if (value := posted.get(f"answer-{question['row']}", question["answer"])) != question["answer"]
    }
    people = {}
    for position, (name, _count) in enumerate(imported.report.get("people", [])):
        if posted.get(f"person-{position}") is not None:
            people[name] = number_in(posted, f"person-{position}")
    answer = posted.get("answer", imported.answer)
    return {"fields": fields, "known": posted.get("known", ""), "answer": answer, "answers": answers, "people": people}


def _start(request: HttpRequest, imported: ContactImport, seen: set[tuple[int, str]]) -> None:
    """Begin, unless there are questions that were not on the page."""
    if questions(imported) - seen:
        messages.warning(request, _("Now there are other questions. Answer them, then start."))
        return
    choices.start(imported=imported)
