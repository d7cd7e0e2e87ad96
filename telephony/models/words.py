"""Words that several models share."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

NAME = pgettext_lazy("of a thing", "name")
"""Not a person's: Russian has another word for that."""
