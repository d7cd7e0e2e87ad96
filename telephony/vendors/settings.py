"""A connection's settings of one kind of PBX: the form, and fields whose values go nowhere or to one address only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django import forms
from django.core.validators import URLValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from telephony.http import is_same_host


class SecretField(forms.CharField):
    """A password or token: stored encrypted, never shown again, left as it was when the field stays empty.

    `stays_here` says that it is only compared with what comes, and goes to no address; `proves` that messages are
    proved by it: when it is changed, the one of before may go on to be taken for a while.
    """

    def __init__(self, *, stays_here: bool = False, proves: bool = False, **kwargs: Any) -> None:
        self.stays_here = stays_here
        self.proves = proves
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}))
        super().__init__(**kwargs)


class WebAddressField(forms.URLField):
    """An http or https address; one typed without a scheme is taken for https.

    `secrets` are the settings that go there, or sign what goes there: when the address changes they are asked for
    again, so that nobody has a stored one sent to himself. `takes_keys`: employees' keys go there, too.
    """

    default_validators = [URLValidator(schemes=["http", "https"])]

    def __init__(self, *, secrets: Sequence[str], takes_keys: bool = False, **kwargs: Any) -> None:
        self.secrets = tuple(secrets)
        self.takes_keys = takes_keys
        kwargs.setdefault("required", False)
        super().__init__(assume_scheme="https", **kwargs)


def api_address(
    url: str, *, secrets: Sequence[str], help_text: str | Promise, label: str | Promise = ""
) -> WebAddressField:
    """Where the PBX's API is: this address, unless another one is entered."""
    return WebAddressField(
        secrets=secrets, label=label or _("API address"), initial=url, empty_value=url, help_text=help_text
    )


class ShownNumberField(forms.CharField):
    """Which of our numbers clients see in calls that are ordered from here (`dialing.shown_number`)."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "help_text", _("One of your numbers there, for calls from the CRM; empty: as the PBX chooses.")
        )
        super().__init__(label=_("Number shown to clients"), required=False, max_length=30, **kwargs)


class VendorSettingsForm(forms.Form):
    """The vendor's own settings of a connection; `cleaned_data` is what is stored, and `ConnectionProfile.settings`.

    It has to be JSON. No field may be required to receive calls: a connection is saved before its settings are known.
    """

    @classmethod
    def secret_names(cls) -> list[str]:
        """Names of the fields whose values must never be shown."""
        return [name for name, field in cls.base_fields.items() if isinstance(field, SecretField)]

    @classmethod
    def proving_names(cls) -> list[str]:
        """Names of the secrets that prove messages."""
        return [name for name, field in cls.base_fields.items() if isinstance(field, SecretField) and field.proves]

    @classmethod
    def changed_addresses(cls, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, WebAddressField]:
        """The fields whose addresses are other ones in these settings than they were in those."""
        fields = {name: field for name, field in cls.base_fields.items() if isinstance(field, WebAddressField)}
        return {
            name: field
            for name, field in fields.items()
            if (before.get(name) or field.initial or "") != (after.get(name) or field.initial or "")
        }

    @classmethod
    def leads_keys_elsewhere(cls, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """Whether employees' keys would go to another host now than that for which they were entered."""
        found = [name for name, field in cls.changed_addresses(before, after).items() if field.takes_keys]
        initial = {name: cls.base_fields[name].initial or "" for name in found}
        return any(
            not is_same_host(after.get(name) or initial[name], before.get(name) or initial[name]) for name in found
        )


class Service(NamedTuple):
    """What the PBX calls as if we were another system; the login, two of the settings, tells whose PBX it is."""

    view: str
    path: str
    """Name of the address, and its argument."""
    label: str | Promise
    login: tuple[str, str]
    """Names of the settings: user name, and password; of that only a hash is stored (privacy.passwords)."""
