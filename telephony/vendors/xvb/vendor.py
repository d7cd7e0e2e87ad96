"""XVB-PBX: wiring. What its messages mean stands in parsing.py, its quirks in README.md."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.domain import fields
from telephony.domain.events import Parsed
from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.http import Request, Response
from telephony.vendors.base import SecretField, Vendor, VendorSettingsForm, WebAddressField, check_shared_code
from telephony.vendors.dialing import Dialled, DialOrder
from telephony.vendors.steps import ADDRESS, Step
from telephony.vendors.xvb import client
from telephony.vendors.xvb.parsing import parse_command


class XvbSettingsForm(VendorSettingsForm):
    """The code that proves a message's origin, and what is needed to call from the CRM."""

    access_code = SecretField(
        proves=True,
        stays_here=True,
        label=_("Access code"),
        help_text=_("Your PBX's five digits, like 10019: it sends them with each message. Empty: any code is taken."),
    )
    cloud_url = WebAddressField(
        secrets=["token"],
        label=_("Address of the cloud PBX"),
        help_text=_("XVB-PBX: Webhooks, “Адрес облачной АТС”. Needed for calling from the CRM."),
    )
    token = SecretField(
        label=_("Token"),
        help_text=_("XVB-PBX: Webhooks, “Token”. Needed for calling from the CRM."),
    )


class Xvb(Vendor):
    """XVB-PBX, by its webhooks."""

    slug = "xvb"
    label = "XVB-PBX"
    settings_form = XvbSettingsForm
    address_help = _(
        "XVB-PBX: Webhooks, “WebHook URL”; there also switch on the notices of the start and the end of a call."
    )
    secret_headers = frozenset({"x-xvb-ac"})
    may_lack_call_id = True
    tells_rings = False
    steps = (
        Step(_("In XVB-PBX, open Webhooks and enter this address."), ADDRESS, ("Webhooks",), "WebHook URL"),
        Step(_("Switch on the notices of the start and the end of a call there.")),
    )
    can_dial = True
    asks_names = True
    asks_whom = True

    def authenticate(self, hook: Hook, profile: ConnectionProfile) -> None:
        """Rejects another PBX's code, in the body or in the header of some messages."""
        expected = profile.settings.get("access_code") or ""
        try:
            sent = fields.read_params(hook).get("access_code", "")
        except MalformedHook:
            sent = ""  # Proves nothing: it is stored, and `parse` tells what is wrong with it.
        check_shared_code(sent.strip(), expected, name="access_code")
        check_shared_code(hook.headers.get("x-xvb-ac", "").strip(), expected, name="X-XVB-AC")

    def parse(self, hook: Hook, profile: ConnectionProfile) -> Parsed:
        return parse_command(hook, profile)

    def reply(self, hook: Hook, profile: ConnectionProfile, parsed: Parsed | None, outcome: Outcome) -> Reply:
        """Who is calling, to `contact`, the only message whose answer the PBX reads; `{}` for nobody known."""
        answer = {}
        if outcome.contacts:
            answer["contact_name"] = _displayed(outcome)
        if outcome.responsible_extension:
            answer["responsible"] = outcome.responsible_extension
        return Reply.json(answer)

    def dial_request(self, profile: ConnectionProfile, order: DialOrder) -> Request:
        return client.dial_request(profile, order)

    def dial_answer(self, profile: ConnectionProfile, response: Response) -> Dialled:
        return client.dial_answer(response)


def _displayed(outcome: Outcome) -> str:
    """Name and company, "Вася/Рога и копыта"; of several contacts the best match and how many more: "Вася +1"."""
    best, *others = outcome.contacts
    return f"{best.name}/{best.company}" if best.company and not others else outcome.displayed
