"""Who is who in one part of a call at Mango. Source: "VPBX API"; MangoCallData (README.md, "Sources")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from telephony.domain.events import Direction, LegRole, Phone
from telephony.vendors.mango.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Who is who in one part of a call."""

    direction: Direction | None
    """None: it is a part of a call whose direction another part tells."""
    extension: str
    """The employee that the part is about."""
    role: LegRole
    caller: str
    """Of a call between colleagues, who calls."""
    client: Phone
    our_number: str
    is_own_phone: bool
    """Of an ordered call: the employee's phone, before the client is called."""

    @property
    def facts(self) -> dict[str, Any]:
        """Of an event about this employee."""
        return {
            "direction": self.direction,
            "extension": self.extension,
            "role": self.role,
            "client_raw": self.client.raw,
            "client_e164": self.client.e164,
            "our_number": self.our_number,
        }


def parties_of(message: Message) -> Parties:
    """By who has an internal number, and whether somebody ordered the call."""
    caller, called = message.text("from.extension"), message.text("to.extension")
    taken, command = message.text("from.taken_from_call_id"), message.text("command_id")
    ordered = bool(message.text("callback_initiator", "task_id")) or bool(command and not taken)
    ours = message.number("to.line_number", "from.line_number", "line_number").raw
    nobody = Phone(raw="")
    direction: Direction | None = Direction.INCOMING
    own_phone, client, extension, role = False, message.number("from.number"), called, LegRole.CALLED
    if caller and called and (taken or not command):
        # Between colleagues inside a call that another part began, the client stays the client.
        direction, client = (None if taken else Direction.INTERNAL), nobody
    elif caller and not called:
        direction, client = Direction.OUTGOING, message.number("to.number")
        extension, role = caller, LegRole.CALLING
        if taken and not ordered:
            # The call is handed on to a number outside: no employee's part.
            direction, client, extension = None, nobody, ""
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
