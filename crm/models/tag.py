"""Tags: a word and a colour, put on contacts and companies."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Tag(models.Model):
    """A label that people sort contacts and companies by."""

    class Colour(models.TextChoices):
        GREY = "grey", _("grey")
        RED = "red", _("red")
        ORANGE = "orange", _("orange")
        YELLOW = "yellow", _("yellow")
        GREEN = "green", _("green")
        TEAL = "teal", _("teal")
        BLUE = "blue", _("blue")
        VIOLET = "violet", _("violet")
        PINK = "pink", _("pink")

    name = models.CharField(
        pgettext_lazy("of a thing", "name"),
        max_length=50,
        unique=True,
        help_text=_("One or two words: “VIP”, “Wholesale”, “Debtor”."),
    )
    colour = models.CharField(
        _("colour"), max_length=10, choices=Colour, default=Colour.GREY, help_text=_("How it is shown in lists.")
    )

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
