"""Recordings: that there is one, and where. The link itself opens the recording, so it is not shown."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RelatedDropdownFilter

from telephony.admin import presentation
from telephony.admin.base import ReadOnlyAdmin, change_url, link, when
from telephony.admin.filters import DayRangeFilter
from telephony.models import Recording

LONGEST_FORMAT = 5


def host_of(recording: Recording) -> str:
    """The host that the PBX says has the file; empty if the link names none."""
    try:
        return urlsplit(recording.link).hostname or ""
    except ValueError:
        return ""


def format_of(recording: Recording) -> str:
    """The format as the link's file name has it: MP3, WAV, G722; empty if it has none."""
    try:
        name = urlsplit(recording.link).path.rpartition("/")[2]
    except ValueError:
        return ""
    ending = name.rpartition(".")[2] if "." in name else ""
    return ending.upper() if ending.isalnum() and len(ending) <= LONGEST_FORMAT else ""


def where(recording: Recording) -> dict[str, Any]:
    """A recording for the call's page."""
    return {"place": place(recording), "format": format_of(recording), "noted_at": recording.created_at}


def place(recording: Recording) -> str:
    """Where it is to be had, without anything that opens it."""
    if host := host_of(recording):
        return host
    if recording.reference:
        return gettext("at the PBX, by its call id")
    return gettext("at the PBX")


@admin.register(Recording)
class RecordingAdmin(ReadOnlyAdmin):
    list_display = ["id_number", "of_call", "started", "where_it_is", "file_format", "noted"]
    list_filter = [("call__connection", RelatedDropdownFilter), ("created_at", DayRangeFilter)]
    ordering = ["-id"]
    fields = ["of_call", "started", "where_it_is", "file_format", "noted"]
    readonly_fields = ["of_call", "started", "where_it_is", "file_format", "noted"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Recording]:
        rows: QuerySet[Recording] = super().get_queryset(request)
        with_calls = rows.select_related("call__contact", "call__connection")
        return with_calls.defer("call__connection__settings", "call__connection__hook_secret")

    @admin.display(description=_("number"))
    def id_number(self, recording: Recording) -> str:
        return f"#{recording.pk}"

    @admin.display(description=_("call"))
    def of_call(self, recording: Recording) -> SafeString:
        return link(change_url(recording.call), presentation.client_name(recording.call))

    @admin.display(description=_("started"))
    def started(self, recording: Recording) -> str:
        return when(recording.call.started_at)

    @admin.display(description=_("noted"), ordering="id")
    def noted(self, recording: Recording) -> str:
        return when(recording.created_at)

    @admin.display(description=_("where it is"))
    def where_it_is(self, recording: Recording) -> str:
        return place(recording)

    @admin.display(description=_("format"), empty_value="")
    def file_format(self, recording: Recording) -> str:
        return format_of(recording)
