"""Teams: whose calls a supervisor sees."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.words import NAME


class Team(models.Model):
    """People who work together. Rights "of the own team" reach the calls of everybody in a team with oneself."""

    name = models.CharField(
        NAME,
        max_length=100,
        unique=True,
        help_text=_("As people call it, like “Sales”."),
    )
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="teams",
        verbose_name=_("members"),
        help_text=_("Its supervisors, too."),
    )

    after_call_seconds = models.PositiveIntegerField(
        _("after-call work, s"),
        default=0,
        validators=[MaxValueValidator(3600)],
        help_text=_("So long after a talk the board says that its members write down what came of it; 0: not at all."),
    )

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
