"""The log of changes, for administrators. Nobody changes it."""

from __future__ import annotations

from typing import Any

from auditlog.models import LogEntry
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter, RelatedDropdownFilter

from config.changes.asking import WHO
from config.changes.kept import KEPT
from config.changes.names import Names
from config.changes.words import Change, changes_of
from config.people.rights import role_words
from telephony.admin.base import ReadOnlyAdmin
from telephony.admin.filters import DayRangeFilter
from telephony.admin.search import any_case
from telephony.ui.markup import badge, when
from telephony.ui.presentation import person

admin.site.unregister(LogEntry)
_DONE = {
    LogEntry.Action.CREATE: ("good", pgettext_lazy("log of changes", "added")),
    LogEntry.Action.UPDATE: ("", pgettext_lazy("log of changes", "changed")),
    LogEntry.Action.DELETE: ("warn", pgettext_lazy("log of changes", "deleted")),
}


class KindFilter(DropdownFilter):  # type: ignore[misc]
    """Of which kind the changed thing is."""

    title = _("what")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        kinds = ((label, str(capfirst(str(apps.get_model(label)._meta.verbose_name_plural)))) for label in KEPT)
        return sorted(kinds, key=lambda kind: kind[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        if self.value() not in KEPT:
            return queryset
        return queryset.filter(content_type=ContentType.objects.get_for_model(apps.get_model(self.value())))


class ActionFilter(DropdownFilter):  # type: ignore[misc]
    title = pgettext_lazy("log of changes", "action")
    parameter_name = "done"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(action), str(words)) for action, (_tone, words) in _DONE.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        chosen = self.value()
        return queryset.filter(action=chosen) if chosen in map(str, _DONE) else queryset


@admin.register(LogEntry)
class ChangeAdmin(ReadOnlyAdmin):
    nothing_yet = _("A row appears when somebody changes a setting, a right, a connection, a rule or an employee.")
    list_display = ["moment", "who", "done", "what", "told"]
    list_display_links = None
    list_filter = [
        KindFilter,
        ActionFilter,
        ("actor", RelatedDropdownFilter),
        ("timestamp", DayRangeFilter),
    ]
    search_fields = ["object_repr"]
    search_help_text = _("Name of what was changed, or a value")
    fields = ["moment", "who", "address", "done", "what", "told"]
    readonly_fields = ["moment", "who", "address", "done", "what", "told"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[LogEntry]:
        rows: QuerySet[LogEntry] = super().get_queryset(request)
        return rows.filter(action__in=_DONE).select_related("actor", "content_type").order_by("-id")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        page: HttpResponse = super().changelist_view(request, {"heading": _("Log of changes"), **(extra_context or {})})
        return page

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """With the names of all that its entries know by key."""
        found = super().get_changelist_instance(request)
        found.result_list = list(found.result_list)
        names = Names(found.result_list)
        for entry in found.result_list:
            entry.names = names
        return found

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[LogEntry], search_term: str
    ) -> tuple[QuerySet[LogEntry], bool]:
        for term in search_term.split():
            named = any_case("object_repr__icontains", term) | any_case("changes__icontains", term)
            queryset = queryset.filter(named)
        return queryset, False

    @admin.display(description=_("when"), ordering="id")
    def moment(self, entry: LogEntry) -> str:
        return when(entry.timestamp)

    @admin.display(description=_("who"))
    def who(self, entry: LogEntry) -> str:
        if entry.actor is not None:
            return person(entry.actor)
        return (entry.additional_data or {}).get(WHO) or gettext("a program on the server")

    @admin.display(description=_("address"))
    def address(self, entry: LogEntry) -> str:
        return entry.remote_addr or ""

    @admin.display(description=pgettext_lazy("log of changes", "action"))
    def done(self, entry: LogEntry) -> SafeString:
        tone, words = _DONE[entry.action]
        return badge(words, tone)

    @admin.display(description=_("what"))
    def what(self, entry: LogEntry) -> SafeString:
        model = entry.content_type.model_class()
        kind = capfirst(str(model._meta.verbose_name)) if model else entry.content_type.model
        name = role_words(entry.object_repr) if model is Group else _names(entry).of_entry(entry)
        return format_html("{}<br><small>{}</small>", name, kind)

    @admin.display(description=pgettext_lazy("log of changes", "from what to what"))
    def told(self, entry: LogEntry) -> SafeString:
        rows = ((change.name, _from_to(change)) for change in changes_of(entry, _names(entry)))
        return format_html('<ul class="tel-changes">{}</ul>', format_html_join("", "<li>{}: {}</li>", rows))


def _names(entry: LogEntry) -> Names:
    """Those of its page, or its own."""
    return getattr(entry, "names", None) or Names([entry])


def _from_to(change: Change) -> SafeString:
    if change.before and change.after:
        return format_html("<del>{}</del> → {}", change.before, change.after)
    return format_html("{}", change.after) if change.after else format_html("<del>{}</del>", change.before)
