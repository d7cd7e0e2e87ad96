"""What reports count of a call: one narrow row for each, in quarters of an hour; and their sums by day.

Only telephony/reports writes them.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.call import Call
from telephony.models.choices import CauseChoice, DirectionChoice, StatusChoice
from telephony.models.connection import Connection

LONGEST_SOURCE = 100


class CallFact(models.Model):
    """One call as reports count it. Everything in it can be worked out anew from the call."""

    call = models.OneToOneField(
        Call, models.CASCADE, primary_key=True, related_name="fact", verbose_name=_("call"), help_text=_("Which call.")
    )
    quarter = models.PositiveIntegerField(
        _("quarter of an hour"), db_index=True, help_text=_("Of its start: how many since 1970 in UTC.")
    )
    connection = models.ForeignKey(
        Connection,
        models.CASCADE,
        db_index=False,
        related_name="+",
        verbose_name=_("connection"),
        help_text=_("At which PBX."),
    )
    line = models.CharField(_("our number"), max_length=200, blank=True, help_text=_("As the call log looks for it."))
    direction = models.CharField(
        _("direction"), max_length=10, choices=DirectionChoice, help_text=_("Who called whom.")
    )
    status = models.CharField(_("status"), max_length=10, choices=StatusChoice, help_text=_("State or outcome."))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("responsible"),
        help_text=_("Who is responsible for the call."),
    )
    source = models.CharField(
        _("source"), max_length=LONGEST_SOURCE, blank=True, help_text=_("Of the client: utm_source, or Roistat.")
    )
    outside = models.BooleanField(
        _("outside working hours"), default=False, help_text=_("By the working hours as they are set up.")
    )
    cause = models.CharField(
        _("why it was lost"),
        max_length=20,
        blank=True,
        default="",
        db_default="",
        choices=CauseChoice,
        help_text=_("Of a call that nobody answered; by the PBX, else by what is known here."),
    )
    wait_seconds = models.PositiveIntegerField(
        _("waited, s"), null=True, help_text=_("Until the answer, or until the end without one.")
    )
    talk_seconds = models.PositiveIntegerField(_("talked, s"), null=True, help_text=_("Length of the talk."))
    summed = models.BooleanField(
        _("summed"),
        default=False,
        help_text=_("The sums of its day have it as it is. Whoever writes it takes this away."),
    )

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["quarter"], condition=models.Q(summed=False), name="fact_not_summed"),
            # With the call in it: whose calls those of a period are is read from the index alone.
            models.Index(fields=["user", "quarter", "call"], name="fact_of_user"),
            models.Index(fields=["cause", "quarter"], condition=~models.Q(cause=""), name="fact_of_cause"),
        ]
        verbose_name = _("call in reports")
        verbose_name_plural = _("calls in reports")

    def __str__(self) -> str:
        return f"#{self.pk}"


class CallSum(models.Model):
    """How many of one day's calls are of one kind: what reports of long periods read instead of the calls."""

    class Kind(models.TextChoices):
        QUARTER = "quarter", _("by quarter of an hour")
        PERSON = "person", _("by employee")
        LINE = "line", _("by our number")
        SOURCE = "source", _("by source")
        CONNECTION = "connection", _("by connection")
        RESULT = "result", _("by result")
        WAIT = "wait", _("by how long answered clients waited")

    day = models.PositiveIntegerField(_("day"), help_text=_("How many since 1970 in UTC."))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, help_text=_("What the calls have in common."))
    value = models.CharField(_("value"), max_length=200, blank=True, help_text=_("Which of that kind; empty for none."))
    calls = models.PositiveIntegerField(_("calls"))
    incoming = models.PositiveIntegerField(_("incoming"))
    answered = models.PositiveIntegerField(_("answered"))
    missed = models.PositiveIntegerField(_("missed"))
    missed_outside = models.PositiveIntegerField(_("outside working hours"))
    outgoing = models.PositiveIntegerField(_("outgoing"))
    reached = models.PositiveIntegerField(_("client answered"))
    talk_seconds = models.PositiveBigIntegerField(_("talked, s"))

    class Meta:
        default_permissions = ()
        verbose_name = _("sum of a day's calls")
        verbose_name_plural = _("sums of a day's calls")
        constraints = [models.UniqueConstraint(fields=["kind", "day", "value"], name="call_sum_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.value}"


class StaleDay(models.Model):
    """A day whose sums are not to be read, as a call was in it that is there no more. Who sums it takes this away."""

    day = models.PositiveIntegerField(_("day"), help_text=_("How many since 1970 in UTC."))

    class Meta:
        default_permissions = ()
        verbose_name = _("day to be summed anew")
        verbose_name_plural = _("days to be summed anew")

    def __str__(self) -> str:
        return str(self.day)


class HoursChange(models.Model):
    """Working hours were changed: what is behind it is to be judged by the new ones. Gone when that is done."""

    at = models.DateTimeField(_("when"), auto_now_add=True, help_text=_("When they were changed."))
    total = models.PositiveBigIntegerField(_("rows"), help_text=_("Up to which call."))
    left = models.PositiveBigIntegerField(_("left"), help_text=_("Calls up to this one are still to be judged anew."))
    next_try_at = models.DateTimeField(_("next try"), null=True, db_index=True, help_text=_("When a worker takes it."))

    class Meta:
        default_permissions = ()
        verbose_name = _("change of working hours")
        verbose_name_plural = _("changes of working hours")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.left}/{self.total}"

    @property
    def percent(self) -> int:
        """How far it is."""
        return 100 - 100 * self.left // max(1, self.total)
