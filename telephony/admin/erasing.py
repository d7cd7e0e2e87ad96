"""The page on which a person's number is erased: enter it, see what would go, confirm, follow how far it is."""

from __future__ import annotations

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from telephony import erasure
from telephony.admin.theme import TextInput
from telephony.domain.exceptions import HeldRecordings, MessagesWait, NumberUnclear
from telephony.jobs import alive
from telephony.models import AuditEntry, Erasure, Recording
from telephony.ui import presentation
from telephony.ui.markup import change_url, when
from telephony.ui.shell import page

MAY_ERASE = "telephony.erase_number"


class NumberForm(forms.Form):
    """Whose number. It is sent by POST only: addresses of pages stand in logs."""

    number = forms.CharField(
        label=_("Number"),
        max_length=50,
        help_text=_("In any form, like 8 (923) 529-29-26 or +79235292926."),
        widget=TextInput({"inputmode": "tel", "autocomplete": "off", "autofocus": True}),
    )

    def clean_number(self) -> erasure.Target:
        try:
            return erasure.target_of(self.cleaned_data["number"])
        except NumberUnclear as error:
            raise forms.ValidationError(str(error)) from None


def erase_number(request: HttpRequest) -> HttpResponse:
    """Ask for the number; show what would be erased; erase it."""
    if not request.user.has_perm(MAY_ERASE):
        raise PermissionDenied
    form = NumberForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form)
    target: erasure.Target = form.cleaned_data["number"]
    if "confirmed" not in request.POST:
        return _page(request, form, target)
    try:
        begun = erasure.begin(target=target, user=request.user, held_too="held_too" in request.POST)
    except HeldRecordings:
        return _page(request, form, target, asks_for_held=True)
    except MessagesWait as error:
        form.add_error("number", str(error))
        return _page(request, form)
    # What people see goes at once; the stored messages are searched by a worker.
    erasure.work_on_calls(erasure=begun)
    return HttpResponseRedirect(erased_url(begun.entry))


def erased(request: HttpRequest, pk: int) -> HttpResponse:
    """What was erased, and whether that is all."""
    if not request.user.has_perm(MAY_ERASE) and not request.user.has_perm("telephony.view_auditentry"):
        raise PermissionDenied
    entries = AuditEntry.objects.filter(action=AuditEntry.Action.NUMBER_ERASED).select_related("user", "erasure")
    entry = get_object_or_404(entries.defer("erasure__number"), pk=pk)
    waiting = getattr(entry, "erasure", None)
    return page(
        request,
        "telephony/admin/erased.html",
        title=gettext("A number was erased") if waiting is None else gettext("A number is being erased"),
        entry=entry,
        at=when(entry.at),
        who=presentation.person(entry.user) or entry.username or gettext("by command"),
        waiting=waiting,
        share=_share(waiting),
        worker_is_missing=waiting is not None and not alive.is_anybody_there(),
        again_url=reverse("admin:telephony_erase") if request.user.has_perm(MAY_ERASE) else "",
    )


def erased_url(entry: AuditEntry) -> str:
    return reverse("admin:telephony_erased", args=[entry.pk])


def counted(entry: AuditEntry) -> str:
    """What an erasure removed, in words."""
    calls, recordings = (entry.details.get(name, 0) for name in ("calls", "recordings"))
    parts = (
        ngettext("%(count)d call", "%(count)d calls", calls) % {"count": calls},
        ngettext("%(count)d recording", "%(count)d recordings", recordings) % {"count": recordings},
    )
    return ", ".join(parts)


def _share(waiting: Erasure | None) -> int:
    """How much of the stored messages was searched, in percent."""
    if waiting is None or not waiting.search_to:
        return 100
    return min(100, 100 * (waiting.search_from - 1) // waiting.search_to)


def _page(
    request: HttpRequest, form: NumberForm, target: erasure.Target | None = None, *, asks_for_held: bool = False
) -> HttpResponse:
    found = erasure.preview(target=target) if target else None
    return page(
        request,
        "telephony/admin/erase.html",
        title=gettext("Erase a number"),
        form=form,
        found=found,
        typed=form["number"].value() if target else "",
        held_urls=[(f"#{key}", change_url(Recording(pk=key))) for key in found.held] if found else [],
        asks_for_held=asks_for_held,
        journal_url=reverse("admin:telephony_auditentry_changelist"),
    )
