"""Writing, rewording and deleting notes: pieces of the pages, and dialogs of a call's card."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.access import may_edit_note, visible_companies, visible_notes
from crm.forms import NoteForm
from crm.models import Note
from crm.selectors.timeline import Item
from crm.services.notes import add_note, edit_note
from crm.views.base import call_in, contact_in, desk, fragment, row_in, saved
from telephony.editing.locking import row_of_form


@desk("crm.view_note", "crm.add_note")
@require_http_methods(["GET", "POST"])
def note_new(request: HttpRequest) -> HttpResponse:
    """A note about the `call` (and so its contact), the `contact` or the `company` of the address."""
    call = call_in(request)
    contact = contact_in(request.GET, request.user) or (call.contact if call else None)
    company = row_in(request.GET, "company", visible_companies(request.user))
    about: dict[str, Any] = {"contact": contact, "company": company, "call": call}
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_note(text=form.cleaned_data["text"], author=request.user, **about)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return saved(request, _("The note is saved."), note=True)
    return fragment(request, "crm/notes/form.html", form=form, **about)


@desk("crm.view_note")
@require_GET
def note_shown(request: HttpRequest, pk: int) -> HttpResponse:
    """The note as the timeline shows it."""
    return _shown(request, _existing(request, pk))


@desk("crm.view_note", "crm.change_note")
@require_http_methods(["GET", "POST"])
def note_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The note as a form, in its place in the timeline, and back."""
    with row_of_form(request, Note, pk):
        note = _existing(request, pk)
        if not may_edit_note(request.user, note):
            raise PermissionDenied
        form = NoteForm(request.POST or None, instance=note)
        is_saved = request.method == "POST" and form.is_valid()
        if is_saved:
            note.refresh_from_db(fields=["text"])
            edit_note(note=note, text=form.cleaned_data["text"])
    if is_saved:
        return _shown(request, note)
    return fragment(request, "crm/notes/edit.html", form=form, note=note)


@desk("crm.view_note", "crm.delete_note")
@require_POST
def note_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """The note is gone."""
    _existing(request, pk).delete()
    return HttpResponse("")


def _existing(request: HttpRequest, pk: int) -> Note:
    return get_object_or_404(visible_notes(request.user).select_related("author", "contact"), pk=pk)


def _shown(request: HttpRequest, note: Note) -> HttpResponse:
    item = Item(kind="note", at=note.created_at, row=note)
    return fragment(request, "crm/timeline/note.html", item=item, owner=note.contact or note.company)
