"""Dialogs of a call's card that make or choose its contact. (Its notes and tasks: views/notes.py, views/tasks.py.)"""

from __future__ import annotations

from contextlib import suppress

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.access import visible_contacts
from crm.forms import ContactForm
from crm.models import Contact
from crm.selectors.contacts import first_matching, listed
from crm.services.contacts import add_number
from crm.services.notes import adopt_from_calls
from crm.views.base import call_in, contact_in, desk, fragment, saved
from crm.views.contacts import prefilled
from telephony.cards.results import choose_contact
from telephony.conf import contact_directory
from telephony.domain.events import Phone
from telephony.models import Call
from telephony.ui.presentation import client_number

CANDIDATES = 8


@desk("crm.view_contact", "crm.add_contact")
@require_http_methods(["GET", "POST"])
def contact_new(request: HttpRequest) -> HttpResponse:
    """A new contact for the `call`, with the number of the call (or `phone`) filled in; the call becomes theirs."""
    call = call_in(request)
    if request.method == "POST":
        form = ContactForm(request.POST)
        if form.is_valid():
            with transaction.atomic():
                contact = form.save_all(request.user)
                if contact is not None and call is not None:
                    _attach(call, contact, request)
            if contact is not None:
                return saved(request, _("The contact was added."), contact=contact.pk)
    else:
        initial = prefilled(request.GET)
        if call is not None and not initial["phones"]:
            initial["phones"] = [number] if (number := client_number(call)) else []
        form = ContactForm(initial=initial)
    return fragment(request, "crm/contacts/dialog.html", form=form, call=call)


@desk("crm.view_contact", "crm.change_contact")
@require_http_methods(["GET", "POST"])
def attach(request: HttpRequest) -> HttpResponse:
    """Chooses whose `call` it is: of those who have its number, or of all. Remembered for this number."""
    call = call_in(request)
    if call is None:
        raise Http404
    contacts = visible_contacts(request.user)
    if request.method == "POST" and (contact := contact_in(request.POST, request.user)):
        with transaction.atomic():
            _attach(call, contact, request)
        return saved(request, _("It is a call of %(name)s now.") % {"name": contact.name}, contact=contact.pk)
    term = request.GET.get("q", "").strip()[:100]
    if term:
        found = list(listed(first_matching(contacts, term))[:CANDIDATES])
    else:
        owners = contact_directory().find(Phone(raw=call.client_raw, e164=call.client_e164))
        found = list(listed(contacts.filter(pk__in=[owner.pk for owner in owners])))
    template = "crm/contacts/candidates.html" if "q" in request.GET else "crm/contacts/attach.html"
    return fragment(request, template, call=call, found=found, term=term)


def _attach(call: Call, contact: Contact, request: HttpRequest) -> None:
    if number := client_number(call):
        with suppress(ValidationError):  # What the PBX sent has no digit in it: no number that anybody has.
            add_number(contact=contact, number=number)
    choose_contact(call=call, contact_pk=contact.pk, user=request.user)
    adopt_from_calls(contact_id=contact.pk)
