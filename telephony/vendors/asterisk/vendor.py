"""Asterisk and FreePBX: wiring. What the agent's messages mean stands in parsing.py; the agent is telephony/agent."""

from __future__ import annotations

import re
from datetime import UTC
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from telephony.domain.errands import Errand, UploadErrand
from telephony.domain.events import Parsed
from telephony.domain.exceptions import NotReady
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.domain.numbers import as_dialled
from telephony.http import Request, Talk
from telephony.vendors.asterisk.channels import EXTENSIONS
from telephony.vendors.asterisk.parsing import parse_batch
from telephony.vendors.base import SecretField, Vendor, VendorSettingsForm
from telephony.vendors.standard_webhooks import HEADERS, authenticate
from telephony.vendors.steps import Step

COMMANDS = "commands"


class AsteriskSettingsForm(VendorSettingsForm):
    """What proves that a message is from our agent, and how this Asterisk names things."""

    secret = SecretField(
        proves=True,
        stays_here=True,
        label=_("Agent's secret"),
        help_text=_("The same as in the agent's configuration; any long random text."),
    )
    trunks = forms.CharField(
        label=_("Trunks"),
        required=False,
        max_length=500,
        help_text=_(
            "Names of the trunks, as in PJSIP/NAME, separated by commas; empty: whatever is no internal number."
        ),
    )
    extensions = forms.CharField(
        label=_("Internal numbers"),
        required=False,
        max_length=100,
        initial=EXTENSIONS,
        empty_value=EXTENSIONS,
        help_text=_("A regular expression for them, like 1[0-9][0-9]."),
    )

    def clean_extensions(self) -> str:
        pattern: str = self.cleaned_data["extensions"]
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValidationError(_("This is no regular expression: %(why)s.") % {"why": error}) from None
        return pattern


class Asterisk(Vendor):
    """Any Asterisk, FreePBX included, through a small agent that runs beside it."""

    slug = "asterisk"
    label = "Asterisk"
    settings_form = AsteriskSettingsForm
    address_help = _("In the configuration of the agent that runs beside Asterisk.")
    steps = (
        Step(_("Copy our agent to the machine of Asterisk; it needs nothing but Python.")),
        Step(
            _("In Asterisk, add a manager user for it: in FreePBX, in manager_custom.conf."),
            "[crm]\nsecret = …\ndeny = 0.0.0.0/0.0.0.0\npermit = 127.0.0.1/255.255.255.255\n"
            "read = call,agent,cdr,cel\nwrite = originate\n",
        ),
        Step(_("Give the agent this address, and the secret of the settings below, and start it."), "{address}"),
    )
    takes_tail = True
    signature_headers = HEADERS
    can_dial = True
    keeps_order_id = True
    fetches_errands = True
    uploads_recordings = True

    def authenticate(self, hook: Hook, profile: ConnectionProfile) -> None:
        authenticate(hook, profile)

    def is_poll(self, hook: Hook) -> bool:
        return hook.method == "GET" and hook.tail == COMMANDS

    def parse(self, hook: Hook, profile: ConnectionProfile) -> Parsed:
        return parse_batch(hook, profile)

    def reply(self, hook: Hook, profile: ConnectionProfile, parsed: Parsed | None, outcome: Outcome) -> Reply:
        """What waits for the agent, if it asked for that; each has an id, and is done once."""
        return Reply.json({"commands": [_command(errand, profile) for errand in outcome.errands]})

    def recording(self, profile: ConnectionProfile, *, link: str, reference: str) -> Talk[Request]:
        """The agent sends it by itself; before that there is nothing to fetch."""
        yield from ()
        raise NotReady("The agent has not sent it yet.")


def _command(errand: Errand, profile: ConnectionProfile) -> dict[str, Any]:
    if isinstance(errand, UploadErrand):
        name = f"recordings/{errand.recording_id}"
        return {"id": f"upload-{errand.recording_id}", "do": "upload", "file": errand.reference, "to": name}
    return {
        "id": errand.order_id,
        "do": "call",
        "extension": errand.extension,
        "number": as_dialled(errand.phone, profile.phone_region),
        "expires_at": errand.expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
