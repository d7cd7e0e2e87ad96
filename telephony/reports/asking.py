"""What a report is asked for: which days, and what counts as a quick answer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from telephony.call_log.filter import EARLIEST, LATEST
from telephony.reports.figures import SERVICE_SECONDS
from telephony.reports.period import MOST_DAYS, Period

PERIODS = (
    ("today", _("today")),
    ("yesterday", _("yesterday")),
    ("7", _("last 7 days")),
    ("last_week", _("last week")),
    ("30", _("last 30 days")),
    ("month", _("this month")),
)
DEFAULT = "7"


class ReportForm(forms.Form):
    """All of it may be missing."""

    period = forms.ChoiceField(label=_("Period"), choices=PERIODS, required=False)
    first_day = forms.DateField(label=_("From day"), required=False)
    last_day = forms.DateField(label=_("To day"), required=False)
    within = forms.IntegerField(label=_("Quick answer, s"), min_value=1, max_value=600, required=False)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        first, last = found.get("first_day"), found.get("last_day")
        for name, day in (("first_day", first), ("last_day", last)):
            if day is not None and not EARLIEST <= day <= LATEST:
                self.add_error(name, _("Give a day between the years 1970 and 2200."))
        if first and last and first > last:
            self.add_error("last_day", _("The last day is before the first one."))
        elif first and last and (last - first).days >= MOST_DAYS:
            words = _("Choose at most %(days)d days.") % {"days": MOST_DAYS}
            self.add_error("last_day", words)
        return found

    def period_asked(self) -> Period:
        """The days that are asked for; those by default where what was given is wrong."""
        found = self.cleaned_data if self.is_valid() else {}
        first, last = found.get("first_day"), found.get("last_day")
        today = timezone.localdate()
        if first is None and last is None:
            first, last = days_of(found.get("period") or DEFAULT, today)
        begin, end = first or last or today, last or first or today
        return Period(first=begin, last=end, zone=timezone.get_current_timezone())

    def service_seconds(self) -> int:
        return (self.cleaned_data.get("within") if self.is_valid() else None) or SERVICE_SECONDS


def days_of(period: str, today: date) -> tuple[date, date]:
    """The first and the last day of one of PERIODS."""
    monday = today - timedelta(days=today.weekday())
    yesterday = today - timedelta(days=1)
    spans = {
        "today": (today, today),
        "yesterday": (yesterday, yesterday),
        "last_week": (monday - timedelta(days=7), monday - timedelta(days=1)),
        "30": (today - timedelta(days=29), today),
        "month": (today.replace(day=1), today),
    }
    return spans.get(period, (today - timedelta(days=6), today))
