"""The form of a connection: the model's fields, and beside them the settings of its kind of PBX."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from telephony.admin.addresses import KEEP
from telephony.admin.connection_policy import ECHO_SECTION, SECTIONS, PolicyForm
from telephony.admin.secret_input import SecretInput, is_removed
from telephony.admin.theme import (
    SearchableSelect,
    SearchableSelectMultiple,
    Select,
    SwitchInput,
    TextInput,
)
from telephony.connections.settings import clean_settings
from telephony.editing.forms import Secret
from telephony.models import Connection
from telephony.vendors import get_vendor
from telephony.vendors.base import SecretField, VendorSettingsForm

KEEP_SECRETS = "keep_secrets"
PREFIX = "pbx_"
"""Keeps the PBX's settings apart from the model's fields, whatever they are called."""

NEAR_ZONES = (
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Kamchatka",
    "Asia/Almaty",
    "Europe/Minsk",
)
NEAR_REGIONS = ("RU", "KZ", "BY")


class KeepField(forms.ChoiceField):
    """For how long secrets of before are taken when they are changed: nothing of the row."""

    def __init__(self) -> None:
        super().__init__(
            label=_("A key that you change is taken"),
            help_text=_(
                "Of keys that prove the PBX's messages: so none is refused until you have entered the new one there."
            ),
            choices=KEEP,
            initial=KEEP[0][0],
            required=False,
            widget=Select(),
        )

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class ConnectionForm(PolicyForm):
    """Base of the forms that `form_for` makes; `vendor` and `stored` belong to the connection at hand."""

    vendor: str
    stored: Mapping[str, Any]

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("The zone of the PBX's clock: some PBXs send times without one."),
        widget=SearchableSelect(),
    )
    phone_region = forms.ChoiceField(
        label=_("Country of numbers"),
        help_text=_("How numbers without a country code are read."),
        widget=SearchableSelect(),
    )

    dial_countries = forms.MultipleChoiceField(
        label=_("Countries that may be called"),
        help_text=_(
            "By those who call from here. None chosen: only the country of numbers above. Numbers that cost extra "
            "are never called."
        ),
        required=False,
        widget=SearchableSelectMultiple(),
    )

    class Meta:
        model = Connection
        fields = [
            *("name", "enabled", "time_zone", "phone_region", "outside_prefix", "dial_countries"),
            *(name for _title, section in (*SECTIONS, ECHO_SECTION) for name in section["fields"]),
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("time_zone", time_zones), ("phone_region", _regions)):
            field = self.fields.get(name)
            if isinstance(field, forms.ChoiceField):
                field.initial = getattr(Connection(), name)
                field.choices = choices(str(self.get_initial_for_field(field, name) or ""))
        countries = self.fields.get("dial_countries")
        if isinstance(countries, forms.MultipleChoiceField):
            countries.choices = _regions("")
        self.instance.vendor = self.vendor

    def secrets(self) -> dict[str, Secret]:
        found = {}
        for name, field in get_vendor(self.vendor).settings_form().fields.items():
            if isinstance(field, SecretField):
                entered = getattr(self, "cleaned_data", {}).get(PREFIX + name)
                is_kept = not entered and not is_removed(self, PREFIX + name)
                found[PREFIX + name] = Secret(
                    stored=self.stored.get(name) or "", entered=None if is_kept else entered or ""
                )
        return found

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        names = list(get_vendor(self.vendor).settings_form().fields)
        removed = {name for name in names if is_removed(self, PREFIX + name)}
        try:
            self.instance.settings = clean_settings(
                vendor=self.vendor,
                values={name: cleaned.get(PREFIX + name) or "" for name in names},
                stored={name: value for name, value in self.stored.items() if name not in removed},
            )
        except ValidationError as error:
            for name, errors in error.message_dict.items():
                self.add_error(PREFIX + name if name in names else None, errors)
        return cleaned


def form_for(*, vendor: str, stored: Mapping[str, Any]) -> type[ConnectionForm]:
    """The form of a connection of this kind of PBX, with the settings that it has so far."""
    fields = settings_fields(vendor, stored)
    if any(stored.get(name) for name in get_vendor(vendor).settings_form.proving_names()):
        fields[KEEP_SECRETS] = KeepField()
    return type("VendorConnectionForm", (ConnectionForm,), {"vendor": vendor, "stored": stored, **fields})


def settings_fields(vendor: str, stored: Mapping[str, Any]) -> dict[str, forms.Field]:
    """The PBX's own settings as fields of a form of ours."""
    form = get_vendor(vendor).settings_form()
    return {PREFIX + name: _shown(form, name, stored.get(name)) for name in form.fields}


def settings_names(vendor: str) -> list[str]:
    """Names in the form of the PBX's own settings."""
    return [PREFIX + name for name in get_vendor(vendor).settings_form().fields]


def _shown(form: VendorSettingsForm, name: str, stored: Any) -> forms.Field:
    """The setting as a field of our form. It checks nothing itself: `clean_settings` does."""
    field = form.fields[name]
    initial = None if isinstance(field, SecretField) else (field.initial if stored is None else stored)
    return forms.Field(
        label=field.label,
        help_text=field.help_text,
        required=False,
        initial=initial,
        widget=_widget(field, bool(stored)),
    )


def _widget(field: forms.Field, is_set: bool) -> forms.Widget:
    if isinstance(field, SecretField):
        return SecretInput(is_set=is_set)
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        return Select(choices=choices)
    if isinstance(field, forms.BooleanField):
        return SwitchInput()
    if isinstance(field, forms.URLField):
        # As text: a browser would refuse an address without a scheme, which the field completes itself.
        return TextInput({"inputmode": "url"})
    return TextInput()


def time_zones(current: str) -> list[Any]:
    """Choices of a field, the near ones first."""
    others = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
    found = dict.fromkeys(["UTC", *others, *([current] if current else [])])
    return [
        (_("Nearby"), [(zone, zone) for zone in NEAR_ZONES]),
        (_("All"), [(zone, zone) for zone in found if zone not in NEAR_ZONES]),
    ]


def _regions(current: str) -> list[Any]:
    others = sorted(region for region in phonenumbers.SUPPORTED_REGIONS if region not in NEAR_REGIONS)
    return [
        (region, f"{region} (+{phonenumbers.country_code_for_region(region)})") for region in (*NEAR_REGIONS, *others)
    ]
