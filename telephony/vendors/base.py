"""What a PBX vendor has to tell the application. telephony/vendors/README.md shows how to add one.

Everything here is pure: a vendor reads a `Hook`, never a Django request, a database or a clock. Times are aware,
lengths of time whole seconds, bodies bytes. No text that a vendor returns or raises holds a secret: people read it.
"""

from __future__ import annotations

import hmac
from abc import ABC, abstractmethod
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from django.utils.functional import Promise

from telephony.domain.events import Parsed
from telephony.domain.exceptions import HookRejected
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.http import Request, Response, Talk
from telephony.vendors import echo
from telephony.vendors.dialing import Dialled, DialOrder
from telephony.vendors.listing import CallInfo
from telephony.vendors.office import Office
from telephony.vendors.proofs import ProvedBy, prove
from telephony.vendors.settings import (
    SecretField,
    Service,
    ShownNumberField,
    VendorSettingsForm,
    WebAddressField,
    api_address,
)
from telephony.vendors.steps import Step
from telephony.vendors.unfilled import unfilled

if TYPE_CHECKING:
    from telephony.vendors.simulated import SimulatedPbx

__all__ = [
    "SecretField",
    "Service",
    "ShownNumberField",
    "Vendor",
    "VendorSettingsForm",
    "WebAddressField",
    "api_address",
    "check_shared_code",
]


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
    steps: ClassVar[tuple[Step, ...]] = ()
    """What is to be done in the PBX's own pages, in order."""
    takes_tail: ClassVar[bool] = False
    """It appends a path of its own to the address (`Hook.tail`); else only the address itself is one."""
    secret_headers: ClassVar[frozenset[str]] = frozenset()
    """Headers of its messages that hold a secret although their names don't say so; in small letters."""
    signature_headers: ClassVar[frozenset[str]] = frozenset()
    """Headers with the signature of this one message, in small letters: stored as they are, so that a message that was
    refused can be proved again. What would prove another message, too, is a secret header."""
    service: ClassVar[Service | None] = None
    """What it can call besides the hook's address, with a login."""
    may_lack_call_id: ClassVar[bool] = False
    """Some of its messages name no call, so all messages of one number are processed one after another."""
    begins_with_a_ring: ClassVar[bool] = False
    """Of a call's start it tells by the first phone that rings. A hint only: what a new call needs is asked then."""
    only_posts: ClassVar[bool] = True
    """Its messages are POST: one by GET is a wrong setting over there, or an address opened in a browser."""
    tells_rings: ClassVar[bool] = True
    """Its messages name the phones that ring; else only the one that answered, whose card comes no sooner."""
    tells_recordings: ClassVar[bool] = True
    """Its messages say where a call's recording is."""
    asks_names: ClassVar[bool] = False
    """It asks who is calling, and shows the name."""
    asks_whom: ClassVar[bool] = False
    """It asks whom to connect the caller with."""
    call_info: ClassVar[CallInfo | None] = None
    """How it is asked for its calls; None if it can't be asked."""
    office: ClassVar[Office | None] = None
    """How it is asked for its employees and its own set-up; None if it can't be asked."""
    pace: ClassVar[Mapping[str, float]] = {}
    """How many requests a minute it takes, by `Request.lane`; "" is the lane of those that name none."""
    can_dial: ClassVar[bool] = False
    """It takes orders to call: `dial`, or `dial_request` and `dial_answer`, are written."""
    dials_by_key: ClassVar[bool] = False
    """An order names the employee by the extension's key, not by its internal number."""
    keeps_order_id: ClassVar[bool] = False
    """An order takes our own id along (`DialOrder.order_id`), and its messages name it: as the call's id, or as
    `CallEvent.order_id`."""
    fetches_errands: ClassVar[bool] = False
    """Nobody can reach it: it asks for what it is to do (`is_poll`), and the answer has it (`Outcome.errands`). Then
    `dial` is never held: an order is an errand."""

    uploads_recordings: ClassVar[bool] = False
    """It sends its recordings by PUT, when an errand asks for them; `authenticate` proves the hash of the sound."""

    def unfilled(self, hook: Hook) -> str:
        """The first placeholder that the PBX sent instead of filling it in; empty if there is none."""
        return unfilled(hook)

    def is_poll(self, hook: Hook) -> bool:
        """Whether the message tells nothing and only asks for errands: it is answered, and not stored."""
        return False

    def challenge(self, hook: Hook, profile: ConnectionProfile) -> Reply | None:
        """The answer to a check of the address that expects one of its own; None for everything else.

        Asked before `authenticate`: such a check has no proof. It is stored as a message that changes nothing. Default:
        that of Zadarma's family, which no other PBX's messages look like.
        """
        return echo.challenge(hook)

    def authenticate(self, hook: Hook, profile: ConnectionProfile) -> None:  # noqa: B027
        """Raise `HookRejected` if the request is not proved to be this connection's.

        The secret in the address has been checked already; most PBXs send nothing else. What lacks a proof that its
        PBX always sends is refused and forgotten; what has a wrong one `is_kept`, refused as well: the secret that was
        entered here may be the wrong one, and this is asked again once it is mended, of the stored message, perhaps
        days later. What can't be read proves nothing where nothing is signed: let it pass, so that it is stored and
        `parse` tells what is wrong. Nothing else may be raised.
        """

    def prove(self, hook: Hook, profile: ConnectionProfile) -> ProvedBy:
        """`authenticate` by the secrets of now and, while they hold, by those of before (`SecretField.proves`)."""
        return prove(self.authenticate, hook, profile)

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

    def dial(self, profile: ConnectionProfile, order: DialOrder) -> Talk[Dialled]:
        """The order to call, held once, 9 seconds at most; the default is one question and one answer. Needs
        `can_dial`.

        Nothing of it is sent twice, except what is `is_harmless`, like a login. Raises as the two below do.
        """
        return self.dial_answer(profile, (yield self.dial_request(profile, order)))

    def dial_request(self, profile: ConnectionProfile, order: DialOrder) -> Request:
        """The order itself; no redirect is followed.

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

    def recording(self, profile: ConnectionProfile, *, link: str, reference: str) -> Talk[Request]:
        """Returns the request for the file itself, after asking whatever has to be asked before; default: nothing.

        By the link or the reference that an event carried; the other one is empty. Raises `NotSetUp` if a setting is
        missing (it is asked again when the connection is saved), `NotReady` if the PBX says "not yet", `NoRecording`
        if it says that there is none, `AskFailed` for an answer that is none.
        """
        yield from ()
        return self.recording_request(profile, link=link, reference=reference)

    def recording_request(self, profile: ConnectionProfile, *, link: str, reference: str) -> Request:
        """The same where one request is all. Raises `NotSetUp` if a setting is missing."""
        return Request(url=link)

    def simulator(self) -> type[SimulatedPbx]:
        """The PBX's own side of the protocol, for `manage.py simulate` and the demo; imported only here.

        It is `<name of this class>Pbx` of the module or package `simulator` beside the vendor's own module.
        """
        path = f"{type(self).__module__.rpartition('.')[0]}.simulator"
        try:
            module = import_module(path)
        except ModuleNotFoundError as error:
            if error.name != path:
                raise
            raise NotImplementedError(f"{self.label} has no simulator.") from None
        found: type[SimulatedPbx] = getattr(module, f"{type(self).__name__}Pbx")
        return found


def check_shared_code(sent: str, expected: str, *, name: str) -> None:
    """Raise `HookRejected` if a code was sent that is not the connection's; compares in constant time."""
    if sent and expected and not hmac.compare_digest(sent.encode(), expected.encode()):
        raise HookRejected(f"{name} is not this connection's.")
