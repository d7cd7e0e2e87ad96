"""Reports by e-mail: who gets which, and what became of each. Only telephony/summary/mail writes them."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from telephony.models.team import Team
from telephony.models.validators import validate_time_zone


class ReportSubscription(models.Model):
    """Somebody who gets the figures of a period again and again, as far as they may see calls at that moment."""

    class Period(models.TextChoices):
        DAY = "day", _("yesterday, every morning")
        WEEK = "week", _("last week, on Mondays")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="report_subscriptions",
        verbose_name=_("who gets it"),
        help_text=_("The figures are those of the calls that this person may see."),
    )
    period = models.CharField(_("which figures"), max_length=10, choices=Period, help_text=_("And how often."))
    hour = models.PositiveSmallIntegerField(
        _("hour"), default=8, validators=[MaxValueValidator(23)], help_text=_("At which full hour it is sent, 0 to 23.")
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=63,
        validators=[validate_time_zone],
        help_text=_("Of the hour and of the days, like Europe/Moscow."),
    )
    language = models.CharField(_("language"), max_length=10, help_text=_("In which it is written."))
    teams = models.ManyToManyField(
        Team,
        blank=True,
        related_name="+",
        verbose_name=_("teams"),
        help_text=_("Only calls with these teams; none chosen: all that this person may see."),
    )
    origin = models.CharField(
        max_length=300, editable=False, help_text=_("The site's address, which links in the mail begin with.")
    )
    next_at = models.DateTimeField(
        _("next one"), db_index=True, editable=False, help_text=_("When the next one is due.")
    )

    class Meta:
        verbose_name = _("report by e-mail")
        verbose_name_plural = _("reports by e-mail")
        ordering = ["user", "period", "hour"]
        constraints = [models.UniqueConstraint(fields=["user", "period", "hour"], name="report_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_period_display()}"


class ReportMail(models.Model):
    """One mail: planned, and sent once."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits to be sent")
        SENDING = "sending", _("being sent")
        SENT = "sent", pgettext_lazy("mail", "sent")
        SKIPPED = "skipped", _("not sent")
        FAILED = "failed", _("could not be sent")
        UNCLEAR = "unclear", _("perhaps sent")

    class Reason(models.TextChoices):
        """Why it was not sent, or is not known to be."""

        INACTIVE = "inactive", _("This person may not sign in any more.")
        NO_RIGHT = "no_right", _("This person may not see calls any more.")
        NO_ADDRESS = "no_address", _("This person has no e-mail address: an administrator can add it under Employees.")
        NOT_SET_UP = "not_set_up", _("No mail server is set up: an administrator sets EMAIL_URL.")
        REFUSED = "refused", _("The mail server refused it.")
        NO_SERVER = "no_server", _("The mail server could not be reached.")
        INTERNAL = "internal", _("Something went wrong here; the worker's log says more.")
        CUT_OFF = "cut_off", _("It was cut off while the mail server took it, and is not sent again by itself.")

    subscription = models.ForeignKey(
        ReportSubscription, models.CASCADE, related_name="mails", verbose_name=_("report"), help_text=_("Which report.")
    )
    day = models.DateField(_("day"), help_text=_("On which it is due, in the report's time zone."))
    is_trial = models.BooleanField(_("on demand"), default=False, help_text=_("Somebody asked for one at once."))
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.WAITING, help_text=_("What became of it.")
    )
    reason = models.CharField(_("reason"), max_length=20, choices=Reason, blank=True, help_text=_("Why."))
    answer = models.CharField(
        _("mail server's answer"), max_length=200, blank=True, help_text=_("To the last attempt, if it refused.")
    )
    created_at = models.DateTimeField(_("planned"), default=timezone.now, help_text=_("When it was planned."))
    handed_over_at = models.DateTimeField(
        _("handed over"), null=True, help_text=_("When the mail server began to take it; empty if it did not.")
    )
    sent_at = models.DateTimeField(
        pgettext_lazy("mail", "sent"), null=True, help_text=_("When the mail server had taken it.")
    )
    next_try_at = models.DateTimeField(
        _("next try"), null=True, default=timezone.now, help_text=_("When a worker takes it, or may take it over.")
    )
    lease = models.CharField(max_length=32, blank=True, editable=False, help_text=_("Token of whoever sends it."))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, help_text=_("How many times it was begun."))

    class Meta:
        verbose_name = _("mail with a report")
        verbose_name_plural = _("mails with reports")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "day"], condition=models.Q(is_trial=False), name="report_mail_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=models.Q(state__in=["waiting", "sending"]),
                name="report_mail_due",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
