"""Telphin: wiring. What its messages mean stands in parsing.py, its quirks in README.md."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from telephony.domain.events import Parsed
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.http import Request, Talk
from telephony.vendors.base import SecretField, Vendor, VendorSettingsForm, WebAddressField
from telephony.vendors.dialing import Dialled, DialOrder
from telephony.vendors.steps import Step
from telephony.vendors.telphin import client
from telephony.vendors.telphin.office import TelphinOffice
from telephony.vendors.telphin.parsing import parse_message


class TelphinSettingsForm(VendorSettingsForm):
    """An application of Telphin's API that logs in by itself."""

    client_id = forms.CharField(
        required=False,
        max_length=200,
        label=_("Application ID"),
        help_text=_("Telphin's cabinet, API, an application of the type “trusted”. Needed for calling and recordings."),
    )
    client_secret = SecretField(
        label=_("Application secret"),
        help_text=_("Shown beside the application ID."),
    )
    api_url = WebAddressField(
        secrets=["client_secret"],
        initial=client.API_URL,
        label=_("API address"),
        help_text=_("Telphin's own, unless their support tells you another one."),
    )


class Telphin(Vendor):
    """Telphin, by the events of its extensions and its API."""

    slug = "telphin"
    label = "Telphin"
    begins_with_a_ring = True
    settings_form = TelphinSettingsForm
    address_help = _("Telphin: each extension that is a phone, Events: this address, by POST, for all four events.")
    steps = (
        Step(
            _("In Telphin, open an extension that is a phone, then Events. Enter this address by POST."),
            "{address}",
            ("Добавочные", "События"),
            "URL",
        ),
        Step(_("Do so for dial-in, dial-out, answer and hangup, and for each phone; not for queues and voice menus.")),
        Step(_("For calling and recordings, make an application under API, and copy its ID and secret from there.")),
        Step(_("For calling, enter each extension's ID as its key here: CalledExtensionID of a received message.")),
    )
    office = TelphinOffice()
    can_dial = True
    dials_by_key = True

    def parse(self, hook: Hook, profile: ConnectionProfile) -> Parsed:
        return parse_message(hook, profile)

    def reply(self, hook: Hook, profile: ConnectionProfile, parsed: Parsed | None, outcome: Outcome) -> Reply:
        return Reply.text("ok")

    def dial(self, profile: ConnectionProfile, order: DialOrder) -> Talk[Dialled]:
        return client.dial(profile, order)

    def recording(self, profile: ConnectionProfile, *, link: str, reference: str) -> Talk[Request]:
        return client.recording(profile, reference)
