"""Contacts in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from crm.models import Contact, ContactPhone
from crm.selectors.contacts import matching
from telephony.admin.base import EditedInline, ListedElsewhere
from telephony.call_log.dashboard import latest_calls
from telephony.recordings.player import call_rows
from telephony.ui.markup import calls_url

LATEST_CALLS = 10


class ContactPhoneInline(EditedInline):
    model = ContactPhone
    extra = 0
    hide_title = True
    fields = ["raw"]


@admin.register(Contact)
class ContactAdmin(ListedElsewhere):
    one_list = "crm:contacts"
    search_fields = ["search_text"]
    autocomplete_fields = ["company", "responsible", "tags"]
    fields = ["name", "company", "position", "email", "responsible", "source", "tags"]
    inlines = [ContactPhoneInline]
    change_form_outer_before_template = "crm/admin/desk_link.html"
    change_form_outer_after_template = "crm/admin/contact_calls.html"

    def found(self, request: HttpRequest, queryset: QuerySet[Contact], term: str) -> tuple[QuerySet[Contact], bool]:
        return matching(queryset, term), False

    def save_model(self, request: HttpRequest, obj: Contact, form: Any, change: bool) -> None:
        if not change:
            obj.created_by_id = request.user.pk
        super().save_model(request, obj, form, change)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        contact = kwargs.get("obj")
        if isinstance(contact, Contact) and request.user.has_perm("telephony.view_call"):
            calls = latest_calls(request.user, limit=LATEST_CALLS, contact_id=contact.pk)
            context["calls"] = call_rows(request.user, calls)
            context["calls_url"] = calls_url(contact=contact.pk)
            context["shows_calls"] = True
        return super().render_change_form(request, context, *args, **kwargs)
