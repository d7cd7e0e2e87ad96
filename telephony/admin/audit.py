"""The journal of what was deleted for good, by whom and why. Nobody changes it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter

from telephony.admin import erasing, keeping
from telephony.admin.base import ReadOnlyAdmin
from telephony.admin.filters import DayRangeFilter
from telephony.models import AuditEntry, Call, Connection, Recording
from telephony.ui import presentation
from telephony.ui.markup import badge, change_url, link, when

Action = AuditEntry.Action
TONES = {Action.RECORDING_DELETED: "warn", Action.NUMBER_ERASED: "warn", Action.RECORDING_HELD: "busy"}


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    nothing_yet = _("A row appears when somebody erases a number, deletes a recording or holds one back.")
    list_display = ["moment", "what", "told", "who"]
    list_display_links = None
    list_filter = [
        ("action", ChoicesDropdownFilter),
        ("user", RelatedDropdownFilter),
        ("at", DayRangeFilter),
    ]
    fields = ["moment", "what", "told", "who"]
    readonly_fields = ["moment", "what", "told", "who"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        rows: QuerySet[AuditEntry] = super().get_queryset(request)
        return rows.select_related("user", "erasure").defer("erasure__number")

    def get_urls(self) -> list[URLPattern]:
        """With the pages that write this journal."""
        wrap = self.admin_site.admin_view
        own = [
            path("erase/", wrap(erasing.erase_number), name="telephony_erase"),
            path("erased/<int:pk>/", wrap(erasing.erased), name="telephony_erased"),
            path("recordings/<int:pk>/hold/", wrap(keeping.hold), name="telephony_recording_hold"),
            path("recordings/<int:pk>/release/", wrap(keeping.release), name="telephony_recording_release"),
            path("recordings/<int:pk>/delete/", wrap(keeping.remove), name="telephony_recording_remove"),
        ]
        return [*own, *super().get_urls()]

    @admin.display(description=_("when"), ordering="id")
    def moment(self, entry: AuditEntry) -> str:
        return when(entry.at)

    @admin.display(description=_("what"))
    def what(self, entry: AuditEntry) -> SafeString:
        return badge(entry.get_action_display(), TONES.get(Action(entry.action), ""))

    @admin.display(description=_("details"))
    def told(self, entry: AuditEntry) -> SafeString | str:
        """Row numbers, linked, and counts."""
        if entry.action == Action.NUMBER_ERASED:
            return _erasure(entry)
        if entry.action == Action.DELIVERIES_EXPIRED:
            count = sum(value for value in entry.details.values() if isinstance(value, int))
            return ngettext("%(count)d delivery", "%(count)d deliveries", count) % {"count": count}
        if entry.action == Action.NOTICES_EXPIRED:
            count = sum(value for value in entry.details.values() if isinstance(value, int))
            return ngettext("%(count)d message", "%(count)d messages", count) % {"count": count}
        rows = format_html_join(", ", "{}", ((part,) for part in _rows(entry.details)))
        return format_html("<span>{}</span>", rows)

    @admin.display(description=_("who"))
    def who(self, entry: AuditEntry) -> str:
        return presentation.person(entry.user) or entry.username or gettext("by schedule or command")


def _rows(details: dict[str, Any]) -> list[SafeString]:
    """Links to the rows that the details name; a row that is gone by then is a 404 that says so."""
    kinds = (
        ("recording", Recording, gettext("recording #%(number)d")),
        ("call", Call, gettext("call #%(number)d")),
        ("connection", Connection, gettext("connection #%(number)d")),
    )
    return [
        link(change_url(model(pk=details[name])), text % {"number": details[name]})
        for name, model, text in kinds
        if name in details
    ]


def _erasure(entry: AuditEntry) -> SafeString:
    text = erasing.counted(entry)
    if not entry.details.get("finished"):
        text += "; " + gettext("stored messages are still being searched")
    return link(erasing.erased_url(entry), text)
