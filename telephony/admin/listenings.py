"""The listening journal: who listened to what. Nobody changes it."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter

from telephony.admin.base import ReadOnlyAdmin
from telephony.admin.filters import DayRangeFilter
from telephony.admin.search import any_case
from telephony.calls.access import Scope, seeing, visible_calls
from telephony.models import Listening
from telephony.ui import presentation
from telephony.ui.markup import badge, change_url, link, when


@admin.register(Listening)
class ListeningAdmin(ReadOnlyAdmin):
    nothing_yet = _("A row appears when somebody hears or downloads a recording.")
    list_display = ["moment", "who", "kind_badge", "of_call", "of_recording", "remote_address"]
    fields = ["at", "user", "username", "kind", "call", "recording", "remote_address"]
    list_filter = [
        ("user", RelatedDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("at", DayRangeFilter),
    ]
    search_fields = ["username"]
    search_help_text = _("A user's name")
    linked_lookups = ["recording__id__exact"]  # A recording's page links to all of its listenings.

    def get_queryset(self, request: HttpRequest) -> QuerySet[Listening]:
        rows: QuerySet[Listening] = super().get_queryset(request)
        if seeing(request.user) is not Scope.ALL:
            rows = rows.filter(call__in=visible_calls(request.user).values("pk"))
        with_others = rows.select_related("user", "recording", "call__contact", "call__connection")
        secrets = ("call__connection__settings", "call__connection__hook_secret")
        return with_others.defer("recording__link", "recording__peaks", *secrets)

    def found(self, request: HttpRequest, queryset: QuerySet[Listening], term: str) -> tuple[QuerySet[Listening], bool]:
        for word in term.split():
            names = any_case("user__first_name__icontains", word) | any_case("user__last_name__icontains", word)
            queryset = queryset.filter(names | any_case("username__icontains", word))
        return queryset, False

    @admin.display(description=_("when"), ordering="id")
    def moment(self, row: Listening) -> str:
        return when(row.at)

    @admin.display(description=_("who"))
    def who(self, row: Listening) -> str:
        return presentation.person(row.user) or row.username

    @admin.display(description=_("what"))
    def kind_badge(self, row: Listening) -> SafeString:
        return badge(row.get_kind_display(), "warn" if row.kind == Listening.Kind.DOWNLOADED else "")

    @admin.display(description=_("call"))
    def of_call(self, row: Listening) -> SafeString | str:
        return link(change_url(row.call), presentation.client_name(row.call)) if row.call else gettext("deleted since")

    @admin.display(description=_("recording"))
    def of_recording(self, row: Listening) -> SafeString | str:
        return link(change_url(row.recording), f"#{row.recording.pk}") if row.recording else gettext("deleted since")
