"""Who took part in a call. Only calls/apply.py writes it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.domain.events import OPEN
from telephony.models.call import Call
from telephony.models.choices import StatusChoice
from telephony.models.decision import CardDecision
from telephony.models.extension import Extension


class CallLeg(models.Model):
    """One employee's part in a call."""

    call = models.ForeignKey(
        Call,
        models.CASCADE,
        db_index=False,  # The first column of leg_once.
        related_name="legs",
        verbose_name=_("call"),
        help_text=_("Which call."),
    )
    position = models.PositiveSmallIntegerField(_("position"), help_text=_("Order in which the legs joined, from 0."))
    role = models.CharField(_("role"), max_length=10, help_text=_("called, or calling."))
    extension = models.ForeignKey(
        Extension,
        models.SET_NULL,
        null=True,
        related_name="legs",
        verbose_name=_("extension"),
        help_text=_("The extension, if it is known here."),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        db_index=False,  # The first column of leg_of_user.
        related_name="call_legs",
        verbose_name=_("user"),
        help_text=_("Whose phone it was at the time."),
    )
    extension_number = models.CharField(
        _("internal number"), max_length=200, blank=True, help_text=_("As the PBX sent it.")
    )
    key_hash = models.CharField(max_length=200, blank=True, help_text=_("Keyed hash of the key that the PBX sent."))
    rang_at = models.DateTimeField(_("rang"), null=True, help_text=_("When this phone began to ring."))
    answered_at = models.DateTimeField(_("answered"), null=True, help_text=_("When it was picked up."))
    ended_at = models.DateTimeField(_("ended"), null=True, help_text=_("When it stopped ringing or was hung up."))
    status = models.CharField(_("status"), max_length=10, choices=StatusChoice, help_text=_("State or outcome."))
    talk_seconds = models.PositiveIntegerField(_("talked, s"), null=True, help_text=_("Length of this leg's talk."))
    is_transfer = models.BooleanField(
        _("transfer"), default=False, help_text=_("Rang when somebody else already talked.")
    )
    end_is_inferred = models.BooleanField(
        _("end inferred"),
        default=False,
        help_text=_("The PBX told no end; the next employee's answer was taken for it."),
    )
    card = models.CharField(
        _("card"), max_length=15, choices=CardDecision, blank=True, help_text=_("Whether its user got one, or why not.")
    )
    card_at = models.DateTimeField(_("decided"), null=True, help_text=_("When that was decided."))

    class Meta:
        verbose_name = _("leg")
        verbose_name_plural = _("legs")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["call", "position"], name="leg_once")]
        indexes = [
            models.Index(fields=["user", "call"], name="leg_of_user"),
            models.Index(fields=["extension_number", "call"], name="leg_of_number"),
        ]

    def __str__(self) -> str:
        return self.extension_number or Extension.label_of(self.key_hash)

    @property
    def is_open(self) -> bool:
        """Whether its phone rings, or its user talks."""
        return self.status in OPEN
