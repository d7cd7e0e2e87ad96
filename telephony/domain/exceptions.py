"""One exception per decision. What each means to the sender is decided in views.py and intake/inbox.py."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from telephony.domain.hooks import Reply


class TelephonyError(Exception):
    """Base of this app's own errors; its text is written for an administrator and holds no secret."""


class HookRejected(TelephonyError):
    """The request is readable and proves that it is not from this connection's PBX, or lacks the proof it has to have.

    Answered with `reply`, else 403. It is stored only if `is_kept`: it has a proof, and ours to compare it with may be
    the wrong one (a mistyped secret, or none yet). Then it is not read before somebody has mended that.
    """

    def __init__(self, text: str, *, reply: Reply | None = None, is_kept: bool = False) -> None:
        super().__init__(text)
        self.reply = reply
        self.is_kept = is_kept


class MalformedHook(TelephonyError):
    """The request can't be read: it is stored with this error and answered neutrally; trying again won't help."""


class CallBusy(TelephonyError):
    """Somebody else is working on the same call for too long: a worker takes the delivery later."""


class CallIsKept(TelephonyError):
    """A call would go, and with it what no message brings back: nothing is changed, and the text says what it is."""


class NotReady(TelephonyError):
    """The PBX does not have it yet: it is asked again after a pause."""


class NoRecording(TelephonyError):
    """The PBX says for sure that there is no recording of this call: it is not asked again by itself."""


class NotSetUp(TelephonyError):
    """The connection's settings lack what asking the PBX takes: it is asked once somebody has entered that."""


class DialProblem(StrEnum):
    """Why an order to call was not carried out; telephony/dialing/words.py has the words for people."""

    # Refused here, before anything left this machine.
    NO_PHONE = "no_phone"
    CANT_DIAL = "cant_dial"
    NO_NUMBER = "no_number"
    COUNTRY = "country"
    COSTLY = "costly"
    PER_MINUTE = "per_minute"
    PER_DAY = "per_day"
    NOT_SET_UP = "not_set_up"
    WITHDRAWN = "withdrawn"
    """The page had given the click up before it arrived."""
    # Refused by the PBX.
    NOT_REGISTERED = "not_registered"
    WRONG_TOKEN = "wrong_token"  # noqa: S105
    WRONG_KEY = "wrong_key"
    NO_SUBSCRIBER = "no_subscriber"
    BAD_NUMBER = "bad_number"
    BAD_PARAMETERS = "bad_parameters"
    OWN_PHONE_SILENT = "own_phone_silent"
    """One's own phone rang, and nobody picked it up."""
    OWN_PHONE_BUSY = "own_phone_busy"
    """One's own phone is busy, switched off or unknown."""
    PBX_ERROR = "pbx_error"
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    # On the way.
    NOT_SENT = "not_sent"
    """Our turn to tell the PBX did not come in time, or our process ended before."""
    WRONG_ADDRESS = "wrong_address"
    UNREACHABLE = "unreachable"
    NO_ANSWER = "no_answer"
    """Nobody knows whether the PBX took the order."""


PASSING = frozenset(
    {
        DialProblem.WITHDRAWN,
        DialProblem.PER_MINUTE,
        DialProblem.PER_DAY,
        DialProblem.NOT_REGISTERED,
        DialProblem.OWN_PHONE_SILENT,
        DialProblem.OWN_PHONE_BUSY,
        DialProblem.PBX_ERROR,
        DialProblem.REFUSED,
        DialProblem.NOT_SENT,
        DialProblem.UNREACHABLE,
        DialProblem.NO_ANSWER,
    }
)
"""Problems that may be gone at the next click."""


class DialFailed(TelephonyError):
    """An order to call was not carried out, or nobody knows (`NO_ANSWER`). It is never sent again by itself."""

    def __init__(self, code: DialProblem, text: str = "") -> None:
        super().__init__(text or code)
        self.code = code
        self.text = text
        """The PBX's own words, cleaned; perhaps empty."""

    @property
    def permanent(self) -> bool:
        """The same order will fail the same way until somebody changes something."""
        return self.code not in PASSING


class KeyReused(TelephonyError):
    """An idempotency key came back with another number: whoever sent it mixed up two clicks."""


class RecordingIsHeld(TelephonyError):
    """Somebody keeps this recording: it is not deleted before it is released."""


class RecordingIsGone(TelephonyError):
    """The recording was deleted: there is nothing to keep, to release or to delete any more."""


class NumberUnclear(TelephonyError):
    """What was given is no client's number, or may be several: nothing is erased on a guess."""


class MessagesWait(TelephonyError):
    """Messages that are not stored yet may name this number, and nobody can look into them."""


class HeldRecordings(TelephonyError):
    """Recordings of this number are kept by somebody: erasing them takes a decision of its own."""
