"""WireCRM's API PBX: wiring. What its messages mean stands in parsing.py, its quirks in README.md."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.domain.events import Parsed
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.http import Request, Response
from telephony.vendors.base import SecretField, Vendor, VendorSettingsForm, WebAddressField
from telephony.vendors.dialing import Dialled, DialOrder
from telephony.vendors.starting import answer_start_field, answer_to_start
from telephony.vendors.steps import ADDRESS, Step
from telephony.vendors.wirecrm import client
from telephony.vendors.wirecrm.parsing import parse_notification


class WireCrmSettingsForm(VendorSettingsForm):
    """How a starting call is answered, and what is needed to call from the CRM."""

    answer_start = answer_start_field()
    dial_url = WebAddressField(
        secrets=["dial_token"],
        label=_("Call order address"),
        help_text=_("The PBX's address for orders to call, from its administrator. Needed for calling from the CRM."),
    )
    dial_token = SecretField(
        label=_("Call order token"),
        help_text=_("Sent with each order as the header x-pbx-authentication; from the PBX's administrator."),
    )


class WireCrm(Vendor):
    """Any PBX that speaks WireCRM's “API PBX”."""

    slug = "wirecrm"
    label = "WireCRM API PBX"
    settings_form = WireCrmSettingsForm
    address_help = _("In the PBX's settings, the link for notifications (webhook). Sent by POST, multipart/form-data.")
    steps = (Step(_("Have this address entered as the link for notifications."), ADDRESS, ("Webhook",), "URL"),)
    can_dial = True
    asks_names = True

    def parse(self, hook: Hook, profile: ConnectionProfile) -> Parsed:
        return parse_notification(hook, profile)

    def reply(self, hook: Hook, profile: ConnectionProfile, parsed: Parsed | None, outcome: Outcome) -> Reply:
        """The PBX reads only the answer to NOTIFY_START, and only this one asks about somebody."""
        answer = answer_to_start(profile.settings, outcome)
        if "redirect" in answer:
            del answer["caller_name"]  # It reads one of the two.
        return Reply.json(answer)

    def dial_request(self, profile: ConnectionProfile, order: DialOrder) -> Request:
        return client.dial_request(profile, order)

    def dial_answer(self, profile: ConnectionProfile, response: Response) -> Dialled:
        return client.dial_answer(response)
