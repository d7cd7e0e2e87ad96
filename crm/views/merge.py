"""Making one contact of two: choose the other one, look at what stays, merge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.access import visible_contacts
from crm.models import Contact
from crm.selectors.contacts import first_matching, listed, sharing_numbers
from crm.services.merging import FIELDS, MergeImpossible, merge_contacts
from crm.views.base import desk, fragment, is_fragment
from telephony.ui.presentation import person
from telephony.ui.shell import page

RIGHTS = ("crm.view_contact", "crm.change_contact", "crm.merge_contact")
CANDIDATES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One field of both contacts, side by side."""

    name: str
    label: str | Promise
    ours: str
    theirs: str

    @property
    def differs(self) -> bool:
        """Whether there is anything to choose: both have something, and not the same."""
        return bool(self.ours and self.theirs and self.ours != self.theirs)


@desk(*RIGHTS)
@require_GET
def merge_choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Finds the other contact; those with the same number or name are there at once."""
    contact = get_object_or_404(listed(visible_contacts(request.user)), pk=pk)
    term = request.GET.get("q", "").strip()[:100]
    others = listed(visible_contacts(request.user).exclude(pk=pk))
    if term:
        found = list(first_matching(others, term)[:CANDIDATES])
    else:
        alike = {number.contact_id for number in sharing_numbers(contact, contact.phones.all())}
        found = list(others.filter(pk__in=alike)) or list(others.filter(name=contact.name)[:CANDIDATES])
    context: dict[str, Any] = {"contact": contact, "found": found, "term": term}
    if is_fragment(request):
        return fragment(request, "crm/merge/candidates.html", **context)
    return page(request, "crm/merge/choose.html", title=_("Merge contacts"), **context)


@desk(*RIGHTS)
@require_http_methods(["GET", "POST"])
def merge_preview(request: HttpRequest, pk: int, other_pk: int) -> HttpResponse:
    """Shows what stays, field by field, and merges."""
    if request.method == "POST":
        return _merge(request, pk, other_pk)
    contacts = listed(visible_contacts(request.user))
    contact, other = get_object_or_404(contacts, pk=pk), get_object_or_404(contacts.exclude(pk=pk), pk=other_pk)
    context: dict[str, Any] = {"contact": contact, "other": other, "choices": choices(contact, other)}
    return page(request, "crm/merge/preview.html", title=_("Merge contacts"), **context)


def _merge(request: HttpRequest, pk: int, other_pk: int) -> HttpResponse:
    taken = [name for name in FIELDS if request.POST.get(name) == "theirs"]
    try:
        merged = merge_contacts(winner_pk=pk, loser_pk=other_pk, taken=taken, user=request.user)
    except MergeImpossible:
        messages.error(request, _("One of the two contacts is gone: somebody merged or deleted it just now."))
        return redirect("crm:contacts")
    messages.success(request, _("Both are one contact now; calls, notes and tasks followed."))
    return redirect(merged.contact)


def choices(contact: Contact, other: Contact) -> list[Choice]:
    """The fields that a contact has one of, as words."""
    return [
        Choice(
            name=name,
            label=str(Contact._meta.get_field(name).verbose_name),  # type: ignore[union-attr]
            ours=_words(getattr(contact, name)),
            theirs=_words(getattr(other, name)),
        )
        for name in FIELDS
    ]


def _words(value: Any) -> str:
    if value is None:
        return ""
    return person(value) if hasattr(value, "get_full_name") else str(value)
