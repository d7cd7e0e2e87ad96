"""Working hours, and calendars of holidays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dates import WEEKDAYS as NAMES
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from telephony.admin.base import EditedInline, TelephonyAdmin
from telephony.admin.theme import SearchableSelect
from telephony.domain.hours import is_working, next_opening
from telephony.models import Calendar, Schedule, SpecialDay
from telephony.models.schedule import WEEKDAYS

NEXT_DAYS = 4
_CLAIMS = ("lines", "connections", "teams")


class ScheduleForm(forms.ModelForm):
    time_zone = forms.ChoiceField(label=_("Time zone"), widget=SearchableSelect(), initial="Europe/Moscow")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone: Any = self.fields["time_zone"]
        zone.choices = [(name, name) for name in sorted(available_timezones())]

    def clean(self) -> dict[str, Any]:
        """Nobody has two schedules."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in _CLAIMS:
            for claimed in cleaned.get(name) or ():
                other = claimed.schedules.exclude(pk=self.instance.pk).first()
                if other is not None:
                    words = {"one": claimed, "schedule": other}
                    self.add_error(name, ValidationError(_("%(one)s goes by “%(schedule)s” already.") % words))
        return cleaned


class SpecialDayInline(EditedInline):
    model = SpecialDay
    fields = ["day", "kind", "times", "name"]
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[SpecialDay]:
        rows: QuerySet[SpecialDay] = super().get_queryset(request)
        return rows.order_by("-day")


@admin.register(Schedule)
class ScheduleAdmin(TelephonyAdmin):
    nothing_yet = _("Working hours decide which missed calls count, and until when they are to be returned.")
    form = ScheduleForm
    list_display = ["name", "is_default", "week", "state_now"]
    ordering = ["name"]
    search_fields = ["name"]
    autocomplete_fields = list(_CLAIMS)
    inlines = [SpecialDayInline]
    change_form_outer_before_template = "telephony/admin/week.html"
    fieldsets = [
        (None, {"fields": ["name", "time_zone", *WEEKDAYS, "calendar"]}),
        (_("Who goes by it"), {"fields": ["is_default", *_CLAIMS]}),
    ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What most offices have."""
        first = not Schedule.objects.exists()
        calendar = Calendar.objects.order_by("pk").first()
        office = dict.fromkeys(WEEKDAYS[:5], "09:00–18:00")
        return {"is_default": first, "calendar": calendar, **office, **super().get_changeform_initial_data(request)}

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        schedule = self.get_object(request, object_id)
        drawn = week_picture(schedule, timezone.now()) if schedule is not None else {}
        answer: HttpResponse = super().change_view(request, object_id, form_url, {**(extra_context or {}), **drawn})
        return answer

    @admin.display(description=_("week"))
    def week(self, schedule: Schedule) -> str:
        return "; ".join(_groups(schedule))

    @admin.display(description=_("now"))
    def state_now(self, schedule: Schedule) -> str:
        return state_in_words(schedule, timezone.now())


@admin.register(Calendar)
class CalendarAdmin(TelephonyAdmin):
    nothing_yet = _("A calendar has the holidays and moved days that working hours follow.")
    list_display = ["name"]
    search_fields = ["name"]
    fields = ["name"]
    inlines = [SpecialDayInline]


def state_in_words(schedule: Schedule, now: datetime) -> str:
    """Open, or when it opens."""
    hours = schedule.hours()
    if is_working(hours, now):
        return gettext("Open now")
    opens = next_opening(hours, now)
    if opens is None:
        return gettext("Never open")
    when = _in_a_sentence(date_format(opens.astimezone(hours.zone), gettext("D, j M, H:i")))
    return gettext("Closed now, opens on %(when)s") % {"when": when}


def _in_a_sentence(day: str) -> str:
    """Django names weekdays with a capital in every language; inside a sentence English alone writes them so."""
    return day if (get_language() or "en").startswith("en") else day[:1].lower() + day[1:]


def week_picture(schedule: Schedule, now: datetime) -> dict[str, Any]:
    """What week.html draws: a row for each weekday with bars in percent of the day, and what is special next."""
    rows = []
    for number, spans in enumerate(schedule.week()):
        bars = [
            {"x": round(span.begins / 14.4, 2), "width": round((min(span.ends, 1440) - span.begins) / 14.4, 2)}
            for span in spans
        ]
        times = [part.strip() for part in getattr(schedule, WEEKDAYS[number]).split(",")]
        times = times if any(times) else [gettext("day off")]
        rows.append({"day": capfirst(str(NAMES[number])), "bars": bars, "times": times})
    today = now.astimezone(schedule.hours().zone).date()
    coming = sorted((day, spans) for day, spans in schedule.hours().days.items() if day >= today)[:NEXT_DAYS]
    special = [
        {"day": day, "times": ", ".join(str(span) for span in spans) or gettext("day off")} for day, spans in coming
    ]
    return {"week_rows": rows, "week_state": state_in_words(schedule, now), "week_special": special}


def _groups(schedule: Schedule) -> Sequence[str]:
    """`Mon–Fri 09:00–18:00`: days that follow one another with the same hours are said together."""
    found: list[list[Any]] = []
    for number, name in enumerate(WEEKDAYS):
        times = getattr(schedule, name)
        if found and found[-1][2] == times:
            found[-1][1] = number
        else:
            found.append([number, number, times])
    return [
        f"{WEEKDAYS_ABBR[first]}{f'–{WEEKDAYS_ABBR[last]}' if last != first else ''} {times}"
        for first, last, times in found
        if times
    ]
