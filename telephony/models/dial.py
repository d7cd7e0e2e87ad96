"""Orders to call ("click-to-call"). Only dialing/orders.py and dialing/binding.py write them."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from telephony.domain.exceptions import DialProblem
from telephony.models.call import Call
from telephony.models.connection import Connection
from telephony.models.extension import Extension

LONGEST_QUEUE = timedelta(seconds=4)
"""An order that could not be sent for so long is not sent any more."""
CLOCKS_DIFFER = timedelta(seconds=2)
"""Between the process that sends and the one that tells."""
CANARY_ORDER = "canary-"
"""So the keys of orders begin that nobody clicked on (telephony/canary/echo.py)."""
LONGEST_WAIT = timedelta(seconds=20)
"""An order without a result for longer than this belonged to a process that ended."""


class Dial(models.Model):
    """One click on a number: stored before anything leaves, sent at most once."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits to be sent")
        ORDERED = "ordered", _("on its way")
        SENT = "sent", _("taken by the PBX")
        BOUND = "bound", _("became a call")
        FAILED = "failed", _("failed")
        REFUSED = "refused", _("refused here")
        UNKNOWN = "unknown", _("not known")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="dials",
        verbose_name=_("user"),
        help_text=_("Who clicked."),
    )
    connection = models.ForeignKey(
        Connection,
        models.CASCADE,
        null=True,
        related_name="dials",
        verbose_name=_("connection"),
        help_text=_("Which PBX was told; empty if the user has no phone."),
    )
    extension = models.ForeignKey(
        Extension,
        models.SET_NULL,
        null=True,
        related_name="dials",
        verbose_name=_("extension"),
        help_text=_("Whose phone was to ring first."),
    )
    extension_number = models.CharField(
        _("internal number"), max_length=50, blank=True, help_text=_("Of that phone at the time; empty if it has none.")
    )
    phone_raw = models.CharField(_("number as written"), max_length=200, help_text=_("As it stood beside the button."))
    phone_e164 = models.CharField(
        _("number"), max_length=16, blank=True, db_index=True, help_text=_("In E.164; empty if it is no such number.")
    )
    idempotency_key = models.CharField(
        _("key of the click"),
        max_length=64,
        help_text=_("Made by the page for each click: repeated, it orders nothing."),
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.ORDERED, help_text=_("What became of the order.")
    )
    external_id = models.CharField(
        _("order id"),
        max_length=200,
        blank=True,
        help_text=_("The PBX's id of the order or its call, if it named one."),
    )
    error_code = models.CharField(_("reason"), max_length=20, blank=True, help_text=_("Why it was not carried out."))
    error_text = models.CharField(
        _("the PBX's words"), max_length=200, blank=True, help_text=_("What the PBX said to it, shortened.")
    )
    ordered_at = models.DateTimeField(_("ordered"), default=timezone.now, help_text=_("When the button was clicked."))
    answered_at = models.DateTimeField(_("answered"), null=True, help_text=_("When the PBX's answer was here."))
    call = models.OneToOneField(
        Call,
        models.SET_NULL,
        null=True,
        related_name="dial",
        verbose_name=_("call"),
        help_text=_("The call that it became."),
    )

    class Meta:
        verbose_name = _("call order")
        verbose_name_plural = _("call orders")
        ordering = ["-id"]
        permissions = [("dial", _("Can call from the pages"))]
        constraints = [models.UniqueConstraint(fields=["user", "idempotency_key"], name="dial_once")]
        indexes = [
            models.Index(fields=["user", "-ordered_at"], name="dial_of_user"),
            models.Index(fields=["connection", "-ordered_at"], condition=models.Q(call=None), name="dial_unbound"),
            models.Index(fields=["connection", "external_id"], condition=~models.Q(external_id=""), name="dial_by_id"),
        ]

    def __str__(self) -> str:
        return self.phone_e164 or self.phone_raw

    @property
    def is_under_way(self) -> bool:
        """Nothing was heard of it yet, and somebody still waits for the PBX."""
        age = timezone.now() - self.ordered_at
        if self.state == self.State.WAITING:
            return age < LONGEST_QUEUE + CLOCKS_DIFFER
        return self.state == self.State.ORDERED and age < LONGEST_WAIT

    @property
    def outcome(self) -> str:
        """The state as others are told it: one word for what is under way, before it was sent or after.

        An order whose process ended has failed, if it had not begun to send; else nobody knows.
        """
        if self.is_under_way:
            return self.State.ORDERED
        lost = {self.State.WAITING: self.State.FAILED, self.State.ORDERED: self.State.UNKNOWN}
        return lost.get(self.State(self.state), self.state)

    @property
    def problem(self) -> str:
        """Why it was not carried out: a `DialProblem`. Empty if it was, or is under way."""
        if self.state == self.State.WAITING and not self.is_under_way:
            return DialProblem.NOT_SENT
        return self.error_code
