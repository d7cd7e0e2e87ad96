"""Recordings: the list, and the page of one. The PBX's link itself opens a recording, so it is never shown."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter, RelatedDropdownFilter

from telephony.admin.base import PlayingAdmin
from telephony.admin.filters import DayRangeFilter
from telephony.admin.keeping import buttons
from telephony.calls.access import Scope, seeing, visible_calls
from telephony.models import Listening, Recording
from telephony.recordings import words
from telephony.recordings.player import player_of
from telephony.ui import presentation
from telephony.ui.markup import badge, change_url, link, list_url, when

LONGEST_FORMAT = 5
LATEST_LISTENINGS = 20


def host_of(recording: Recording) -> str:
    """The host that the PBX says has the file; empty if the link names none."""
    try:
        return urlsplit(recording.link).hostname or ""
    except ValueError:
        return ""


def format_of(recording: Recording) -> str:
    """The format as the file's name has it: MP3, WAV, G722; empty if it has none."""
    try:
        name = (recording.file.name or urlsplit(recording.link).path).rpartition("/")[2]
    except ValueError:
        return ""
    ending = name.rpartition(".")[2] if "." in name else ""
    return ending.upper() if ending.isalnum() and len(ending) <= LONGEST_FORMAT else ""


def where(recording: Recording, request: HttpRequest) -> dict[str, Any]:
    """A recording for the call's page: where it was to be had, for those who set things up; `url`: its own page."""
    may_open = request.user.has_perm("telephony.view_recording")
    sets_up = _sets_up(request)
    noted = gettext("noted %(when)s") % {"when": when(recording.created_at)}
    return {
        "words": [text for text in (place(recording), format_of(recording), noted) if text] if sets_up else [],
        "url": change_url(recording) if may_open else "",
    }


def _sets_up(request: HttpRequest) -> bool:
    """Whoever connects PBXs is told of hosts, tries and formats; who only listens is not."""
    return request.user.has_perm("telephony.change_connection")


def place(recording: Recording) -> str:
    """Where it is to be had, without anything that opens it; empty if nowhere any more."""
    if host := host_of(recording):
        return host
    if recording.state == Recording.State.EXPIRED:
        return ""  # The link went with the file.
    if recording.reference:
        return gettext("at the PBX, by its call id")
    return gettext("at the PBX")


@admin.register(Recording)
class RecordingAdmin(PlayingAdmin):
    nothing_yet = _("A row appears when a PBX tells that a call was recorded. A worker then fetches the sound.")
    list_display = ["started", "of_call", "state_badge", "length", "size_text", "file_format", "held_badge"]
    list_filter = [
        ("state", ChoicesDropdownFilter),
        ("call__connection", RelatedDropdownFilter),
        ("created_at", DayRangeFilter),
        ("held", BooleanRadioFilter),
    ]
    ordering = ["-call__started_at", "-call_id", "-id"]
    fields = ()
    change_form_template = "telephony/admin/recording.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Recording]:
        seen = visible_calls(request.user)
        rows: QuerySet[Recording] = super().get_queryset(request)
        if seeing(request.user) is not Scope.ALL:
            rows = rows.filter(call__in=seen.values("pk"))
        with_calls = rows.select_related("call__contact", "call__connection")
        return with_calls.defer("call__connection__settings", "call__connection__hook_secret", "peaks", "link")

    def has_view_permission(self, request: HttpRequest, obj: Recording | None = None) -> bool:
        allowed = super().has_view_permission(request, obj) and seeing(request.user) > Scope.NOTHING
        return allowed and (obj is None or visible_calls(request.user).filter(pk=obj.call_id).exists())

    @admin.display(description=_("call"))
    def of_call(self, recording: Recording) -> SafeString:
        return link(change_url(recording.call), presentation.client_name(recording.call))

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = super().get_list_display(request)
        return shown if _sets_up(request) else [name for name in shown if name not in ("file_format", "held_badge")]

    @admin.display(description=_("started"))
    def started(self, recording: Recording) -> str:
        return when(recording.call.started_at)

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, recording: Recording) -> SafeString:
        text, tone = words.state_text(recording), words.tone(recording)
        return badge(text, tone, words.explanation(recording))

    @admin.display(description=_("length"), empty_value="")
    def length(self, recording: Recording) -> str:
        return presentation.length(recording.seconds)

    @admin.display(description=_("size"), empty_value="")
    def size_text(self, recording: Recording) -> str:
        return "" if recording.size is None else filesizeformat(recording.size)

    @admin.display(description=_("format"), empty_value="")
    def file_format(self, recording: Recording) -> str:
        return format_of(recording) if recording.file else ""

    @admin.display(description=_("keep"), empty_value="")
    def held_badge(self, recording: Recording) -> SafeString | str:
        return badge(_("kept"), "busy", _("Never deleted when its time is over.")) if recording.held else ""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        recording = kwargs.get("obj")
        if isinstance(recording, Recording):
            context.update(_page(recording, request))
        return super().render_change_form(request, context, *args, **kwargs)


def _page(recording: Recording, request: HttpRequest) -> dict[str, Any]:
    """What the template of a recording's page shows."""
    call = recording.call
    text, tone = words.state_text(recording), words.tone(recording)
    facts = [
        (_("Call began"), when(call.started_at)),
        (_("Connection"), call.connection.name),
        (_("Length"), presentation.length(recording.seconds)),
        (_("Size"), "" if recording.size is None else filesizeformat(recording.size)),
    ]
    if sets_up := _sets_up(request):
        facts += _facts_of_fetching(recording)
    return {
        "recording": recording,
        "sets_up": sets_up,
        "client": presentation.client_name(call),
        "call_url": change_url(call),
        "badge": badge(text, tone),
        "ready": player_of(request.user, recording),
        "keeping": buttons(request, recording),
        "facts": [(name, value) for name, value in facts if value],
        **_journal(recording, request),
    }


def _facts_of_fetching(recording: Recording) -> list[tuple[Any, Any]]:
    return [
        (pgettext_lazy("of a recording", "From"), place(recording)),
        (_("Noted"), when(recording.created_at)),
        (_("Fetched"), when(recording.stored_at)),
        (_("Tries"), recording.attempts or ""),
        (_("Format"), format_of(recording)),
    ]


def _journal(recording: Recording, request: HttpRequest) -> dict[str, Any]:
    """Who listened to it, for those who may know."""
    if not request.user.has_perm("telephony.view_listening"):
        return {"shows_journal": False}
    rows = list(recording.listenings.select_related("user")[: LATEST_LISTENINGS + 1])
    return {
        "shows_journal": True,
        "listenings": rows[:LATEST_LISTENINGS],
        "journal_url": list_url(Listening, recording__id__exact=recording.pk) if len(rows) > LATEST_LISTENINGS else "",
    }
