"""When a company, a team or a line works, and the days that are otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _

from telephony.domain import hours
from telephony.models.validators import validate_time_zone
from telephony.models.words import NAME

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PRE_HOLIDAY_MINUTES = 60
"""By how much the day before a holiday is shorter (the Labour Code of the Russian Federation, article 95)."""


def validate_spans(text: str) -> None:
    """Refuses what is no times of one day."""
    try:
        hours.read_spans(text)
    except ValueError as error:
        raise ValidationError(
            _("“%(part)s” can't be read. Write times like 09:00–13:00, 14:00–18:00; leave it empty for a day off."),
            params={"part": str(error)},
        ) from None


def _day(name: Any) -> Any:
    return models.CharField(name, max_length=100, blank=True, validators=[validate_spans])


class Calendar(models.Model):
    """Days that are otherwise than their weekday, of a country; several schedules may follow one."""

    name = models.CharField(NAME, max_length=100, unique=True, help_text=_("Like “Russia”."))

    class Meta:
        verbose_name = _("calendar of holidays")
        verbose_name_plural = _("calendars of holidays")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Schedule(models.Model):
    """Working hours of a week. Our numbers, connections and teams may each have theirs; one is everybody else's."""

    name = models.CharField(NAME, max_length=100, unique=True, help_text=_("Like “Office” or “Support”."))
    is_default = models.BooleanField(
        _("of all who have no other"), default=False, help_text=_("One schedule at most can be that.")
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=50,
        default="Europe/Moscow",
        validators=[validate_time_zone],
        help_text=_("Of its clock, like Europe/Moscow."),
    )
    calendar = models.ForeignKey(
        Calendar,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="schedules",
        verbose_name=_("holidays"),
        help_text=_("Whose days off, shortened and moved days it follows."),
    )
    monday = _day(_("Monday"))
    tuesday = _day(_("Tuesday"))
    wednesday = _day(_("Wednesday"))
    thursday = _day(_("Thursday"))
    friday = _day(_("Friday"))
    saturday = _day(_("Saturday"))
    sunday = _day(_("Sunday"))
    lines = models.ManyToManyField(
        "telephony.Line",
        blank=True,
        related_name="schedules",
        verbose_name=_("our numbers"),
        help_text=_("Calls to these numbers go by these hours."),
    )
    connections = models.ManyToManyField(
        "telephony.Connection",
        blank=True,
        related_name="schedules",
        verbose_name=_("connections"),
        help_text=_("So do calls of these PBXs to all other numbers."),
    )
    teams = models.ManyToManyField(
        "telephony.Team",
        blank=True,
        related_name="schedules",
        verbose_name=_("teams"),
        help_text=_("Who of these teams has to call back does so in these hours."),
    )

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("working hours")
        ordering = ["-is_default", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="one_schedule_is_the_default"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.is_default:
            other = Schedule.objects.filter(is_default=True).exclude(pk=self.pk).first()
            if other is not None:
                raise ValidationError({"is_default": _("“%(name)s” is that already.") % {"name": other}})

    def week(self) -> list[hours.Spans]:
        """Monday first."""
        return [hours.read_spans(getattr(self, name)) for name in WEEKDAYS]

    def hours(self) -> hours.Hours:
        """Its week and all its special days; its own ones go before the calendar's. One query."""
        week, days = self.week(), {}
        mine = models.Q(schedule=self) | models.Q(calendar=self.calendar_id, calendar__isnull=False)
        for special in SpecialDay.objects.filter(mine).order_by("schedule_id"):
            if special.schedule_id is not None or special.day not in days:
                days[special.day] = special.spans(week)
        return hours.Hours(zone=ZoneInfo(self.time_zone), week=week, days=days)


class SpecialDay(models.Model):
    """A day that is otherwise than its weekday: in a calendar, or in one schedule alone."""

    class Kind(models.TextChoices):
        OFF = "off", _("day off")
        SHORTENED = "shortened", _("an hour shorter")
        WORKING = "working", _("worked like a Monday")
        HOURS = "hours", _("other hours")

    calendar = models.ForeignKey(Calendar, models.CASCADE, null=True, related_name="days", verbose_name=_("calendar"))
    schedule = models.ForeignKey(Schedule, models.CASCADE, null=True, related_name="days", verbose_name=_("schedule"))
    day = models.DateField(_("day"))
    kind = models.CharField(_("what it is"), max_length=10, choices=Kind, default=Kind.OFF)
    times = models.CharField(
        _("hours"), max_length=100, blank=True, validators=[validate_spans], help_text=_("Of “other hours” only.")
    )
    name = models.CharField(_("why"), max_length=100, blank=True, help_text=_("Like “New Year”."))

    class Meta:
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "day"], name="special_day_of_calendar_once"),
            models.UniqueConstraint(fields=["schedule", "day"], name="special_day_of_schedule_once"),
            models.CheckConstraint(
                condition=models.Q(calendar=None) ^ models.Q(schedule=None), name="special_day_of_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{localize(self.day)}: {self.name or self.get_kind_display()}"

    def clean(self) -> None:
        if self.kind == self.Kind.HOURS and not self.times:
            raise ValidationError({"times": _("Say from when until when.")})

    def spans(self, week: Sequence[hours.Spans]) -> hours.Spans:
        """When people work on this day, in a week like that."""
        if self.kind == self.Kind.HOURS:
            return hours.read_spans(self.times)
        if self.kind == self.Kind.OFF:
            return hours.CLOSED
        usual = week[self.day.weekday()] or week[0]  # A Saturday may be worked, and be shorter too.
        return hours.shortened(usual, PRE_HOLIDAY_MINUTES) if self.kind == self.Kind.SHORTENED else usual
