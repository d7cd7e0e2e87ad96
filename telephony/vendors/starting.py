"""How a starting call is answered in Zadarma's family, of which WireCRM's "API PBX" is, too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from telephony.domain.hooks import Outcome

NOTHING, CALLER_NAME, REDIRECT = "nothing", "caller_name", "redirect"


def answer_start_field() -> forms.TypedChoiceField:
    """The setting `answer_start`."""
    return forms.TypedChoiceField(
        label=_("Answer to a starting call"),
        choices=[
            (CALLER_NAME, _("the client's name, for the phones' displays")),
            (REDIRECT, _("a transfer to the extension of the client's responsible; the name, if there is none")),
            (NOTHING, _("nothing: the PBX goes on as it is set up")),
        ],
        required=False,
        initial=CALLER_NAME,
        empty_value=CALLER_NAME,
        help_text=_("What the PBX is told while an incoming call waits (NOTIFY_START)."),
    )


def answer_to_start(settings: Mapping[str, Any], outcome: Outcome) -> dict[str, str]:
    """`caller_name` and, if that is set and somebody is responsible, `redirect`; empty if there is nothing to say."""
    wanted = settings.get("answer_start") or CALLER_NAME
    if wanted == NOTHING or not outcome.contacts:
        return {}
    answer = {"caller_name": outcome.displayed}
    if wanted == REDIRECT and outcome.responsible_extension:
        answer["redirect"] = outcome.responsible_extension
    return answer
