"""What PBXs were asked about their calls, and what their lists say. Only telephony/reconcile writes it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.domain import listed_call
from telephony.models.call import Call
from telephony.models.connection import Connection


class CallQuery(models.Model):
    """One call whose outcome no message told: the PBX is asked with growing pauses until it knows."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("known")
        GIVEN_UP = "given_up", _("given up")

    connection = models.ForeignKey(
        Connection,
        models.CASCADE,
        related_name="call_queries",
        verbose_name=_("connection"),
        help_text=_("Which PBX is asked."),
    )
    call = models.OneToOneField(
        Call, models.CASCADE, related_name="query", verbose_name=_("call"), help_text=_("Which call.")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.WAITING, help_text=_("Whether the outcome is known.")
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, help_text=_("How many times it was asked."))
    next_try_at = models.DateTimeField(
        _("next try"), null=True, blank=True, help_text=_("When it is asked next; empty when that is over.")
    )
    reason = models.CharField(
        max_length=40, blank=True, editable=False, help_text=_("Code of why the latest attempt brought nothing.")
    )
    detail = models.CharField(
        max_length=200, blank=True, editable=False, help_text=_("What the PBX said to it, without secrets.")
    )
    created_at = models.DateTimeField(_("noted"), auto_now_add=True, help_text=_("When the call lacked it."))

    class Meta:
        verbose_name = _("question about a call")
        verbose_name_plural = _("questions about calls")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["next_try_at"], condition=models.Q(state="waiting"), name="callquery_waiting"),
            models.Index(fields=["connection"], condition=models.Q(state="waiting"), name="callquery_of_connection"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class PbxDay(models.Model):
    """One day of one PBX's clock: when its list was pulled, and how that went."""

    class State(models.TextChoices):
        WAITING = "waiting", _("not pulled yet")
        PULLED = "pulled", _("pulled")
        FAILED = "failed", _("failed")

    connection = models.ForeignKey(
        Connection, models.CASCADE, related_name="days", verbose_name=_("connection"), help_text=_("Which PBX.")
    )
    day = models.DateField(_("day"), help_text=_("In the PBX's time zone."))
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.WAITING, help_text=_("How the latest pull went.")
    )
    reason = models.CharField(max_length=40, blank=True, editable=False, help_text=_("Code of why it failed."))
    detail = models.CharField(
        max_length=200, blank=True, editable=False, help_text=_("What the PBX said, without secrets.")
    )
    failures = models.PositiveSmallIntegerField(
        _("failures"), default=0, help_text=_("How many times in a row it failed.")
    )
    next_try_at = models.DateTimeField(
        _("next pull"), null=True, blank=True, help_text=_("When a worker pulls it; empty when the day is complete.")
    )
    asked_at = models.DateTimeField(
        _("asked"), null=True, blank=True, help_text=_("When the PBX was asked last, whatever came of it.")
    )
    pulled_at = models.DateTimeField(_("pulled"), null=True, blank=True, help_text=_("When its list came last."))
    requested_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("When somebody asked for it; empty when that was done.")
    )
    imports = models.BooleanField(
        default=True, editable=False, help_text=_("Whether what is missing here is imported after the next pull.")
    )
    unread = models.PositiveIntegerField(
        _("unreadable rows"), default=0, help_text=_("Rows of the list that could not be read.")
    )
    counts = models.JSONField(
        _("counts"), default=dict, blank=True, help_text=_("How the list and the calls here compared last.")
    )

    class Meta:
        verbose_name = _("day of a PBX")
        verbose_name_plural = _("days of PBXs")
        ordering = ["-day", "connection"]
        constraints = [models.UniqueConstraint(fields=["connection", "day"], name="pbx_day_once")]
        indexes = [
            models.Index(fields=["next_try_at"], condition=~models.Q(next_try_at=None), name="pbx_day_due"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"


class PbxRow(models.Model):
    """One call in a PBX's list, without anything secret."""

    day = models.ForeignKey(
        PbxDay, models.CASCADE, related_name="rows", verbose_name=_("day"), help_text=_("In which list it stands.")
    )
    key = models.CharField(max_length=64, help_text=_("The same for the same call each time the list is pulled."))
    started_at = models.DateTimeField(_("started"), db_index=True, help_text=_("When the PBX says that it began."))
    client_match = models.CharField(
        max_length=50, blank=True, db_index=True, editable=False, help_text=_("Last 10 digits of the client's number.")
    )
    content = models.JSONField(_("content"), help_text=_("Everything that the list says of it."))
    call = models.ForeignKey(
        Call,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="pbx_rows",
        verbose_name=_("call"),
        help_text=_("The call here that it was imported into."),
    )
    is_wanted = models.BooleanField(
        _("to be imported"), default=False, help_text=_("Somebody asked for it, and a worker has not done it yet.")
    )

    class Meta:
        verbose_name = _("row of a PBX's list")
        verbose_name_plural = _("rows of PBXs' lists")
        ordering = ["started_at", "id"]
        constraints = [models.UniqueConstraint(fields=["day", "key"], name="pbx_row_once")]
        indexes = [models.Index(fields=["day"], condition=models.Q(is_wanted=True), name="pbx_row_wanted")]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def pbx_call(self) -> listed_call.PbxCall:
        return listed_call.from_json(self.content)
