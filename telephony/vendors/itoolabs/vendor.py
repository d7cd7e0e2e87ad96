"""ITooLabs' PBXs: wiring. What their messages mean stands in parsing.py, their quirks in README.md."""

from __future__ import annotations

import hmac
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from telephony.domain import fields
from telephony.domain.events import Parsed
from telephony.domain.exceptions import HookRejected, MalformedHook
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.http import Request, Response, is_same_host
from telephony.vendors.base import SecretField, ShownNumberField, Vendor, VendorSettingsForm, WebAddressField
from telephony.vendors.dialing import Dialled, DialOrder
from telephony.vendors.itoolabs import client
from telephony.vendors.itoolabs.api import VARIANTS, api_of
from telephony.vendors.itoolabs.client import ItoolabsOffice
from telephony.vendors.itoolabs.listing import ItoolabsCallInfo
from telephony.vendors.itoolabs.message import is_sound
from telephony.vendors.itoolabs.parsing import parse_command
from telephony.vendors.steps import Step

# Source: what the family's own clients answer (README.md, "Answers").
MENU = ("Интеграция с CRM", "Собственная CRM (REST API)")
WRONG_TOKEN, WRONG_PARAMETERS = {"error": "Invalid token"}, {"error": "Invalid parameters"}


class BrandField(forms.ChoiceField):
    """Brands in whichever way they are written: Dom.ru, DOMRU."""

    def to_python(self, value: Any) -> str:
        return "".join(filter(str.isalnum, super().to_python(value).lower()))


class ItoolabsSettingsForm(VendorSettingsForm):
    """The token that comes with each message, and what is needed to ask the PBX."""

    variant = BrandField(
        required=False,
        choices=[("", "—"), *VARIANTS.items()],
        label=_("Brand"),
        help_text=_("Whose PBX it is. Needed only if its address below has no path."),
    )
    crm_token = SecretField(
        proves=True,
        stays_here=True,
        label=_("Key for your CRM"),
        help_text=_("“Ключ для авторизации в вашей CRM” in the PBX's cabinet: it comes with each message."),
    )
    address = WebAddressField(
        secrets=["token"],
        takes_keys=True,
        label=_("Address of the PBX"),
        help_text=_("“Адрес облачной АТС” in the PBX's cabinet. Needed for calling, employees and the list of calls."),
    )
    token = SecretField(
        label=_("Key of the PBX"),
        help_text=_("“Ключ для авторизации в облачной АТС” (MegaFon: the API key), needed for the same."),
    )
    shown_number = ShownNumberField()


class Itoolabs(Vendor):
    """MegaFon, Gravitel, Dom.ru, WestCall and other brands of the PBX by ITooLabs."""

    slug = "itoolabs"
    label = "MegaFon / Gravitel / Dom.ru / WestCall"
    begins_with_a_ring = True
    settings_form = ItoolabsSettingsForm
    address_help = _(
        "In the PBX's cabinet, under the integration with a CRM of your own (REST API): “Адрес вашей CRM”."
    )
    steps = (
        Step(_("In the PBX's cabinet, switch on the integration with a CRM of your own (REST API)."), ""),
        Step(_("Enter this address there as “Адрес вашей CRM”."), "{address}", MENU, "Адрес вашей CRM"),
        Step(_("Copy both keys and “Адрес облачной АТС” from there into this connection.")),
        Step(_("Give each extension the login of its employee in the PBX as its key.")),
    )
    can_dial = True
    dials_by_key = True
    call_info = ItoolabsCallInfo()
    office = ItoolabsOffice()
    asks_names = True
    asks_whom = True

    def authenticate(self, hook: Hook, profile: ConnectionProfile) -> None:
        """Each message carries the token. One that is wrong is kept: ours may be mistyped."""
        expected = str(profile.settings.get("crm_token") or "")
        try:
            sent = fields.read_params(hook).get("crm_token", "").strip()
        except MalformedHook:
            return  # `parse` tells what is wrong with it.
        if expected and not hmac.compare_digest(sent.encode(), expected.encode()):
            text = "crm_token is not this connection's." if sent else "crm_token: missing."
            raise HookRejected(text, reply=Reply.json(WRONG_TOKEN, status=401), is_kept=bool(sent))

    def parse(self, hook: Hook, profile: ConnectionProfile) -> Parsed:
        return parse_command(hook, profile)

    def reply(self, hook: Hook, profile: ConnectionProfile, parsed: Parsed | None, outcome: Outcome) -> Reply:
        """Who is calling, and whose phone shall ring: the login. `{}` for nobody known and to everything else."""
        if not is_sound(hook):
            return Reply.json(WRONG_PARAMETERS, status=400)
        answer = {}
        if outcome.contacts:
            answer["contact_name"] = outcome.displayed
        if outcome.responsible_key:
            answer["responsible"] = outcome.responsible_key
        return Reply.json(answer)

    def dial_request(self, profile: ConnectionProfile, order: DialOrder) -> Request:
        return client.dial_request(profile, order)

    def dial_answer(self, profile: ConnectionProfile, response: Response) -> Dialled:
        return client.dial_answer(response)

    def recording_request(self, profile: ConnectionProfile, *, link: str, reference: str) -> Request:
        """The new interface's files want its key, and only its own host gets it."""
        api = api_of(profile)
        return api.file(link) if api and api.is_new and is_same_host(link, api.address) else Request(url=link)
