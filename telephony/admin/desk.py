"""What the desk is set up with: our numbers' labels, results of calls, and people's own settings."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RelatedDropdownFilter

from telephony.admin.base import TelephonyAdmin
from telephony.models import DeskSettings, Disposition, Line
from telephony.ui import presentation


@admin.register(Line)
class LineAdmin(TelephonyAdmin):
    nothing_yet = _("A row gives one of your numbers a name, which cards, lists and reports then show.")
    list_display = ["label", "with_spaces", "connection"]
    list_filter = [("connection", RelatedDropdownFilter)]
    search_fields = ["label", "number"]
    fields = ["connection", "number", "label"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Line]:
        rows: QuerySet[Line] = super().get_queryset(request).select_related("connection")
        return rows.defer("connection__settings", "connection__hook_secret")

    @admin.display(description=_("number"))
    def with_spaces(self, line: Line) -> str:
        return line.shown_number


@admin.register(Disposition)
class DispositionAdmin(TelephonyAdmin):
    nothing_yet = _("A row is a result that people choose for a finished call, on its card or its page.")
    list_display = ["label", "position", "enabled"]
    search_fields = ["label"]
    fields = ["label", "position", "enabled"]


@admin.register(DeskSettings)
class DeskSettingsAdmin(TelephonyAdmin):
    """Everybody has a page of their own for these; here an administrator looks after somebody else's."""

    nothing_yet = _("A row appears when somebody changes how calls are shown on their screen.")
    list_display = ["name", "cards", "outgoing_cards", "do_not_disturb", "sound", "notifications", "seen_at"]
    search_fields = ["user__username", "user__first_name", "user__last_name"]
    readonly_fields = ["name", "seen_at"]
    fields = [
        *("name", "cards", "outgoing_cards", "do_not_disturb", "do_not_disturb_until", "sound", "volume"),
        *("notifications", "opens_contact", "seen_at"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeskSettings]:
        rows: QuerySet[DeskSettings] = super().get_queryset(request).select_related("user")
        return rows

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("user"), ordering="user__last_name")
    def name(self, row: DeskSettings) -> str:
        return presentation.person(row.user)
