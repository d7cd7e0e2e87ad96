"""UIS: wiring. What its messages mean stands in parsing.py, its quirks in README.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from telephony.domain.events import Parsed
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.http import Request, Response, Talk
from telephony.vendors.base import SecretField, ShownNumberField, Vendor, VendorSettingsForm, api_address
from telephony.vendors.dialing import Dialled, DialOrder
from telephony.vendors.uis import client, dialing
from telephony.vendors.uis.listing import UisCallInfo
from telephony.vendors.uis.parsing import is_question, parse_notification
from telephony.vendors.uis.rpc import DATA_LANE, DATA_URL
from telephony.vendors.uis.templates import STEPS

NOBODY = 1
"""What the scenario is told if nobody is responsible for the caller."""


class UisSettingsForm(VendorSettingsForm):
    """Needed for calling from the CRM, for lists of calls and employees, and for recordings that no message told of."""

    access_token = SecretField(
        label=_("API key"),
        help_text=_("From the cabinet, under the API's rules; its white list has to name our server's address."),
    )
    call_api_url = api_address(
        dialing.CALL_URL,
        secrets=["access_token"],
        label=_("Address of the Call API"),
        help_text=_("CoMagic, CallGear and Novofon have one of their own."),
    )
    data_api_url = api_address(
        DATA_URL,
        secrets=["access_token"],
        label=_("Address of the Data API"),
        help_text=_("CoMagic, CallGear and Novofon have one of their own."),
    )
    virtual_phone_number = ShownNumberField(
        help_text=_("One of your numbers there, for calls from the CRM; an 8-800 number can't be it."),
    )


class Uis(Vendor):
    """UIS, CoMagic, CallGear and Novofon 2, by notifications whose bodies the customer writes."""

    slug = "uis"
    label = "UIS / CoMagic / Novofon 2"
    settings_form = UisSettingsForm
    address_help = _("In the cabinet, in each notification: POST, JSON, and the template that is given below.")
    steps = STEPS
    takes_tail = True
    call_info = UisCallInfo()
    office = client.UisOffice()
    # Source: minute_limit in the metadata of Data API v2.0; 150 and less were seen.
    pace: ClassVar[Mapping[str, float]] = {DATA_LANE: 60}
    can_dial = True
    dials_by_key = True
    keeps_order_id = True
    asks_whom = True

    def parse(self, hook: Hook, profile: ConnectionProfile) -> Parsed:
        return parse_notification(hook, profile)

    def reply(self, hook: Hook, profile: ConnectionProfile, parsed: Parsed | None, outcome: Outcome) -> Reply:
        """Only the scenario reads it: whom to connect, or that nobody is responsible."""
        asks = is_question(hook) if parsed is None else parsed.asks_about is not None
        if not asks:
            return Reply.text("ok")
        if outcome.responsible_extension:
            return Reply.json({"phones": [outcome.responsible_extension]})
        return Reply.json({"returned_code": NOBODY})

    def dial_request(self, profile: ConnectionProfile, order: DialOrder) -> Request:
        return dialing.dial_request(profile, order)

    def dial_answer(self, profile: ConnectionProfile, response: Response) -> Dialled:
        return dialing.dial_answer(response)

    def recording(self, profile: ConnectionProfile, *, link: str, reference: str) -> Talk[Request]:
        return client.recording(profile, link=link, reference=reference)
