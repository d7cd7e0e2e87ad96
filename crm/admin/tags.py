"""Tags in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.models import Tag
from crm.templatetags.crm_desk import tag_badge
from telephony.admin.base import TelephonyAdmin


@admin.register(Tag)
class TagAdmin(TelephonyAdmin):
    nothing_yet = _("A tag marks contacts and companies, and their lists can be filtered by it.")
    list_display = ["name", "shown", "contact_count"]
    search_fields = ["name"]
    fields = ["name", "colour"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        rows: QuerySet[Tag] = super().get_queryset(request)
        return rows.annotate(contacts_found=Count("contacts"))

    @admin.display(description=_("looks like"))
    def shown(self, tag: Tag) -> SafeString:
        return tag_badge(tag)

    @admin.display(description=_("contacts"), ordering="contacts_found")
    def contact_count(self, tag: Any) -> int:
        found: int = tag.contacts_found
        return found
