"""Why somebody did, or did not, get a card: decided once, when their phone was first heard to ring."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CardDecision(models.TextChoices):
    """Kept with the leg, because settings change: later nobody could say what they were when the phone rang."""

    SHOWN = "shown", _("card given")
    NO_EXTENSION = "no_extension", _("this phone was nobody's here")
    INACTIVE = "inactive", _("the user was deactivated")
    OFF = "off", _("the user had cards switched off")
    OUTGOING_OFF = "outgoing_off", _("the user had cards of outgoing calls switched off")
    DO_NOT_DISTURB = "dnd", _("the user did not want to be disturbed")
    INTERNAL = "internal", _("colleagues called each other")
    LATE = "late", _("we heard of it too late")
    OVER = "over", _("it did not ring any more when we first heard of it")
    DUPLICATE = "duplicate", _("the user had a card of this call already")
