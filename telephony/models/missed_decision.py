"""What people said of missed clients, and who returns whose calls."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.domain import missed
from telephony.models.connection import Connection
from telephony.models.line import Line
from telephony.models.missed import NUMBER, MissedReason
from telephony.models.team import Team

MOST_MINUTES = 60 * 24 * 7


class MissedDecision(models.Model):
    """One thing that a person decided about the item that was open then. Never changed afterwards."""

    class Kind(models.TextChoices):
        TAKEN = missed.Decided.TAKEN, _("took it")
        GIVEN = missed.Decided.GIVEN, _("gave it to somebody")
        SNOOZED = missed.Decided.SNOOZED, _("put it off")
        CLOSED = missed.Decided.CLOSED, _("closed it")
        REOPENED = missed.Decided.REOPENED, _("opened it again")

    client_key = models.CharField(
        max_length=NUMBER, db_index=True, editable=False, help_text=_("Whose: the client's number at that time.")
    )
    at = models.DateTimeField(_("when"), help_text=_("Never before the calls that were to be seen then."))
    kind = models.CharField(_("what"), max_length=10, choices=Kind, help_text=_("What was decided."))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("user"),
        help_text=_("Who decided it."),
    )
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("given to"),
        help_text=_("Who is to return it now."),
    )
    until = models.DateTimeField(_("until"), null=True, help_text=_("Until when it was put off."))
    reason = models.CharField(_("why"), max_length=20, blank=True, choices=MissedReason, help_text=_("Why it is over."))
    note = models.CharField(_("note"), max_length=500, blank=True, help_text=_("In the user's own words."))

    class Meta:
        verbose_name = _("decision about a missed client")
        verbose_name_plural = _("decisions about missed clients")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.get_kind_display()


class MissedRule(models.Model):
    """Who returns the missed calls of a connection or of one of our numbers, and how soon."""

    class Way(models.TextChoices):
        RESPONSIBLE = "responsible", _("the contact's person in charge")
        LAST_TALKED = "last_talked", _("who talked with them last")
        RANG = "rang", _("the team whose phones rang: whoever takes it")
        ROUND_ROBIN = "round_robin", _("the team's members in turn")
        FIXED = "fixed", _("always the same person")

    connection = models.ForeignKey(
        Connection,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="missed_rules",
        verbose_name=_("connection"),
        help_text=_("Whose missed calls; empty: of all connections that have no rule of their own."),
    )
    line = models.ForeignKey(
        Line,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="missed_rules",
        verbose_name=_("our number"),
        help_text=_("Only calls to this number; it goes before the connection's rule."),
    )
    way = models.CharField(
        _("who returns them"),
        max_length=12,
        choices=Way,
        default=Way.RESPONSIBLE,
        help_text=_("Where this names nobody: the person in charge, who talked last, the team whose phones rang."),
    )
    team = models.ForeignKey(
        Team,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("team"),
        help_text=_("Whose members take turns, or are to take it; empty: of whoever's phone rang last."),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
        help_text=_("Always the same person: this one."),
    )
    minutes = models.PositiveIntegerField(
        _("within, minutes"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MINUTES)],
        help_text=_("Of working time. Then it is overdue, and supervisors see it."),
    )

    class Meta:
        verbose_name = _("rule for missed calls")
        verbose_name_plural = _("rules for missed calls")
        ordering = ["connection", "line", "id"]
        constraints = [
            models.UniqueConstraint(fields=["line"], name="missed_rule_of_line_once"),
            models.UniqueConstraint(
                fields=["connection"], condition=models.Q(line=None), name="missed_rule_of_connection_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line or self.connection or _('all connections')}: {self.get_way_display()}"

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        if self.line is not None and self.connection_id is not None and self.line.connection_id != self.connection_id:
            errors["line"] = _("This number belongs to another connection.")
        if self.way == self.Way.ROUND_ROBIN and self.team_id is None:
            errors["team"] = _("Choose the team whose members take turns.")
        if self.way == self.Way.FIXED and self.user_id is None:
            errors["user"] = _("Choose the person.")
        same = MissedRule.objects.filter(connection=self.connection_id, line=self.line_id).exclude(pk=self.pk)
        if same.exists():
            errors["connection"] = _("There is a rule for these calls already.")
        if errors:
            raise ValidationError(errors)
