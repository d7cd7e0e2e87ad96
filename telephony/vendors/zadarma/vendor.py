"""Zadarma: wiring. What its messages mean stands in parsing.py, its quirks in README.md."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.domain.events import Parsed
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.http import Request, Response, Talk
from telephony.vendors.base import SecretField, Vendor, VendorSettingsForm, api_address
from telephony.vendors.dialing import Dialled, DialOrder
from telephony.vendors.starting import answer_start_field, answer_to_start
from telephony.vendors.steps import ADDRESS, Step
from telephony.vendors.zadarma import client, signing
from telephony.vendors.zadarma.office import ZadarmaOffice
from telephony.vendors.zadarma.parsing import parse_notification
from telephony.vendors.zadarma.statistics import ZadarmaCallInfo

RETURNS_AFTER = 15
"""Seconds that the responsible's phone rings before the call goes on as the PBX is set up."""


class ZadarmaSettingsForm(VendorSettingsForm):
    """The secret proves the messages; all else is for asking the API, and for the answer to a starting call."""

    api_key = SecretField(label=_("API key"), help_text=_("“Key” on the page “Keys and API” of Zadarma's settings."))
    secret = SecretField(
        proves=True,
        label=_("API secret"),
        help_text=_(
            "“Secret” beside the key. Zadarma signs its messages with it, and we our requests; it is never sent."
        ),
    )
    api_url = api_address(
        signing.API_URL,
        secrets=signing.SETTINGS,
        help_text=_("Leave as it is, unless you try things in Zadarma's sandbox."),
    )
    answer_start = answer_start_field()


class Zadarma(Vendor):
    """Zadarma's cloud PBX; Novofon's as well, until it went its own way in 2024."""

    slug = "zadarma"
    label = "Zadarma"
    settings_form = ZadarmaSettingsForm
    address_help = _("In Zadarma's settings, “Integrations and API”, “Notifications”; or set from here by the API.")
    signature_headers = frozenset({signing.HEADER})
    steps = (
        Step(
            _("In Zadarma's settings, open “Keys and API”, and copy the key and the secret into this connection."),
            menu=("Настройки", "Ключи и API"),
            field="Key, Secret",
        ),
        Step(
            _("Enter this address for notifications of calls. Zadarma calls it at once, and takes it if it answers."),
            template=ADDRESS,
            menu=("Настройки", "Интеграции и API", "Уведомления"),
            field="URL",
        ),
        Step(_("Switch on all notifications of calls there: each has a switch of its own.")),
        Step(
            _("Set this connection's time zone to that of Zadarma's cabinet: its messages have times without a zone.")
        ),
    )
    call_info = ZadarmaCallInfo()
    office = ZadarmaOffice()
    pace = client.PACE
    can_dial = True
    asks_names = True

    def authenticate(self, hook: Hook, profile: ConnectionProfile) -> None:
        signing.check_message(hook, profile)

    def parse(self, hook: Hook, profile: ConnectionProfile) -> Parsed:
        return parse_notification(hook, profile)

    def reply(self, hook: Hook, profile: ConnectionProfile, parsed: Parsed | None, outcome: Outcome) -> Reply:
        """Read of NOTIFY_START and NOTIFY_IVR only, and only these ask about somebody."""
        answer = answer_to_start(profile.settings, outcome)
        return Reply.json(answer | {"return_timeout": RETURNS_AFTER} if "redirect" in answer else answer)

    def dial_request(self, profile: ConnectionProfile, order: DialOrder) -> Request:
        return client.dial_request(profile, order)

    def dial_answer(self, profile: ConnectionProfile, response: Response) -> Dialled:
        return client.dial_answer(response)

    def recording(self, profile: ConnectionProfile, *, link: str, reference: str) -> Talk[Request]:
        return client.recording(profile, link=link, reference=reference)
