"""Contacts: the list, one contact's page, adding and changing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.access import may_merge, visible_contacts
from crm.forms import ContactForm
from crm.forms.clients import region
from crm.models import Company, Contact, MergedContact
from crm.selectors import timeline
from crm.selectors.contacts import listed, owners_of, sharing_numbers
from crm.selectors.filters import ListFilter
from crm.views.base import desk, fragment, is_fragment
from telephony.cards.waiting import waiting_of_contact
from telephony.domain.events import Phone
from telephony.editing.locking import row_of_form
from telephony.ui.shell import page


@desk("crm.view_contact")
@require_GET
def contact_list(request: HttpRequest) -> HttpResponse:
    """All contacts by name; filtered while somebody types, a page at a time."""
    asked = ListFilter.read(request.GET)
    rows, following = asked.page_of(listed(asked.narrow(visible_contacts(request.user), request.user)))
    context: dict[str, Any] = {"rows": rows, "asked": asked, "next": following}
    if is_fragment(request):
        return fragment(request, "crm/contacts/rows.html", **context)
    return page(request, "crm/contacts/list.html", title=_("Contacts"), **asked.choices(), **context)


@desk("crm.view_contact", "crm.add_contact")
@require_http_methods(["GET", "POST"])
def contact_new(request: HttpRequest) -> HttpResponse:
    """A page for a new contact; `name`, `phone` and `company` in the address are filled in."""
    if request.method == "POST":
        form = ContactForm(request.POST)
        if form.is_valid() and (contact := form.save_all(request.user)):
            messages.success(request, _("The contact was added."))
            return redirect(contact)
    else:
        form = ContactForm(initial=prefilled(request.GET))
    return page(request, "crm/contacts/new.html", title=_("New contact"), form=form)


def prefilled(values: Any) -> dict[str, Any]:
    """What a new contact's form begins with, from an address."""
    phone = values.get("phone", "").strip()[:100]
    return {
        "name": values.get("name", "").strip()[:200],
        "company_name": values.get("company", "").strip()[:200],
        "phones": [phone] if phone else [],
    }


@desk("crm.view_contact")
@require_GET
def contact_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Who it is, what is to be done and what happened; of a merged contact, the one that it is a part of now."""
    contact = _detailed(request, pk)
    if contact is None:
        merged = MergedContact.objects.filter(old_id=pk).select_related("contact").first()
        if merged is None:
            raise Http404
        return redirect(merged.contact, permanent=False)
    items, following = timeline.page_of(contact, request.user, None)
    context = {"items": items, "next": following, "tasks": timeline.open_tasks(contact, request.user)}
    return page(request, "crm/contacts/page.html", title=contact.name, **_about(request, contact), **context)


@desk("crm.view_contact")
@require_GET
def contact_about(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that says who it is."""
    return fragment(request, "crm/contacts/about.html", **_about(request, _existing(request, pk)))


@desk("crm.view_contact", "crm.change_contact")
@require_http_methods(["GET", "POST"])
def contact_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The same part as a form, and back."""
    with row_of_form(request, Contact, pk):
        contact = _existing(request, pk)
        form = ContactForm(request.POST or None, instance=contact)
        is_saved = request.method == "POST" and form.is_valid() and form.save_all(request.user)
    if is_saved:
        saved = _about(request, _existing(request, pk)) | {"taken": form.taken}
        return fragment(request, "crm/contacts/about.html", event={"crm-saved": {"contact": pk}}, **saved)
    return fragment(request, "crm/contacts/edit.html", form=form, contact=contact)


@desk("crm.view_contact")
@require_GET
def number_owners(request: HttpRequest) -> HttpResponse:
    """A hint beside a number that is being typed: who has it already."""
    numbers = [number for number in request.GET.getlist("phones") if number.strip()]
    own = request.GET.get("contact", "")
    owners = {owner for number in numbers[:10] for owner in owners_of(number, region()) if str(owner.pk) != own}
    return fragment(request, "crm/contacts/owners.html", owners=sorted(owners, key=lambda owner: owner.name))


@desk("crm.view_contact")
@require_GET
def contact_timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """A page of what happened; `only` one kind, if named."""
    return timeline_fragment(request, get_object_or_404(visible_contacts(request.user), pk=pk))


@desk("crm.view_contact")
@require_GET
def contact_tasks(request: HttpRequest, pk: int) -> HttpResponse:
    """What is still to be done."""
    contact = get_object_or_404(visible_contacts(request.user), pk=pk)
    tasks = timeline.open_tasks(contact, request.user)
    return fragment(request, "crm/tasks/open.html", owner=contact, tasks=tasks, now=timezone.now())


def timeline_fragment(request: HttpRequest, owner: Contact | Company) -> HttpResponse:
    """A page of the timeline of a contact or a company."""
    only = request.GET.get("only", "")
    kinds = [only] if only in timeline.KINDS else timeline.KINDS
    cursor = timeline.read_cursor(request.GET.get("after", ""))
    items, following = timeline.page_of(owner, request.user, cursor, kinds)
    context: dict[str, Any] = {"items": items, "next": following, "only": only, "later": cursor is not None}
    context["of_company"] = isinstance(owner, Company)
    return fragment(request, "crm/timeline/items.html", owner=owner, **context)


def _detailed(request: HttpRequest, pk: int) -> Contact | None:
    contacts = visible_contacts(request.user).select_related("company", "responsible", "created_by")
    return contacts.prefetch_related("phones", "tags").filter(pk=pk).first()


def _existing(request: HttpRequest, pk: int) -> Contact:
    contact = _detailed(request, pk)
    if contact is None:
        raise Http404
    return contact


def _about(request: HttpRequest, contact: Contact) -> dict[str, Any]:
    return {
        "contact": contact,
        "owner": contact,
        "sharing": sharing_numbers(contact, contact.phones.all()),
        "may_merge": may_merge(request.user),
        "waiting": waiting_of_contact(contact.pk, _phones(contact), request.user, timezone.now()),
        "now": timezone.now(),
    }


def _phones(contact: Contact) -> list[Phone]:
    return [Phone(raw=phone.raw, e164=phone.e164) for phone in contact.phones.all()]
