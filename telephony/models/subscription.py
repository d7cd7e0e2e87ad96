"""Outgoing webhooks: which other systems are told of calls, and every message to them."""

from __future__ import annotations

import base64
import secrets

from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.call import Call
from telephony.models.encrypted import EncryptedTextField
from telephony.models.validators import validate_networks
from telephony.models.words import NAME

SECRET_PREFIX = "whsec_"  # noqa: S105
SECRET_BYTES = 32


class Topic(models.TextChoices):
    """What can be told. The values stand in the messages: never change them."""

    CALL_STARTED = "call.started", _("a call began")
    CALL_ANSWERED = "call.answered", _("a call was answered")
    CALL_ENDED = "call.ended", _("a call ended")
    CALL_MISSED = "call.missed", _("a client's call was missed")
    CALL_CORRECTED = "call.corrected", _("what was told of an ended call was wrong")
    CALL_RULE = "call.rule", _("a rule says so after a call")
    CALL_RESULT = "call.result", _("somebody wrote down what came of a call")
    RECORDING_STORED = "recording.stored", _("a recording was stored")
    HEALTH_FOUND = "health.found", _("something is to be mended")
    HEALTH_MENDED = "health.mended", _("something was mended")


def new_secret() -> str:
    """A key for the signature, written as Standard Webhooks wants it."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def all_topics() -> list[str]:
    return list(Topic.values)


class Subscription(models.Model):
    """Another system that is told of calls by HTTP, signed by the Standard Webhooks scheme."""

    name = models.CharField(
        NAME,
        max_length=100,
        help_text=_("What people call that system, like “Warehouse”."),
    )
    url = models.CharField(
        _("address"),
        max_length=500,
        validators=[URLValidator(schemes=["https", "http"])],
        help_text=_("Each message is POSTed to it as JSON. Anything but an answer 2xx within 10 seconds is a failure."),
    )
    secret = EncryptedTextField(
        _("signing key"),
        default=new_secret,
        editable=False,
        help_text=_("The receiver checks each message's signature with it."),
    )
    topics = models.JSONField(_("topics"), default=all_topics, help_text=_("What this system is told of."))
    enabled = models.BooleanField(_("enabled"), default=True, help_text=_("Off: nothing new is sent or kept for it."))
    internal_networks = models.JSONField(
        _("internal networks"),
        default=list,
        blank=True,
        validators=[validate_networks],
        help_text=_("Networks that its address may be in although they are not public, like 192.168.1.0/24."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True, help_text=_("When it was added here."))

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("outgoing webhooks")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Notice(models.Model):
    """One message to one subscriber, and how delivering it goes."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("failed")

    subscription = models.ForeignKey(
        Subscription,
        models.CASCADE,
        related_name="notices",
        verbose_name=_("subscription"),
        help_text=_("To which system."),
    )
    call = models.ForeignKey(
        Call,
        models.CASCADE,
        null=True,
        related_name="notices",
        verbose_name=_("call"),
        help_text=_("Of which call; empty for what is of none."),
    )
    topic = models.CharField(_("topic"), max_length=30, choices=Topic, help_text=_("What is told."))
    message_id = models.CharField(
        _("message id"), max_length=40, unique=True, help_text=_("The same in every attempt: receivers drop repeats.")
    )
    created_at = models.DateTimeField(_("happened"), help_text=_("When it happened."))
    payload = models.JSONField(_("content"), help_text=_("What is sent, without the envelope."))
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.WAITING, help_text=_("What became of it.")
    )
    attempts = models.PositiveSmallIntegerField(
        _("attempts"), default=0, help_text=_("How many times it was begun to be sent.")
    )
    next_try_at = models.DateTimeField(
        _("next try"), null=True, blank=True, help_text=_("When a worker takes it, if it is still waiting then.")
    )
    answered_status = models.PositiveSmallIntegerField(
        _("answer"), null=True, blank=True, help_text=_("HTTP status of the latest attempt.")
    )
    error = models.TextField(_("reason"), blank=True, help_text=_("Why the latest attempt failed."))
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True, help_text=_("When it was accepted."))

    class Meta:
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=models.Q(state__in=["waiting", "sending"]), name="notice_due"
            ),
            models.Index(fields=["subscription", "-id"], name="notice_of_subscription"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription"], condition=models.Q(state="sending"), name="notice_one_under_way"
            )
        ]

    def __str__(self) -> str:
        return self.message_id
