"""Who calls, whose phone rings, who answers. Source: Asterisk's AMI events (README.md, "Sources")."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind, LegRole
from telephony.domain.reasons import EndReason
from telephony.vendors.asterisk.reading import Reading
from telephony.vendors.tables import read_table

_ENDS = read_table(__file__, "ends.txt")
STATUSES, REASONS = _ENDS.column("status", CallStatus), _ENDS.column("reason", EndReason)


def new_channel(reading: Reading) -> Iterator[CallEvent]:
    """The first channel of a call says who began it; the others are told of by DialBegin."""
    if reading.text("Uniqueid") != reading.call_id:
        return
    begun, dialled = reading.channel("Channel"), reading.number("Exten")
    if begun.is_trunk:
        client = reading.phone("CallerIDNum")
        yield reading.start(Direction.INCOMING, client=client, our_number=dialled)
    elif begun.is_extension and not dialled:  # Our order rings the employee's own phone first.
        yield reading.start(Direction.OUTGOING, extension=begun.name)
    elif begun.is_extension and reading.plan.is_extension(dialled):
        yield reading.start(Direction.INTERNAL, extension=begun.name)
    elif begun.is_extension and dialled[:1] not in "*#":
        yield reading.start(Direction.OUTGOING, extension=begun.name, client=reading.called(dialled))


def dial_begin(reading: Reading) -> Iterator[CallEvent]:
    caller, called = reading.channel("Channel"), reading.channel("DestChannel")
    if not caller.name:
        return  # An order of ours rings the employee's own phone.
    if called.is_extension:
        # A queue of FreePBX dials through a local channel, and so does who asks a colleague before handing over.
        is_client = not caller.is_extension and not reading.plan.is_extension(reading.number("CallerIDNum"))
        direction = Direction.INCOMING if is_client else None
        client = reading.phone("CallerIDNum") if is_client else None
        yield reading.event(EventKind.LEG_RINGING, extension=called.name, direction=direction, client=client)
    elif called.is_trunk and caller.is_extension:
        dialled = reading.text("DialString").rpartition("/")[2].partition("@")[0]
        shown = reading.number("CallerIDNum")
        yield reading.start(
            Direction.OUTGOING,
            extension=caller.name,
            client=reading.called(dialled or reading.number("DestCallerIDNum")),
            our_number="" if reading.plan.is_extension(shown) else shown,
            is_first=False,
        )


def dial_end(reading: Reading) -> Iterator[CallEvent]:
    caller, called = reading.channel("Channel"), reading.channel("DestChannel")
    if not caller.name or called.is_local:
        return
    word = reading.text("DialStatus").upper()
    who, role = (called.name, LegRole.CALLED) if called.is_extension else (caller.name, LegRole.CALLING)
    if called.is_trunk and not caller.is_extension:
        return  # Forwarded to a number outside: nobody's phone here.
    if word == "ANSWER":
        yield reading.event(EventKind.ANSWERED, extension=who, role=role)
    elif word.isalpha() and (status := STATUSES.get(word)):
        reason = EndReason.UNREACHABLE if called.is_trunk and word == "CHANUNAVAIL" else REASONS.get(word)
        why: dict[str, Any] = {"status": status, "reason": reason, "reason_said": word}
        yield reading.event(EventKind.LEG_ENDED, extension=who, role=role, **why)
