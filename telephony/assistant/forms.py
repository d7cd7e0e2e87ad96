"""The form of a new connection in the walk: only what it takes, with a word where each is found."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from telephony.admin.connection_form import PREFIX, settings_fields, time_zones
from telephony.connections.settings import add_connection
from telephony.models import Connection
from telephony.models.words import NAME
from telephony.vendors import get_vendor


class NewConnectionForm(forms.Form):
    """`create` is what makes it; its errors stand at their fields."""

    name = forms.CharField(label=NAME, max_length=100, help_text=_("What people call this PBX, like “Moscow office”."))
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("The zone of the PBX's clock: some PBXs send times without one.")
    )

    def __init__(self, *args: Any, vendor: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.vendor = vendor
        self.fields["name"].initial = get_vendor(vendor).label
        zone = self.fields["time_zone"]
        if isinstance(zone, forms.ChoiceField):
            zone.choices = time_zones("")
            zone.initial = Connection().time_zone
        self.fields.update(settings_fields(vendor, {}))

    def create(self) -> Connection | None:
        """None if something is wrong: then the form says so."""
        names = [name for name in self.fields if name.startswith(PREFIX)]
        try:
            return add_connection(
                vendor=self.vendor,
                name=self.cleaned_data["name"],
                time_zone=self.cleaned_data["time_zone"],
                phone_region=Connection().phone_region,
                settings={name.removeprefix(PREFIX): self.cleaned_data.get(name) or "" for name in names},
            )
        except ValidationError as error:
            for name, told in error.message_dict.items():
                field = next((one for one in (name, PREFIX + name) if one in self.fields), None)
                self.add_error(field, told)
        return None
