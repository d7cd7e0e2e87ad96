"""Rows that a worker could not work on: what was being done, how often, and where in the code it ended."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from telephony.admin.base import ReadOnlyAdmin
from telephony.admin.filters import DayRangeFilter
from telephony.models import RowFailure
from telephony.ui.markup import when


@admin.register(RowFailure)
class RowFailureAdmin(ReadOnlyAdmin):
    nothing_yet = _(
        "A row appears here when the worker could not do what was to be done, for example fetch a "
        "recording. It is good that there is none."
    )
    list_display = ["last", "job", "row", "count", "error"]
    list_filter = [("last_at", DayRangeFilter)]
    fields = ["job", "row", "count", "first", "last", "error", "where"]
    readonly_fields = ["first", "last", "where"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may look at deliveries, and so at what failed there."""
        return request.user.has_perm("telephony.view_delivery")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @admin.display(description=_("first"))
    def first(self, failure: RowFailure) -> str:
        return when(failure.first_at)

    @admin.display(description=_("last"), ordering="last_at")
    def last(self, failure: RowFailure) -> str:
        return when(failure.last_at)

    @admin.display(description=_("traceback"))
    def where(self, failure: RowFailure) -> SafeString:
        return format_html('<pre class="tel-code tel-block">{}</pre>', failure.traceback)
