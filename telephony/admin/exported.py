"""The journal of exports: who took what in bulk. Nobody changes it."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter

from telephony.admin.base import ReadOnlyAdmin
from telephony.admin.filters import DayRangeFilter
from telephony.models import Exported
from telephony.ui import presentation
from telephony.ui.markup import when

KINDS = {
    "calls": _("Calls"),
    "reports": _("Reports"),
    "recordings": _("Recordings"),
    "contacts": _("Contacts"),
    "companies": _("Companies"),
    "tasks": _("Tasks"),
    "notes": _("Notes"),
}


@admin.register(Exported)
class ExportedAdmin(ReadOnlyAdmin):
    nothing_yet = _("A row appears when somebody exports calls, contacts or missed clients.")
    list_display = ["moment", "who", "what", "way", "filters", "rows"]
    list_display_links = None
    list_filter = [
        ("user", RelatedDropdownFilter),
        ("way", ChoicesDropdownFilter),
        ("at", DayRangeFilter),
    ]
    fields = ["moment", "who", "what", "way", "filters", "rows"]
    readonly_fields = ["moment", "who", "what", "way", "filters", "rows"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Exported]:
        rows: QuerySet[Exported] = super().get_queryset(request).select_related("user")
        return rows

    @admin.display(description=_("when"), ordering="id")
    def moment(self, row: Exported) -> str:
        return when(row.at)

    @admin.display(description=_("who"))
    def who(self, row: Exported) -> str:
        return presentation.person(row.user) or row.username

    @admin.display(description=_("what"))
    def what(self, row: Exported) -> str:
        return str(KINDS.get(row.kind, row.kind))

    @admin.display(description=_("filters"))
    def filters(self, row: Exported) -> SafeString | str:
        return format_html('<span class="tel-code">{}</span>', row.query) if row.query else str(_("everything"))
