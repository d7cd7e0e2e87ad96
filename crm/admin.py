"""Contacts and companies in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RelatedDropdownFilter

from crm.models import Company, Contact, ContactPhone
from telephony import phone
from telephony.admin.base import TelephonyAdmin, change_url, link, list_url
from telephony.admin.presentation import call_row, person
from telephony.admin.search import any_case, digits_of_number
from telephony.admin.theme import TabularInline
from telephony.dashboard import latest_calls
from telephony.models import Call

LATEST_CALLS = 10
FULL_NUMBER_DIGITS = 10


class ContactPhoneInline(TabularInline):
    model = ContactPhone
    extra = 0
    hide_title = True
    fields = ["raw"]


class ContactInline(TabularInline):
    """A company's contacts: looked at here, changed on their own page."""

    model = Contact
    fields = ["linked_name", "numbers", "responsible_name"]
    readonly_fields = ["linked_name", "numbers", "responsible_name"]
    extra = 0
    per_page = 20
    can_delete = False
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        return super().get_queryset(request).select_related("responsible").prefetch_related("phones")

    @admin.display(description=_("name"))
    def linked_name(self, contact: Contact) -> SafeString:
        return link(change_url(contact), contact.name)

    @admin.display(description=_("phone numbers"))
    def numbers(self, contact: Contact) -> str:
        return _numbers(contact)

    @admin.display(description=_("responsible"))
    def responsible_name(self, contact: Contact) -> str:
        return person(contact.responsible)


@admin.register(Contact)
class ContactAdmin(TelephonyAdmin):
    list_display = ["name", "company", "numbers", "responsible_name", "created_at"]
    list_filter = [("company", AutocompleteSelectFilter), ("responsible", RelatedDropdownFilter)]
    search_fields = ["search_text"]
    search_help_text = _("A name, a company or a number in any form")
    autocomplete_fields = ["company", "responsible"]
    fields = ["name", "company", "responsible"]
    inlines = [ContactPhoneInline]
    change_form_outer_after_template = "crm/admin/contact_calls.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        return super().get_queryset(request).select_related("company", "responsible").prefetch_related("phones")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Contact], search_term: str
    ) -> tuple[QuerySet[Contact], bool]:
        term = search_term.strip()
        return (queryset.filter(_matching(term)) if term else queryset), False

    @admin.display(description=_("phone numbers"))
    def numbers(self, contact: Contact) -> str:
        return _numbers(contact)

    @admin.display(description=_("responsible"), ordering="responsible__last_name")
    def responsible_name(self, contact: Contact) -> str:
        return person(contact.responsible)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        contact = kwargs.get("obj")
        if isinstance(contact, Contact) and request.user.has_perm("telephony.view_call"):
            calls = latest_calls(limit=LATEST_CALLS, contact_id=contact.pk)
            context["calls"] = [call_row(call) for call in calls]
            context["calls_url"] = list_url(Call, contact__id__exact=contact.pk)
            context["shows_calls"] = True
        return super().render_change_form(request, context, *args, **kwargs)


def _numbers(contact: Contact) -> str:
    return ", ".join(str(number) for number in contact.phones.all())


def _matching(term: str) -> Q:
    """Contacts of this name, company or number; the model keeps names in lower case for this."""
    digits = digits_of_number(term)
    if not digits:
        words = term.lower().split()
        return Q(*(Q(search_text__contains=word) for word in words))
    if len(digits) >= FULL_NUMBER_DIGITS:
        numbers = ContactPhone.objects.filter(last10=phone.last_digits(term))
    else:
        numbers = ContactPhone.objects.filter(Q(last10__contains=digits) | Q(raw__contains=digits))
    return Q(pk__in=numbers.values("contact")) | Q(search_text__contains=term.lower())


@admin.register(Company)
class CompanyAdmin(TelephonyAdmin):
    list_display = ["name", "contact_count", "created_at"]
    search_fields = ["name"]
    fields = ["name"]
    inlines = [ContactInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Company]:
        rows: QuerySet[Company] = super().get_queryset(request)
        return rows.annotate(contacts_found=Count("contacts"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Company], search_term: str
    ) -> tuple[QuerySet[Company], bool]:
        term = search_term.strip()
        return (queryset.filter(any_case("name__icontains", term)) if term else queryset), False

    @admin.display(description=_("contacts"), ordering="contacts_found")
    def contact_count(self, company: Any) -> int:
        found: int = company.contacts_found
        return found
