"""Clients who called, were missed and wait to be called back; and what people decided about them.

Written by telephony/missed only. An item is a fold (telephony/domain/missed/fold.py): every row of it can be made anew
from calls and decisions. Decisions can't, and so are rows of their own.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from telephony import conf
from telephony.domain import missed
from telephony.models.call import Call
from telephony.models.connection import Connection
from telephony.models.team import Team

NUMBER = 50
"""Characters of what tells one client's number from another's."""


class MissedState(models.TextChoices):
    OPEN = missed.State.OPEN, pgettext_lazy("missed client", "open")
    TAKEN = missed.State.TAKEN, pgettext_lazy("missed client", "taken")
    SNOOZED = missed.State.SNOOZED, pgettext_lazy("missed client", "put off")
    RETURNED = missed.State.RETURNED, pgettext_lazy("missed client", "talked with")
    CLOSED = missed.State.CLOSED, pgettext_lazy("missed client", "closed")


class MissedReason(models.TextChoices):
    CALLED_BACK = missed.Reason.CALLED_BACK, _("called back")
    CALLED_AGAIN = missed.Reason.CALLED_AGAIN, _("called again and was answered")
    MEANWHILE = missed.Reason.MEANWHILE, _("was talking with us meanwhile")
    SETTLED = missed.Reason.SETTLED, _("settled in another way")
    NOT_NEEDED = missed.Reason.NOT_NEEDED, _("no call back is needed")
    WRONG_NUMBER = missed.Reason.WRONG_NUMBER, _("wrong number")
    SPAM = missed.Reason.SPAM, _("spam: never ask again")


class MissedPlace(models.TextChoices):
    GREETING = missed.Place.GREETING, _("in the greeting")
    QUEUE = missed.Place.QUEUE, _("in the queue")
    RINGING = missed.Place.RINGING, _("while phones rang")
    UNKNOWN = missed.Place.UNKNOWN, _("not told")


WAITING = tuple(str(state) for state in missed.State if not state.is_over)
"""States of items that are not over."""


class MissedItem(models.Model):
    """One client who waits, or waited, for a call back: however often they tried, and at whichever PBX."""

    client_key = models.CharField(
        max_length=NUMBER, db_index=True, editable=False, help_text=_("What tells the client's number from others.")
    )
    client_e164 = models.CharField(
        _("client's number"), max_length=16, blank=True, help_text=_("Of the last attempt, where it is valid.")
    )
    client_raw = models.CharField(
        _("number as received"), max_length=200, help_text=_("Of the last attempt, as the PBX wrote it.")
    )
    contact = models.ForeignKey(
        conf.contact_model(),
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("contact"),
        help_text=_("All numbers of a contact are one client."),
    )
    connection = models.ForeignKey(
        Connection, models.CASCADE, related_name="+", verbose_name=_("connection"), help_text=_("Of the last attempt.")
    )
    our_number = models.CharField(
        _("our number"), max_length=200, blank=True, help_text=_("The company's number, of the last attempt.")
    )
    attempts = models.PositiveIntegerField(_("attempts"), help_text=_("How often they called and were missed."))
    first_at = models.DateTimeField(_("first missed"), db_index=True, help_text=_("When the first attempt began."))
    last_at = models.DateTimeField(_("last missed"), help_text=_("When the last attempt began."))
    longest_wait = models.PositiveIntegerField(
        _("longest wait, s"), null=True, help_text=_("Of all attempts; empty if no PBX told.")
    )
    last_wait = models.PositiveIntegerField(_("last wait, s"), null=True, help_text=_("Of the last attempt."))
    gave_up_in = models.CharField(
        _("gave up"),
        max_length=10,
        choices=MissedPlace,
        help_text=_("Where the client was when the last attempt ended."),
    )
    callbacks = models.PositiveIntegerField(
        _("failed call backs"), default=0, help_text=_("How often we called and nobody really talked.")
    )
    last_callback_at = models.DateTimeField(
        _("last call back"), null=True, help_text=_("When the last of these began.")
    )
    known = models.BooleanField(_("known"), default=False, help_text=_("A contact has this number."))
    due_at = models.DateTimeField(_("due"), help_text=_("Until when somebody should have called back."))
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="missed_items",
        verbose_name=_("who returns it"),
        help_text=_("Who took it, or was given it, or whom the rule names."),
    )
    team = models.ForeignKey(
        Team,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("team"),
        help_text=_("Whose members are to take it, while it is nobody's."),
    )
    state = models.CharField(_("state"), max_length=10, choices=MissedState, help_text=_("What became of it."))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("taken by"),
        help_text=_("Who said that they do it."),
    )
    snoozed_until = models.DateTimeField(_("put off until"), null=True, help_text=_("Then it is open again."))
    closed_at = models.DateTimeField(
        _("over"), null=True, db_index=True, help_text=_("When the talk began, or a person closed it.")
    )
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("closed by"),
        help_text=_("Who talked, or who closed it."),
    )
    closed_reason = models.CharField(_("why"), max_length=20, blank=True, choices=MissedReason, help_text=_("Why."))
    closing_call = models.ForeignKey(
        Call,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("talk"),
        help_text=_("The talk that ended the waiting."),
    )
    first_call = models.ForeignKey(
        Call,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("first call"),
        help_text=_("The first attempt."),
    )
    last_call = models.ForeignKey(
        Call,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("last call"),
        help_text=_("The last attempt."),
    )

    class Meta:
        verbose_name = _("missed client")
        verbose_name_plural = _("missed clients")
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["client_key"], condition=models.Q(state__in=WAITING), name="missed_once")
        ]
        indexes = [
            models.Index(fields=["assignee", "due_at"], condition=models.Q(state__in=WAITING), name="missed_of"),
            models.Index(fields=["due_at"], condition=models.Q(state__in=WAITING), name="missed_due"),
        ]

    def __str__(self) -> str:
        return self.client_e164 or self.client_raw

    @property
    def is_over(self) -> bool:
        return missed.State(self.state).is_over

    def state_at(self, now: datetime) -> str:
        """The state as it is at this moment: what was put off is open again when its time has come."""
        if self.state == missed.State.SNOOZED and self.snoozed_until is not None and self.snoozed_until <= now:
            return missed.State.TAKEN if self.taken_by_id else missed.State.OPEN
        return self.state

    def is_overdue(self, now: datetime) -> bool:
        return not self.is_over and self.state_at(now) != missed.State.SNOOZED and self.due_at < now
