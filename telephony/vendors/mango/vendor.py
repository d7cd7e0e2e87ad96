"""Mango Office: wiring. What its messages mean stands in parsing.py, its quirks in README.md."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.domain.events import Parsed
from telephony.domain.exceptions import NotSetUp
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.http import Request, Response
from telephony.vendors.base import SecretField, ShownNumberField, Vendor, VendorSettingsForm, api_address
from telephony.vendors.dialing import Dialled, DialOrder
from telephony.vendors.mango import client, signing
from telephony.vendors.mango.parsing import parse_event
from telephony.vendors.mango.statistics import MangoCallInfo
from telephony.vendors.steps import ADDRESS, Step

PING = "ping"
MENU = ("Интеграции", "API коннектор")


class MangoSettingsForm(VendorSettingsForm):
    """Key and salt prove the messages, and sign our requests."""

    api_key = SecretField(
        proves=True,
        label=_("Unique code of your PBX"),
        help_text=_("In Mango's cabinet: Integrations, “API connector”. It is sent with every request."),
    )
    api_salt = SecretField(
        proves=True,
        label=_("Key to sign with"),
        help_text=_("Beside that code. Both sides sign with it, and it is never sent."),
    )
    api_url = api_address(
        signing.API_URL,
        secrets=signing.SETTINGS,
        help_text=_("Leave as it is, unless Mango's support gave you another address."),
    )
    shown_number = ShownNumberField()


class Mango(Vendor):
    """Mango Office's virtual PBX, by its API 1.9."""

    slug = "mango"
    label = "Mango Office"
    settings_form = MangoSettingsForm
    address_help = _("In Mango's cabinet: Integrations, “API connector”, the address of the external system.")
    takes_tail = True
    steps = (
        Step(_("In Mango's cabinet, open Integrations, “API connector”, and switch it on."), menu=MENU),
        Step(
            _("Copy the unique code of your PBX and the key to sign with into this connection."),
            menu=MENU,
            field="Уникальный код вашей АТС",
        ),
        Step(
            _("Enter this address as that of the external system. Mango appends /events/call and the like to it."),
            template=ADDRESS,
            menu=MENU,
            field="Адрес внешней системы",
        ),
        Step(_("Switch on all events there: calls, results of calls (summary), recordings.")),
    )
    call_info = MangoCallInfo()
    office = client.MangoOffice()
    pace = client.PACE
    can_dial = True
    keeps_order_id = True

    def challenge(self, hook: Hook, profile: ConnectionProfile) -> Reply | None:
        """The cabinet tries the address with `/ping`."""
        return Reply.text("ok") if hook.tail.lower() == PING else super().challenge(hook, profile)

    def authenticate(self, hook: Hook, profile: ConnectionProfile) -> None:
        signing.check_message(hook, profile)

    def parse(self, hook: Hook, profile: ConnectionProfile) -> Parsed:
        return parse_event(hook, profile)

    def reply(self, hook: Hook, profile: ConnectionProfile, parsed: Parsed | None, outcome: Outcome) -> Reply:
        """Mango doesn't read it."""
        return Reply.json({})

    def dial_request(self, profile: ConnectionProfile, order: DialOrder) -> Request:
        return client.dial_request(profile, order)

    def dial_answer(self, profile: ConnectionProfile, response: Response) -> Dialled:
        return client.dial_answer(response)

    def recording_request(self, profile: ConnectionProfile, *, link: str, reference: str) -> Request:
        """A POST, whose answer leads to a file that can be fetched once; before there is one, it doesn't."""
        if not profile.has(*signing.SETTINGS):
            raise NotSetUp("Mango gives recordings only to who signs the question.")
        told = {"recording_id": reference, "action": "download"}
        return signing.signed_request(profile, "queries/recording/post", told, lane=client.RECORDINGS)
