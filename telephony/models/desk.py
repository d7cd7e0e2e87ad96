"""The desk: how a user wants cards, and what people say came of their calls."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.call import Call


class DeskSettings(models.Model):
    """How one user wants to be told of calls. Without a row the defaults hold."""

    class Opens(models.TextChoices):
        NEVER = "never", _("never")
        RINGING = "ringing", _("when the phone rings")
        TALKING = "talking", _("when I answer")

    class Break(models.TextChoices):
        """Why somebody does not answer for a while."""

        LUNCH = "lunch", _("lunch")
        REST = "rest", _("short break")
        MEETING = "meeting", _("meeting")
        TRAINING = "training", _("training")
        OTHER = "other", _("other work")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="desk_settings",
        verbose_name=_("user"),
        help_text=_("Whose desk."),
    )
    cards = models.BooleanField(_("show cards"), default=True, help_text=_("A card appears while your phone rings."))
    outgoing_cards = models.BooleanField(
        _("also for outgoing calls"), default=True, help_text=_("A card appears when you call somebody, too.")
    )
    do_not_disturb = models.BooleanField(
        _("do not disturb"), default=False, help_text=_("No cards until you switch it off, or until the time below.")
    )
    do_not_disturb_until = models.DateTimeField(
        _("do not disturb until"), null=True, blank=True, help_text=_("Then it switches itself off; empty: never.")
    )
    break_reason = models.CharField(
        _("break"), max_length=10, choices=Break, blank=True, help_text=_("Why the user has a break; empty: none.")
    )
    status_since = models.DateTimeField(
        _("status since"), null=True, editable=False, help_text=_("When the user last chose a status.")
    )
    after_call_until = models.DateTimeField(
        _("after-call work until"), null=True, editable=False, help_text=_("Set by the end of a talk; see the team.")
    )
    sound = models.BooleanField(_("sound"), default=True, help_text=_("One of your tabs rings with the phone."))
    volume = models.PositiveSmallIntegerField(
        _("volume"), default=50, validators=[MaxValueValidator(100)], help_text=_("Of the sound, in percent.")
    )
    notifications = models.BooleanField(
        _("browser notifications"),
        default=False,
        help_text=_("The browser tells of a call while you look at something else."),
    )
    opens_contact = models.CharField(
        _("open the contact by itself"),
        max_length=10,
        choices=Opens,
        default=Opens.NEVER,
        help_text=_("The contact's page opens in the tab that you look at, unless you are writing something there."),
    )
    seen_at = models.DateTimeField(
        _("seen"), null=True, editable=False, help_text=_("When a page of the user was last known to be open.")
    )

    class Meta:
        verbose_name = _("desk settings")
        verbose_name_plural = _("desk settings")

    def __str__(self) -> str:
        return str(self.user.get_full_name() or self.user.get_username())

    def is_undisturbed(self, now: datetime) -> bool:
        """Whether the user wants no cards at this moment."""
        until = self.do_not_disturb_until
        return self.do_not_disturb and (until is None or until > now)


class Disposition(models.Model):
    """One of the answers to “what came of this call?”."""

    label = models.CharField(_("label"), max_length=100, unique=True, help_text=_("As people choose it, like “Order”."))
    position = models.PositiveSmallIntegerField(_("position"), default=0, help_text=_("Lower ones come first."))
    enabled = models.BooleanField(
        _("enabled"), default=True, help_text=_("Off: it can't be chosen any more, and stays where it was chosen.")
    )

    class Meta:
        verbose_name = _("result of a call")
        verbose_name_plural = _("results of calls")
        ordering = ["position", "label"]

    def __str__(self) -> str:
        return self.label


class CallResult(models.Model):
    """What one user says came of a call."""

    call = models.ForeignKey(
        Call, models.CASCADE, related_name="results", verbose_name=_("call"), help_text=_("Which call.")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="call_results",
        verbose_name=_("user"),
        help_text=_("Who says so."),
    )
    disposition = models.ForeignKey(
        Disposition,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="results",
        verbose_name=_("result"),
        help_text=_("What came of it."),
    )
    note = models.TextField(_("note"), blank=True, max_length=5000, help_text=_("In the user's own words."))
    at = models.DateTimeField(_("when"), auto_now=True, help_text=_("When it was last written."))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("changed by"),
        help_text=_("Who wrote it last, if it was somebody else."),
    )

    class Meta:
        verbose_name = _("call's result")
        verbose_name_plural = _("calls' results")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["call", "user"], name="result_once")]

    def __str__(self) -> str:
        return self.note[:50] or str(self.disposition or "")

    @property
    def says_something(self) -> bool:
        return bool(self.note or self.disposition_id)
