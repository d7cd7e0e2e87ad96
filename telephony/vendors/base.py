"""What a PBX vendor has to tell the application. telephony/vendors/README.md shows how to add one.

Everything here is pure: a vendor reads a `Hook`, never a Django request, a database or a clock. Times are aware,
lengths of time whole seconds, bodies bytes. No text that a vendor returns or raises holds a secret: people read it.
"""

from __future__ import annotations

import hmac
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from django import forms
from django.core.validators import URLValidator
from django.utils.functional import Promise

from telephony.domain.events import Parsed
from telephony.domain.exceptions import HookRejected
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.http import Request, Response, is_same_host
from telephony.vendors.dialing import Dialled, DialOrder
from telephony.vendors.listing import CallInfo

if TYPE_CHECKING:
    from telephony.vendors.simulated import SimulatedPbx


class SecretField(forms.CharField):
    """A password or token: stored encrypted, never shown again, left as it was when the field stays empty.

    `stays_here` says that it is only compared with what comes, and goes to no address.
    """

    def __init__(self, *, stays_here: bool = False, **kwargs: Any) -> None:
        self.stays_here = stays_here
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


class VendorSettingsForm(forms.Form):
    """The vendor's own settings of a connection; `cleaned_data` is what is stored, and `ConnectionProfile.settings`.

    It has to be JSON. No field may be required to receive calls: a connection is saved before its settings are known.
    """

    @classmethod
    def secret_names(cls) -> list[str]:
        """Names of the fields whose values must never be shown."""
        return [name for name, field in cls.base_fields.items() if isinstance(field, SecretField)]

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


class Vendor(ABC):
    """One kind of PBX."""

    slug: ClassVar[str]
    """Letters, digits, - and _. Stands in the hook's address and in the database: never change it."""
    label: ClassVar[str]
    """The PBX's name as its maker writes it."""
    settings_form: ClassVar[type[VendorSettingsForm]] = VendorSettingsForm
    address_suffix: ClassVar[str] = ""
    """Appended to the hook's address for pasting into the PBX: the placeholders that it fills in."""
    address_help: ClassVar[str | Promise] = ""
    """One sentence: where in the PBX's settings the address goes."""
    secret_headers: ClassVar[frozenset[str]] = frozenset()
    """Headers of its messages that hold a secret although their names don't say so; in small letters."""
    service: ClassVar[Service | None] = None
    """What it can call besides the hook's address, with a login."""
    may_lack_call_id: ClassVar[bool] = False
    """Some of its messages name no call, so all messages of one number are processed one after another."""
    call_info: ClassVar[CallInfo | None] = None
    """How it is asked for its calls; None if it can't be asked."""
    can_dial: ClassVar[bool] = False
    """It takes orders to call: `dial_request` and `dial_answer` are written."""
    dials_by_key: ClassVar[bool] = False
    """An order names the employee by the extension's key, not by its internal number."""

    def authenticate(self, hook: Hook, profile: ConnectionProfile) -> None:  # noqa: B027
        """Raise `HookRejected` if the request proves not to be this connection's: it gets 403 and is not stored.

        The secret in the address has been checked already; most PBXs send nothing else. What can't be read proves
        nothing: let it pass, so that it is stored and `parse` tells what is wrong. Nothing else may be raised.
        """

    @abstractmethod
    def parse(self, hook: Hook, profile: ConnectionProfile) -> Parsed:
        """What the message means: events, a question, or why it is ignored.

        Raises `MalformedHook`, naming the field, for what can't be read: the delivery is failed, and is not tried
        again. Any other exception is taken for a fault of ours: it is tried again, five times in all. The same hook
        and profile give the same events with the same fingerprints, years later, too: a replay relies on it.
        """

    @abstractmethod
    def reply(self, hook: Hook, profile: ConnectionProfile, parsed: Parsed | None, outcome: Outcome) -> Reply:
        """The answer that this PBX expects, whatever became of its message. Must not raise.

        `parsed` is None when the message could not be read. `outcome` is empty unless the message asked something
        and the contact directory had an answer.
        """

    def dial_request(self, profile: ConnectionProfile, order: DialOrder) -> Request:
        """The order to call, sent once: 9 seconds at most, no redirect followed. Needs `can_dial`.

        Secrets go into `secret_...` fields, and `own_address` names the setting's address that may get them. Raises
        `DialFailed` if a setting is missing (`NOT_SET_UP`) or the number can't be written for this PBX.
        """
        raise NotImplementedError(f"{self.label} takes no orders to call.")

    def dial_answer(self, profile: ConnectionProfile, response: Response) -> Dialled:
        """What the PBX says to the order; any status comes here, and the body decides.

        Raises `DialFailed` for everything that is no success, with the PBX's own words (`refused`). `NO_ANSWER` is
        for an order that the PBX may have taken all the same: people are told that the phone may ring.
        """
        raise NotImplementedError(f"{self.label} takes no orders to call.")

    def recording_request(self, profile: ConnectionProfile, *, link: str, reference: str) -> Request:
        """How a recording is asked for, by the link or the reference that an event carried; the other one is empty.

        Raises `NotSetUp` if a setting is missing: it is asked again when the connection is saved.
        """
        return Request(url=link)

    def simulator(self) -> type[SimulatedPbx]:
        """The PBX's own side of the protocol, for `manage.py simulate` and the demo; imported only here."""
        raise NotImplementedError(f"{self.label} has no simulator.")


def check_shared_code(sent: str, expected: str, *, name: str) -> None:
    """Raise `HookRejected` if a code was sent that is not the connection's; compares in constant time."""
    if sent and expected and not hmac.compare_digest(sent.encode(), expected.encode()):
        raise HookRejected(f"{name} is not this connection's.")
