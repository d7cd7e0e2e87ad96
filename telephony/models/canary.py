"""Canary calls: whether a call that nobody made went the whole way. Written by telephony/canary."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.connection import Connection


class CanaryRun(models.Model):
    """One call that the installation made to itself, by the PBX's own messages, over its public address; or had the PBX
    make, to its echo number."""

    class Problem(models.TextChoices):
        """Where it got stuck, in the order of its way."""

        UNREACHABLE = "unreachable", _("the installation's public address could not be reached")
        STREAM_NONE = "stream_none", _("the server that pages come from holds no streams")
        STREAM_REFUSED = "stream_refused", _("a browser's stream was refused")
        STREAM_SILENT = "stream_silent", _("a browser's stream was opened and said nothing")
        STREAM_CUT = "stream_cut", _("a browser's stream was opened and broke off")
        REDIRECTED = "redirected", _("the address redirects, which loses a PBX's message")
        NOT_FOUND = "not_found", _("the address leads to no connection")
        UNMARKED = "unmarked", _("a proxy removes the header X-Canary-Call, so nothing was sent")
        NO_ANSWER = "no_answer", _("a message got no answer in time")
        REFUSED = "refused", _("a message was refused, as if its proof of origin were wrong")
        TOO_MANY = "too_many", _("a message was refused, because the connection's quota is used up")
        NOT_STORED = "not_stored", _("a message could not be stored")
        WRONG_ANSWER = "wrong_answer", _("the PBX would not understand the answer")
        FAULT = "fault", _("a message was stored and could not be applied")
        NO_CALL = "no_call", _("no call came of the messages")
        NOT_ORDERED = "not_ordered", _("the PBX did not take the order to call the echo number")
        NOT_TOLD = "not_told", _("the PBX took the order to call the echo number, and told nothing of the call")
        NOT_ENDED = "not_ended", _("the PBX told of the call to the echo number, and not of its end")
        NOT_ANSWERED = "not_answered", _("the call to the echo number was made, and nobody answered it")
        NOT_HEARD = "not_heard", _("the call was made, and the browser's stream was not told")

    connection = models.ForeignKey(
        Connection,
        models.CASCADE,
        db_index=False,  # The first column of canary_of_connection.
        related_name="canary_runs",
        verbose_name=_("connection"),
        help_text=_("Whose address was called."),
    )
    begun_at = models.DateTimeField(_("begun"), help_text=_("When it set out."))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, help_text=_("Empty while it goes on."))
    order_id = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text=_("Of a real call: our own id of its order.")
    )
    call_id = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text=_("Of a real call: the PBX's id of it.")
    )
    problem = models.CharField(
        _("problem"), max_length=20, choices=Problem, blank=True, default="", help_text=_("Empty: it arrived.")
    )
    said = models.CharField(
        _("what was said"), max_length=300, blank=True, default="", help_text=_("The error or the answer, as it came.")
    )
    answer_ms = models.PositiveIntegerField(
        _("answer, ms"), null=True, blank=True, help_text=_("The slowest answer to one of its messages.")
    )
    heard_ms = models.PositiveIntegerField(
        _("card, ms"), null=True, blank=True, help_text=_("From the first message until the browser's stream was told.")
    )

    class Meta:
        verbose_name = _("canary call")
        verbose_name_plural = _("canary calls")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["connection", "-id"], name="canary_of_connection"),
            models.Index(fields=["order_id"], condition=~models.Q(order_id=""), name="canary_by_order"),
            models.Index(fields=["call_id"], condition=~models.Q(call_id=""), name="canary_by_call"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def has_arrived(self) -> bool:
        """False while it goes on, too."""
        return self.ended_at is not None and not self.problem
