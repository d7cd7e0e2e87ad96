"""Who is who in one part of a call at Mango. Source: "VPBX API"; MangoCallData (README.md, "Sources")."""

from __future__ import annotations

from telephony.domain.events import Direction, LegRole
from telephony.vendors.mango.message import Message
from telephony.vendors.parties import NOBODY, Parties


def parties_of(message: Message) -> Parties:
    """By who has an internal number, and whether somebody ordered the call."""
    caller, called = message.text("from.extension"), message.text("to.extension")
    taken, command = message.text("from.taken_from_call_id"), message.text("command_id")
    ordered = bool(message.text("callback_initiator", "task_id")) or bool(command and not taken)
    ours = message.number("to.line_number", "from.line_number", "line_number").raw
    direction: Direction | None = Direction.INCOMING
    own_phone, client, extension, role = False, message.number("from.number"), called, LegRole.CALLED
    if caller and called and (taken or not command):
        # Between colleagues inside a call that another part began, the client stays the client.
        direction, client = (None if taken else Direction.INTERNAL), NOBODY
    elif caller and not called:
        direction, client = Direction.OUTGOING, message.number("to.number")
        extension, role = caller, LegRole.CALLING
        if taken and not ordered:
            # The call is handed on to a number outside: no employee's part.
            direction, client, extension = None, NOBODY, ""
    elif ordered:
        direction, own_phone, role = Direction.OUTGOING, True, LegRole.CALLING
    elif not caller and not ours:
        ours = "" if called else message.number("to.number").raw
    return Parties(
        direction=direction,
        extension=extension,
        role=role,
        caller=caller if direction is Direction.INTERNAL else "",
        client=client,
        our_number=ours,
        is_own_phone=own_phone,
    )
