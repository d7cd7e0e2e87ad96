"""The inbox: every request of a PBX, byte for byte, before anything interprets it.

It holds whatever the PBX wrote into it, tokens included: so it is stored encrypted.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from telephony.domain.hooks import Hook
from telephony.models.connection import Connection
from telephony.models.encrypted import EncryptedBinaryField


class Delivery(models.Model):
    """One HTTP request of a PBX, and what became of it."""

    class State(models.TextChoices):
        RECEIVED = "received", _("waiting")
        APPLIED = "applied", _("applied")
        IGNORED = "ignored", _("ignored")
        FAILED = "failed", _("failed")
        REFUSED = "refused", _("refused")

    connection = models.ForeignKey(
        Connection,
        models.CASCADE,
        db_index=False,  # The first column of delivery_of_connection.
        related_name="deliveries",
        verbose_name=_("connection"),
        help_text=_("From which PBX."),
    )
    received_at = models.DateTimeField(_("received"), help_text=_("When the request arrived."))
    method = models.CharField(_("method"), max_length=10, help_text=_("GET or POST."))
    tail = models.CharField(
        _("end of the address"),
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text=_("What stands after the secret in the address that was called, like events/call."),
    )
    query = EncryptedBinaryField(_("query"), help_text=_("The query string, as received; stored encrypted."))
    headers = models.JSONField(
        _("headers"), default=dict, help_text=_("Without those that carry secrets: their values are replaced.")
    )
    body = EncryptedBinaryField(_("body"), help_text=_("The body, as received; stored encrypted."))
    arrival_key = models.UUIDField(
        null=True,
        editable=False,
        help_text=_("Tells this arrival from all others: one that was written down as well is stored once."),
    )
    remote_address = models.CharField(
        _("sender"), max_length=64, blank=True, help_text=_("Where it came from, behind our own proxies.")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.RECEIVED, help_text=_("What became of it.")
    )
    attempts = models.PositiveSmallIntegerField(
        _("attempts"), default=0, help_text=_("How many times it was begun to be processed.")
    )
    next_try_at = models.DateTimeField(
        _("next try"), null=True, blank=True, help_text=_("When a worker takes it, if it is still waiting then.")
    )
    processed_at = models.DateTimeField(_("processed"), null=True, blank=True, help_text=_("When it was done with."))
    error = models.TextField(_("reason"), blank=True, help_text=_("Why it failed or was ignored, in words."))
    traceback = models.TextField(
        _("traceback"), blank=True, editable=False, help_text=_("Of a fault of ours, without secrets: for mending it.")
    )
    notes = models.JSONField(
        pgettext_lazy("on a delivery", "notes"),
        default=list,
        blank=True,
        help_text=_("What was odd about it and did not keep the rest from counting."),
    )
    needs_attention = models.BooleanField(
        _("needs attention"),
        default=False,
        help_text=_("Points to a wrong setting in the PBX that somebody has to mend."),
    )

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["next_try_at"], condition=models.Q(state="received"), name="delivery_waiting"),
            models.Index(fields=["state", "-id"], name="delivery_by_state"),
            models.Index(fields=["connection", "-id"], name="delivery_of_connection"),
            models.Index(fields=["connection"], condition=models.Q(needs_attention=True), name="delivery_attention"),
        ]
        constraints = [models.UniqueConstraint(fields=["arrival_key"], name="delivery_arrives_once")]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def hook(self) -> Hook:
        """The request as it was received, for parsing it once more."""
        return Hook(
            method=self.method,
            query=bytes(self.query),
            headers=self.headers,
            body=bytes(self.body),
            received_at=self.received_at,
            remote_address=self.remote_address,
            tail=self.tail,
        )
