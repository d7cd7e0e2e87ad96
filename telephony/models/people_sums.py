"""Sums of days and weeks for those who see the calls of some people only. Only telephony/reports writes them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SeenPeople(models.Model):
    """One or several people whose calls somebody sees. It never changes: other people are another row."""

    key = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 of their keys in order."))
    people = models.JSONField(help_text=_("Their keys, in order."))
    wanted_at = models.DateTimeField(db_index=True, help_text=_("When somebody saw their calls last."))

    class Meta:
        default_permissions = ()
        verbose_name = _("people whose calls are seen together")
        verbose_name_plural = _("people whose calls are seen together")

    def __str__(self) -> str:
        return f"#{self.pk}"


class PeopleDay(models.Model):
    """The calls of these people on a day, summed: each call once, however many of them took part."""

    seen = models.ForeignKey(SeenPeople, models.CASCADE, db_index=False, related_name="days", verbose_name=_("people"))
    day = models.PositiveIntegerField(_("day"), db_index=True, help_text=_("How many since 1970 in UTC."))
    sums = models.JSONField(
        _("sums"), help_text=_("By kind and value, as sums of a day's calls are: how many of each, in one order.")
    )

    class Meta:
        default_permissions = ()
        verbose_name = _("sums of people's calls of a day")
        verbose_name_plural = _("sums of people's calls of days")
        constraints = [models.UniqueConstraint(fields=["seen", "day"], name="people_day_once")]

    def __str__(self) -> str:
        return f"{self.seen_id} {self.day}"


class PeopleWeek(models.Model):
    """The same of seven days, by whole hours: long periods are read from few rows. Made of the days' sums."""

    seen = models.ForeignKey(SeenPeople, models.CASCADE, db_index=False, related_name="weeks", verbose_name=_("people"))
    week = models.PositiveIntegerField(
        _("week"), db_index=True, help_text=_("How many times seven days since 1970 in UTC: it begins on a Thursday.")
    )
    sums = models.JSONField(
        _("sums"), help_text=_("By kind and value, as sums of a day's calls are: how many of each, in one order.")
    )

    class Meta:
        default_permissions = ()
        verbose_name = _("sums of people's calls of a week")
        verbose_name_plural = _("sums of people's calls of weeks")
        constraints = [models.UniqueConstraint(fields=["seen", "week"], name="people_week_once")]

    def __str__(self) -> str:
        return f"{self.seen_id} {self.week}"
