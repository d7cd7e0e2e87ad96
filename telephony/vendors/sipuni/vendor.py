"""Sipuni: wiring. What its messages mean stands in parsing.py, its quirks in README.md."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from telephony.domain.events import Parsed
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.http import Request, Response
from telephony.vendors.base import SecretField, Vendor, VendorSettingsForm, WebAddressField
from telephony.vendors.dialing import Dialled, DialOrder
from telephony.vendors.sipuni import client
from telephony.vendors.sipuni.parsing import parse_event
from telephony.vendors.steps import ADDRESS, Step

API_URL = "https://sipuni.com/api/callback/call_number"


class SipuniSettingsForm(VendorSettingsForm):
    """Needed for calling from the CRM only; `user` also tells account prefix and extension apart."""

    user = forms.CharField(
        label=_("Account number"),
        required=False,
        max_length=20,
        help_text=_("Your number at Sipuni, six digits like 012345: what each internal login there begins with."),
    )
    secret = SecretField(
        label=_("Integration key"),
        help_text=_("The key that Sipuni's settings show for the API. It signs orders to call and is never sent."),
    )
    api_url = WebAddressField(
        secrets=["secret"],
        label=_("Call order address"),
        initial=API_URL,
        empty_value=API_URL,
        help_text=_("Leave as it is, unless Sipuni's support gave you another address."),
    )


class Sipuni(Vendor):
    """Sipuni, by its HTTP API."""

    slug = "sipuni"
    label = "Sipuni"
    settings_form = SipuniSettingsForm
    address_help = _("In Sipuni's settings for the HTTP API, the URL for events; then press “Сохранить”.")
    steps = (
        Step(
            _("In Sipuni's settings for the HTTP API, enter this address as the URL for events, and save."),
            ADDRESS,
            ("Настройки", "Интеграции", "HTTP API"),
            "URL для событий",
        ),
        Step(_("Copy the integration key from there into this connection.")),
    )
    can_dial = True
    only_posts = False

    def parse(self, hook: Hook, profile: ConnectionProfile) -> Parsed:
        return parse_event(hook, profile)

    def reply(self, hook: Hook, profile: ConnectionProfile, parsed: Parsed | None, outcome: Outcome) -> Reply:
        """Success whatever came: after any other answer Sipuni may stop sending."""
        return Reply.json({"success": True})

    def dial_request(self, profile: ConnectionProfile, order: DialOrder) -> Request:
        return client.dial_request(profile, order, api_url=API_URL)

    def dial_answer(self, profile: ConnectionProfile, response: Response) -> Dialled:
        return client.dial_answer(response)
