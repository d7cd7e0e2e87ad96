"""The words of messages that anything may push: fields, events, causes. Source: README.md, "Fields"."""

from __future__ import annotations

import re
from collections.abc import Mapping

from telephony.domain import outcomes
from telephony.domain.events import CallStatus, Direction
from telephony.domain.reasons import FREESWITCH, Q931, EndReason

# Source: the fields of Zammad's generic CTI, and what dial plans of Asterisk and FreeSWITCH call the same things.
_FIELDS = {
    "event": "event type action",
    "call_id": "callid uniqueid linkedid uuid id",
    "from": "from caller callerid callingnumber src number",
    "to": "to called callee callednumber dst did",
    "direction": "direction calltype",
    "user": "user users extension ext agent answeringnumber internal",
    "key": "key login useremail agentemail",
    "cause": "cause hangupcause status dialstatus result",
    "time": "time timestamp datetime",
    "time_utc": "callstarttimeutc starttimeutc",
    "duration": "duration talktime billsec seconds",
    "recording": "recording recordingurl recordurl recordinglink",
    "order_id": "orderid",
    "transferred_to": "transferredto",
}
FIELDS = {word: name for name, words in _FIELDS.items() for word in words.split()}
# Source: events of Zammad's generic CTI; states of a channel and events of Asterisk.
_EVENTS = {
    "new_call": "newcall start started incoming outgoing",
    "ringing": "ringing ring dialing dial",
    "answer": "answer answered connected bridge pickup",
    "leave": "leave left legended",
    "hangup": "hangup end ended completed finished",
    "recording": "recording recorded",
    "lookup": "lookup contact who",
}
EVENTS = {word: name for name, words in _EVENTS.items() for word in words.split()}
# Source: `direction` of Zammad's CTI; CallType of 3CX.
_DIRECTIONS = {
    Direction.INCOMING: "in incoming inbound missed",
    Direction.OUTGOING: "out outgoing outbound notanswered",
    Direction.INTERNAL: "internal inner local",
}
DIRECTIONS = {word: direction for direction, words in _DIRECTIONS.items() for word in words.split()}
# Source: hangup causes of Zammad's CTI; names of Q.850 as Asterisk writes them (Normal Clearing).
CAUSES: Mapping[str, tuple[CallStatus, EndReason | None]] = {
    "normalclearing": (CallStatus.NO_ANSWER, None),
    "normal": (CallStatus.NO_ANSWER, None),
    "forwarded": (CallStatus.NO_ANSWER, None),
    "notfound": (CallStatus.FAILED, EndReason.NO_SUCH_NUMBER),
    "chanunavail": (CallStatus.FAILED, EndReason.NOT_REGISTERED),
    "noanswer": (CallStatus.NO_ANSWER, EndReason.NOT_PICKED_UP),
    "busy": (CallStatus.BUSY, EndReason.BUSY),
    "userbusy": (CallStatus.BUSY, EndReason.BUSY),
    "rejected": (CallStatus.BUSY, EndReason.REJECTED),
    "callrejected": (CallStatus.BUSY, EndReason.REJECTED),
    "cancel": (CallStatus.CANCELLED, EndReason.GAVE_UP),
}
# Source: what each reason means for the outcome, as the words of the same meaning in telephony/domain/outcomes.py.
_STATUSES = {
    EndReason.BUSY: CallStatus.BUSY,
    EndReason.REJECTED: CallStatus.BUSY,
    EndReason.NOT_PICKED_UP: CallStatus.NO_ANSWER,
    EndReason.UNREACHABLE: CallStatus.NO_ANSWER,
    EndReason.GAVE_UP: CallStatus.CANCELLED,
}
NORMAL_CLEARING = 16
_BETWEEN = re.compile(r"[\W_]+")


def plain(word: str) -> str:
    return _BETWEEN.sub("", word.casefold())


def cause_of(text: str) -> tuple[CallStatus | None, EndReason | None]:
    """Outcome and reason of a cause: a number of Q.850, a name of FreeSWITCH, or any word for an outcome."""
    word = plain(text)
    if word in CAUSES:
        return CAUSES[word]
    number = int(text) if text.strip().isdecimal() else 0
    reason = Q931.get(number) or FREESWITCH.get(re.sub(r"\W+", "_", text.strip().upper()))
    if reason:
        return _STATUSES.get(reason, CallStatus.FAILED), reason
    if number == NORMAL_CLEARING:
        return CallStatus.NO_ANSWER, None
    return outcomes.read(text) or (CallStatus.UNKNOWN if word else None), None
