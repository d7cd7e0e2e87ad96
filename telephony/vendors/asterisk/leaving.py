"""Who leaves a call, when it is over, and what is left of it. Source: Asterisk's AMI events and CEL (README.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from telephony.domain.events import CallEvent, CallStatus, EventKind, LegRole
from telephony.domain.reasons import Q931
from telephony.vendors.asterisk.reading import Reading
from telephony.vendors.asterisk.ringing import STATUSES


def blind_transfer(reading: Reading) -> Iterator[CallEvent]:
    yield from _transfer(reading, reading.channel("TransfererChannel").name, reading.number("Extension"))


def attended_transfer(reading: Reading) -> Iterator[CallEvent]:
    """A desk phone asks on a second line, which is a call of its own: who was asked there now talks in the client's."""
    transferee, target = reading.channel("TransfereeChannel"), reading.channel("TransferTargetChannel")
    who, stays, asked_in = "OrigTransfererChannel", target, reading.text("TransferTargetLinkedid")
    if target.is_trunk and transferee.is_extension:  # First the colleague was asked, and then the client called.
        who, stays, asked_in = "SecondTransfererChannel", transferee, reading.call_id
        reading = replace(reading, call_id=reading.text("SecondTransfererLinkedid") or reading.call_id)
    to = stays.name if stays.is_extension else ""
    if to and asked_in not in {"", reading.call_id} and reading.text("Result").lower() == "success":
        # No phone rings any more, but a card is due.
        yield reading.event(EventKind.LEG_RINGING, of="ring", extension=to)
        yield reading.event(EventKind.ANSWERED, of="answer", extension=to)
    yield from _transfer(reading, reading.channel(who).name, to)


def _transfer(reading: Reading, who: str, to: str) -> Iterator[CallEvent]:
    if reading.text("Result").lower() == "success" and reading.plan.is_extension(who):
        yield reading.event(EventKind.LEG_ENDED, extension=who, transferred_to=to, status=CallStatus.ANSWERED)


def hangup(reading: Reading) -> Iterator[CallEvent]:
    """One employee's phone; the client's channel is told of by the end of the call."""
    who = reading.channel("Channel")
    if not who.is_extension:
        return
    role = LegRole.CALLING if reading.text("Uniqueid") == reading.call_id else LegRole.CALLED
    cause = reading.text("Cause")
    status = STATUSES.get(cause) if cause.isdecimal() else None
    reason = Q931.get(int(cause)) if status and cause != "26" else None
    why: dict[str, Any] = {
        "status": status,
        "reason": reason,
        "reason_said": reading.text("Cause-txt") if reason else "",
    }
    yield reading.event(EventKind.LEG_ENDED, extension=who.name, role=role, **why)


def linked_end(reading: Reading) -> Iterator[CallEvent]:
    """Of all channels that were ever joined with the call: how it ended is in what happened before."""
    if reading.text("EventName") == "LINKEDID_END":
        yield reading.event(EventKind.ENDED, ends_as_phones_did=True)


def recorded(reading: Reading) -> Iterator[CallEvent]:
    """A call that nobody answered leaves a file without sound."""
    talked = reading.text("BillableSeconds")
    file = reading.text("RecordingFile")
    if file and talked.isdecimal() and int(talked) > 0:
        yield reading.event(EventKind.RECORDING_READY, recording_reference=file)
