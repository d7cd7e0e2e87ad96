"""What was found to be wrong, from when until when, and whether people were told. Only telephony/health writes it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from telephony.models.connection import Connection
from telephony.models.mail_row import MailRow


class Alarm(models.Model):
    """One finding, for as long as it was there."""

    code = models.CharField(_("code"), max_length=60, help_text=_("Which finding it is."))
    connection = models.ForeignKey(
        Connection,
        models.CASCADE,
        null=True,
        related_name="alarms",
        verbose_name=_("connection"),
        help_text=_("Where; empty for the whole installation."),
    )
    texts = models.JSONField(
        _("text"), default=dict, help_text=_("In each language, without what PBXs and clients wrote.")
    )
    url = models.CharField(_("address"), max_length=300, blank=True, help_text=_("The page where it is mended."))
    opened_at = models.DateTimeField(_("since"), help_text=_("When it was found first."))
    closed_at = models.DateTimeField(_("mended"), null=True, help_text=_("When it was found no more."))
    told_at = models.DateTimeField(
        _("told"), null=True, help_text=_("When people were told; empty for one that comes and goes.")
    )

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        ordering = ["-opened_at", "-id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["code", "connection"], condition=models.Q(closed_at=None), name="alarm_open_once"
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=models.Q(closed_at=None, connection=None),
                name="alarm_of_installation_open_once",
            ),
        ]
        indexes = [models.Index(fields=["code", "-told_at"], name="alarm_told")]

    def __str__(self) -> str:
        return self.code

    @property
    def text(self) -> str:
        """In the reader's language, else in any."""
        return str(self.texts.get(get_language() or "") or next(iter(self.texts.values()), self.code))


class AlarmMail(MailRow):
    """One e-mail to one person about what began and what ended."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits to be sent")
        SENT = "sent", _("e-mail sent")
        FAILED = "failed", _("e-mail failed")
        UNCLEAR = "unclear", _("e-mail perhaps sent")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    began = models.ManyToManyField(Alarm, related_name="+")
    ended = models.ManyToManyField(Alarm, related_name="+")
    at = models.DateTimeField(_("told"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)

    class Meta:
        verbose_name = _("e-mail about an alarm")
        verbose_name_plural = _("e-mails about alarms")
        ordering = ["-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["next_try_at"], condition=models.Q(state="waiting"), name="alarm_mail_due"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
