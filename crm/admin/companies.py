"""Companies in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Company, Contact
from crm.selectors.contacts import matching
from telephony.admin.base import ListedElsewhere
from telephony.admin.theme import TabularInline
from telephony.ui.markup import link
from telephony.ui.presentation import person


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

    @admin.display(description=pgettext_lazy("of a contact", "name"))
    def linked_name(self, contact: Contact) -> SafeString:
        return link(contact.get_absolute_url(), contact.name)

    @admin.display(description=_("phone numbers"))
    def numbers(self, contact: Contact) -> str:
        return ", ".join(str(number) for number in contact.phones.all())

    @admin.display(description=_("responsible"))
    def responsible_name(self, contact: Contact) -> str:
        return person(contact.responsible)


@admin.register(Company)
class CompanyAdmin(ListedElsewhere):
    one_list = "crm:companies"
    search_fields = ["search_text"]
    fields = ["name", "site", "email", "responsible", "tags"]
    autocomplete_fields = ["responsible", "tags"]
    inlines = [ContactInline]
    change_form_outer_before_template = "crm/admin/desk_link.html"

    def found(self, request: HttpRequest, queryset: QuerySet[Company], term: str) -> tuple[QuerySet[Company], bool]:
        return matching(queryset, term), False
