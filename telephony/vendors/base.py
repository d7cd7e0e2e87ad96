"""What a PBX vendor has to tell the application. `vendors/README.md` shows how to add one.

Everything here is pure: a vendor reads a `Hook`, never a Django request, a database or a clock.
"""

from __future__ import annotations

import hmac
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.validators import URLValidator
from django.utils.functional import Promise

from telephony.events import Parsed
from telephony.exceptions import HookRejected
from telephony.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.vendors.call_info import CallInfo
from telephony.vendors.dial import Dialled, DialOrder
from telephony.vendors.http import Request, Response

if TYPE_CHECKING:
    from telephony.vendors.simulated import SimulatedPbx


class SecretField(forms.CharField):
    """A password or token: stored encrypted, never shown again, left as it was when the field stays empty."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}))
        super().__init__(**kwargs)


class WebAddressField(forms.URLField):
    """An http or https address; one typed without a scheme is taken for https."""

    default_validators = [URLValidator(schemes=["http", "https"])]

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(assume_scheme="https", **kwargs)


class VendorSettingsForm(forms.Form):
    """The vendor's own settings of a connection; `cleaned_data` is what is stored."""

    @classmethod
    def secret_names(cls) -> list[str]:
        """Names of the fields whose values must never be shown."""
        return [name for name, field in cls.base_fields.items() if isinstance(field, SecretField)]


class Vendor(ABC):
    """One kind of PBX."""

    slug: ClassVar[str]
    """Stands in the hook's address and in the database: never change it."""
    label: ClassVar[str]
    """The PBX's name as its maker writes it."""
    settings_form: ClassVar[type[VendorSettingsForm]] = VendorSettingsForm
    address_suffix: ClassVar[str] = ""
    """Appended to the hook's address for pasting into the PBX: the placeholders that it fills in."""
    address_help: ClassVar[str | Promise] = ""
    """One sentence: where in the PBX's settings the address goes."""
    asks_like_1c: ClassVar[bool] = False
    """It can also call us by SOAP as if we were 1C (telephony/soap)."""
    may_lack_call_id: ClassVar[bool] = False
    """Some of its messages name no call, so all messages of one number are processed one after another."""
    call_info: ClassVar[CallInfo | None] = None
    """How it is asked for its calls; None if it can't be asked."""
    can_dial: ClassVar[bool] = False
    """It takes orders to call: `dial_request` and `dial_answer` are written."""
    dials_by_key: ClassVar[bool] = False
    """An order names the employee by the extension's key, not by its internal number."""

    def authenticate(self, hook: Hook, profile: ConnectionProfile) -> None:  # noqa: B027
        """Raise `HookRejected` if the request proves not to be this connection's.

        The secret in the address has been checked already; most PBXs send nothing else.
        """

    @abstractmethod
    def parse(self, hook: Hook, profile: ConnectionProfile) -> Parsed:
        """What the message means. Raises `MalformedHook`, naming the field, for what can't be read."""

    @abstractmethod
    def reply(self, hook: Hook, profile: ConnectionProfile, parsed: Parsed | None, outcome: Outcome) -> Reply:
        """The answer that this PBX expects; `parsed` is None when the message could not be read."""

    def dial_request(self, profile: ConnectionProfile, order: DialOrder) -> Request:
        """The order to call, sent once. Raises `DialFailed` if a setting is missing or the number can't be written."""
        raise NotImplementedError(f"{self.label} takes no orders to call.")

    def dial_answer(self, profile: ConnectionProfile, response: Response) -> Dialled:
        """What the PBX says to the order, success or not; judged by the body. Raises `DialFailed`."""
        raise NotImplementedError(f"{self.label} takes no orders to call.")

    def recording_request(self, profile: ConnectionProfile, *, link: str, reference: str) -> Request:
        """How a recording is asked for, by the link or the reference that an event carried."""
        return Request(url=link)

    def simulator(self) -> type[SimulatedPbx]:
        """The PBX's own side of the protocol, for `manage.py simulate`."""
        raise NotImplementedError(f"{self.label} has no simulator.")


def check_shared_code(sent: str, expected: str, *, name: str) -> None:
    """Raise `HookRejected` if a code was sent that is not the connection's; compares in constant time."""
    if sent and expected and not hmac.compare_digest(sent.encode(), expected.encode()):
        raise HookRejected(f"{name} is not this connection's.")
