"""OnlinePBX: wiring. What its messages mean stands in parsing.py, its quirks in README.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from telephony.domain import fields
from telephony.domain.events import Parsed
from telephony.domain.exceptions import HookRejected, MalformedHook
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.http import Request, Talk
from telephony.vendors.base import SecretField, ShownNumberField, Vendor, VendorSettingsForm, WebAddressField
from telephony.vendors.dialing import Dialled, DialOrder
from telephony.vendors.onlinepbx import client
from telephony.vendors.onlinepbx.client import DIGITS, NATIONAL, OnlinePbxOffice
from telephony.vendors.onlinepbx.listing import OnlinePbxCallInfo
from telephony.vendors.onlinepbx.parsing import parse_notification
from telephony.vendors.onlinepbx.session import API_URL
from telephony.vendors.steps import Step


class OnlinePbxSettingsForm(VendorSettingsForm):
    """The account's domain, which comes with each message, and what is needed to ask the API."""

    domain = forms.CharField(
        required=False,
        max_length=100,
        label=_("Domain"),
        help_text=_("Your account's at OnlinePBX, as its cabinet shows it. Messages of other domains are refused."),
    )
    api_key = SecretField(
        label=_("API key"),
        help_text=_("OnlinePBX's settings, API. Needed for calling, recordings, employees and the list of calls."),
    )
    api_url = WebAddressField(
        secrets=["api_key"],
        initial=API_URL,
        label=_("API address"),
        help_text=_("OnlinePBX's own, unless their support tells you another one."),
    )
    shown_number = ShownNumberField()
    number_form = forms.ChoiceField(
        required=False,
        choices=[("", _("with +")), (DIGITS, _("digits only")), (NATIONAL, _("as it is dialled in the country"))],
        label=_("Numbers in orders to call"),
        help_text=_("Some accounts refuse numbers with a plus."),
    )


class OnlinePbx(Vendor):
    """OnlinePBX, by its HTTP notifications and its API."""

    slug = "onlinepbx"
    label = "OnlinePBX"
    settings_form = OnlinePbxSettingsForm
    address_help = _("OnlinePBX: Settings, Integrations, HTTP notifications: this address, by POST, all call events.")
    steps = (
        Step(
            _("In OnlinePBX, under Integrations, add HTTP notifications with this address: POST, JSON."),
            "{address}",
            ("Настройки", "Интеграции", "HTTP-уведомления"),
            "URL",
        ),
        Step(_("Switch on all events of calls. OnlinePBX sends only to https with a valid certificate.")),
        Step(_("For the client's name on the display, add an “HTTP command” to the dial plan."), "{address}name"),
        Step(_("Copy the API key and your domain from there into this connection.")),
    )
    takes_tail = True
    can_dial = True
    call_info = OnlinePbxCallInfo()
    office = OnlinePbxOffice()
    # Source: three requests a second, in public clients.
    pace: ClassVar[Mapping[str, float]] = {"": 180}
    asks_names = True

    def authenticate(self, hook: Hook, profile: ConnectionProfile) -> None:
        """Nothing is signed; the domain must be the connection's. Another one is kept: ours may be mistyped."""
        expected = profile.setting("domain").strip().lower()
        try:
            sent = fields.read_params(hook).get("domain", "").strip().lower()
        except MalformedHook:
            return  # `parse` tells what is wrong with it.
        if sent and expected and sent != expected:
            raise HookRejected("domain is not this connection's.", is_kept=True)

    def parse(self, hook: Hook, profile: ConnectionProfile) -> Parsed:
        return parse_notification(hook, profile)

    def reply(self, hook: Hook, profile: ConnectionProfile, parsed: Parsed | None, outcome: Outcome) -> Reply:
        """The name that the dial plan shows, in its own words; nothing for nobody known, and to notifications."""
        if parsed is None or parsed.asks_about is None or not outcome.contacts:
            return Reply.text("")
        plain = " ".join(outcome.displayed.replace('"', "'").replace("\\", "/").split())
        return Reply.text(f'set_name: "{plain}"')

    def dial(self, profile: ConnectionProfile, order: DialOrder) -> Talk[Dialled]:
        return client.dial(profile, order)

    def recording(self, profile: ConnectionProfile, *, link: str, reference: str) -> Talk[Request]:
        return client.recording(profile, link=link, reference=reference)
