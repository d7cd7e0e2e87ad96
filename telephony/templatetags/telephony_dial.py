"""{% load telephony_dial %}{% call_button phone %}: the button that calls a number, beside the number."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from telephony.ui import markup

register = template.Library()


@register.simple_tag
def call_button(number: str) -> SafeString:
    """The button, or nothing for what can't be called. In any form: `+79235292926`, `8 (923) 529-29-26`."""
    return markup.call_button(str(number or ""))
