"""Mobilon: wiring. What its messages mean stands in parsing.py, its quirks in README.md."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from telephony.domain.events import Parsed
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.http import Request, Response
from telephony.privacy import passwords
from telephony.vendors.base import SecretField, Vendor, VendorSettingsForm, WebAddressField
from telephony.vendors.dialing import Dialled, DialOrder
from telephony.vendors.mobilon import dialing, soap
from telephony.vendors.mobilon.api import API_URL, INFO_PATH, recording_request
from telephony.vendors.mobilon.client import MobilonCallInfo
from telephony.vendors.mobilon.envelope import looks_like_xml
from telephony.vendors.mobilon.parsing import parse_message
from telephony.vendors.mobilon.soap import AUTO, DEFAULT_TEMPLATE, PLACEHOLDER, PLACEHOLDERS, PLAIN, XML, parse_soap
from telephony.vendors.mobilon.steps import STEPS

PRINTED_EXAMPLE = "123"


class MobilonSettingsForm(VendorSettingsForm):
    """Needed for calling from the CRM, for pulling results and recordings, and for 1C's services."""

    api_url = WebAddressField(
        secrets=["token"],
        takes_keys=True,
        label=_("API address"),
        initial=API_URL,
        empty_value=API_URL,
        help_text=_("What stands before CallToSubscriber and info in the addresses of Mobilon's API."),
    )
    info_path = forms.RegexField(
        r"^[\w.-]+$",
        label=_("Name of the day list"),
        strip=True,
        required=False,
        initial=INFO_PATH,
        empty_value=INFO_PATH,
        max_length=50,
        help_text=_("“info” as documented; newer accounts have “journal”."),
    )
    token = SecretField(
        label=_("Account token"),
        help_text=_(
            "The account's token for Mobilon's API, not a user's key. It opens the results and recordings of all calls."
        ),
    )
    say_name_template = forms.CharField(
        label=_("What the phone shows"),
        required=False,
        max_length=200,
        initial=DEFAULT_TEMPLATE,
        empty_value=DEFAULT_TEMPLATE,
        help_text=_("Answer to 1C's SayName, like VIP:{company}. {name} and {company} are the contact's."),
    )
    say_name_form = forms.ChoiceField(
        label=_("Form of that answer"),
        required=False,
        initial=AUTO,
        choices=[
            (AUTO, _("as the PBX asks")),
            (PLAIN, _("plain text")),
            (XML, _("XML document")),
        ],
        help_text=_("Older accounts want plain text, newer ones an XML document; the question tells which."),
    )
    soap_user = forms.CharField(
        label=_("User name for 1C's services"),
        required=False,
        max_length=100,
        help_text=_("As entered in Mobilon's settings for the integration with 1C."),
    )
    soap_password = SecretField(
        proves=True,
        stays_here=True,
        label=_("Password for 1C's services"),
        help_text=_("As entered beside that user name; 12 characters at least, not only digits."),
    )

    def clean_soap_password(self) -> str:
        """Only a hash is kept. Mobilon's documents print SOAP and 123 in every example: as good as no password."""
        password: str = self.cleaned_data["soap_password"]
        if password == PRINTED_EXAMPLE:
            raise ValidationError(_("This password is printed in Mobilon's documents, so everybody knows it."))
        return passwords.make_hash_of_good(password, name=self.cleaned_data.get("soap_user", "")) if password else ""

    def clean_soap_user(self) -> str:
        user: str = self.cleaned_data["soap_user"]
        if ":" in user:
            raise ValidationError(_("A user name can't have a colon: HTTP separates the password by one."))
        return user

    def clean_say_name_template(self) -> str:
        template: str = self.cleaned_data["say_name_template"]
        unknown = [name for name in PLACEHOLDER.findall(template) if name not in PLACEHOLDERS]
        if unknown or set("{}") & set(PLACEHOLDER.sub("", template)):
            raise ValidationError(_("Only {name} and {company} can stand in brackets."))
        return template

    def clean_say_name_form(self) -> str:
        return self.cleaned_data["say_name_form"] or AUTO


class Mobilon(Vendor):
    """Mobilon's virtual PBX: the webhook (a template with placeholders, or JSON events), or 1C's services."""

    slug = "mobilon"
    label = "Mobilon"
    settings_form = MobilonSettingsForm
    address_suffix = "?number={NUMBER}&key={KEY}"
    address_help = _(
        "In the settings of Mobilon's virtual PBX, the web address for calls, with the placeholders just as here."
    )
    may_lack_call_id = True
    service = soap.SERVICE
    call_info = MobilonCallInfo()
    steps = STEPS
    can_dial = True
    dials_by_key = True
    asks_names = True
    asks_whom = True
    only_posts = False

    def parse(self, hook: Hook, profile: ConnectionProfile) -> Parsed:
        if hook.body and looks_like_xml(hook.body, hook.content_type):
            return parse_soap(hook, profile)
        return parse_message(hook, profile)

    def reply(self, hook: Hook, profile: ConnectionProfile, parsed: Parsed | None, outcome: Outcome) -> Reply:
        """Mobilon doesn't read it."""
        return Reply.text("ok")

    def dial_request(self, profile: ConnectionProfile, order: DialOrder) -> Request:
        return dialing.dial_request(profile, order)

    def dial_answer(self, profile: ConnectionProfile, response: Response) -> Dialled:
        return dialing.dial_answer(response)

    def recording_request(self, profile: ConnectionProfile, *, link: str, reference: str) -> Request:
        return recording_request(profile, link=link, reference=reference)
