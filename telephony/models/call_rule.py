"""Rules after a call: when it ended so, then do this."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from telephony.domain import after_call
from telephony.models.connection import Connection
from telephony.models.line import Line

MOST_MINUTES = 60 * 24 * 7


class CallEnding(models.TextChoices):
    MISSED = after_call.Ending.MISSED, _("an incoming call is missed")
    ANSWERED = after_call.Ending.ANSWERED, _("an incoming call was answered")
    REACHED = after_call.Ending.REACHED, _("an outgoing call was answered")
    NOT_REACHED = after_call.Ending.NOT_REACHED, _("an outgoing call was not answered")


class CallRule(models.Model):
    """When a call ended so, then do this."""

    class Who(models.TextChoices):
        ANYBODY = "anybody", _("anybody")
        UNKNOWN = "unknown", _("an unknown number")
        KNOWN = "known", _("a known contact")

    class Hours(models.TextChoices):
        ANY = "any", _("at any time")
        IN = "in", _("in working hours")
        OUTSIDE = "outside", _("outside working hours")

    class Assignee(models.TextChoices):
        IN_CHARGE = "in_charge", _("the contact's person in charge")
        OF_CALL = "of_call", _("who talked, or whose phone rang last")
        FIXED = "fixed", _("always the same person")

    enabled = models.BooleanField(
        _("switched on"), default=False, help_text=_("Off: it only shows what it would have done last week.")
    )
    enabled_at = models.DateTimeField(
        null=True, editable=False, help_text=_("It acts after calls that began since then.")
    )
    ending = models.CharField(_("when"), max_length=12, choices=CallEnding, help_text=_("How the call ended."))
    who = models.CharField(
        pgettext_lazy("of a call", "with whom"),
        max_length=8,
        choices=Who,
        default=Who.ANYBODY,
        help_text=_("Known: a contact has this number."),
    )
    hours = models.CharField(
        _("when of the day"), max_length=8, choices=Hours, default=Hours.ANY, help_text=_("When the call began.")
    )
    connection = models.ForeignKey(
        Connection,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="call_rules",
        verbose_name=_("connection"),
        help_text=_("Only calls of this one; empty: of all."),
    )
    line = models.ForeignKey(
        Line,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="call_rules",
        verbose_name=_("our number"),
        help_text=_("Only calls to this number, or from it; empty: any."),
    )
    add_contact = models.BooleanField(
        _("create a contact"), default=False, help_text=_("Unless somebody has this number already.")
    )
    contact_source = models.CharField(
        _("source"), max_length=100, blank=True, help_text=_("Of the new contact: where it came from.")
    )
    tag = models.CharField(
        _("put a tag on the contact"), max_length=50, blank=True, help_text=_("Made if there is none of this name.")
    )
    task_title = models.CharField(
        _("create a task"),
        max_length=150,
        blank=True,
        help_text=_(
            "Its title; empty: none. {client}, {number}, {our_number} and {time} stand for those of the call. "
            "While this rule's task for a client is open, it makes no second one."
        ),
    )
    task_minutes = models.PositiveIntegerField(
        _("within, minutes"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MINUTES)],
        help_text=_("Of working time after the call."),
    )
    assignee = models.CharField(
        _("whose task and contact"),
        max_length=10,
        choices=Assignee,
        default=Assignee.IN_CHARGE,
        help_text=_("If it is nobody, the person below."),
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
        help_text=_("Always the same person, or where it would be nobody."),
    )
    tell = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="+",
        verbose_name=_("tell these people"),
        help_text=_("On their page “For you”. Whoever may not see the call is not told."),
    )
    tell_by_email = models.BooleanField(
        _("also by e-mail"), default=False, help_text=_("To the addresses of their accounts.")
    )
    tell_systems = models.BooleanField(
        _("tell other systems"),
        default=False,
        help_text=_("Outgoing webhooks with the topic “a rule says so after a call”."),
    )

    origin = models.CharField(
        max_length=300,
        blank=True,
        editable=False,
        help_text=_("The site's address, which links in e-mails begin with: where the rule was last saved."),
    )

    class Meta:
        verbose_name = _("rule after a call")
        verbose_name_plural = _("rules after a call")
        ordering = ["id"]

    def __str__(self) -> str:
        words = {
            "ending": self.get_ending_display(),
            "who": self.get_who_display(),
            "hours": self.get_hours_display(),
        }
        return str(_("When %(ending)s (%(who)s, %(hours)s)") % words)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """It counts from the moment when it is switched on, each time."""
        if self.enabled != (self.enabled_at is not None):
            self.enabled_at = timezone.now() if self.enabled else None
        super().save(*args, **kwargs)

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        if self.line is not None and self.connection_id is not None and self.line.connection_id != self.connection_id:
            errors["line"] = _("This number belongs to another connection.")
        if self.assignee == self.Assignee.FIXED and self.person_id is None:
            errors["person"] = _("Choose the person.")
        if self.add_contact and self.who == self.Who.KNOWN:
            errors["add_contact"] = _("A known contact is there already: choose “an unknown number” above.")
        if unknown := after_call.unknown_placeholders(self.task_title):
            text = _("“{%(name)s}” stands for nothing. Use {client}, {number}, {our_number} or {time}.")
            errors["task_title"] = text % {"name": unknown[0]}
        if errors:
            raise ValidationError(errors)
