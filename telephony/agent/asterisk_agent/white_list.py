"""Which of AMI's events leave the customer's network, and which of their fields."""

from __future__ import annotations

from datetime import datetime, timezone

Event = dict[str, str]

_CHANNEL = "Channel CallerIDNum Context Exten Uniqueid Linkedid"
_DIALLED = "DestChannel DestCallerIDNum DestUniqueid DestLinkedid"


def _of_transfer(*sides: str) -> str:
    return " ".join(f"{side}{field}" for side in sides for field in ("Channel", "CallerIDNum", "Uniqueid", "Linkedid"))


# Source: AMI of Asterisk 22, events seen of real calls.
FIELDS = {
    "Newchannel": f"{_CHANNEL} ChannelStateDesc CallerIDName",
    "DialBegin": f"{_CHANNEL} {_DIALLED} DialString",
    "DialState": "Channel Uniqueid Linkedid DestChannel DestUniqueid DestLinkedid DialStatus",
    "DialEnd": f"{_CHANNEL} {_DIALLED} DialStatus",
    "BlindTransfer": "Result TransfererChannel TransfererUniqueid TransfererLinkedid TransfereeChannel "
    "TransfereeUniqueid TransfereeLinkedid IsExternal Context Extension",
    "AttendedTransfer": "Result IsExternal DestType "
    + _of_transfer("OrigTransferer", "SecondTransferer", "Transferee", "TransferTarget"),
    "Hangup": f"{_CHANNEL} ChannelStateDesc Cause Cause-txt",
    "AgentConnect": "Queue Interface MemberName HoldTime RingTime Uniqueid Linkedid DestUniqueid DestChannel",
    "QueueCallerAbandon": "Queue Position OriginalPosition HoldTime Channel CallerIDNum Uniqueid Linkedid",
    "OriginateResponse": "ActionID Response Reason Channel Context Exten Uniqueid CallerIDNum",
    "Cdr": "Source Destination DestinationContext Channel DestinationChannel LastApplication LastData StartTime "
    "AnswerTime EndTime Duration BillableSeconds Disposition UniqueID LinkedID RecordingFile",
    "CEL": "EventName Channel Exten Context EventTime UniqueID LinkedID",
}
_WANTED = {name: frozenset(fields.split()) for name, fields in FIELDS.items()}
# Of these, only the ones that say this.
_ONLY = {"DialState": ("DialStatus", "RINGING"), "CEL": ("EventName", "LINKEDID_END")}


def listed(block: dict[str, str], *, at: float) -> Event | None:
    """What may leave of one AMI message, read at `at` (Unix seconds); None if nothing may."""
    name = block.get("Event", "")
    wanted = _WANTED.get(name)
    if wanted is None:
        return None
    field, only = _ONLY.get(name, ("Event", name))
    if block.get(field) != only:
        return None
    return {"at": in_utc(at), "Event": name, **{key: value for key, value in block.items() if key in wanted}}


def in_utc(at: float) -> str:
    """Unix seconds as 2026-11-27T19:37:56.609Z."""
    return datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
