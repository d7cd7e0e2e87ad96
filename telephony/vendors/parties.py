"""Who is who in a call: what vendors find out each in their own way, and tell in the same words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from telephony.domain.events import Direction, LegRole, Phone

NOBODY = Phone(raw="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    direction: Direction | None
    """None where another message tells the call's direction."""
    extension: str
    """The employee that the message is about."""
    role: LegRole = LegRole.CALLED
    client: Phone = NOBODY
    our_number: str = ""
    caller: str = ""
    """Of a call between colleagues, who calls."""
    is_own_phone: bool = False
    """Of an ordered call: the employee's phone, before the client is called."""

    @property
    def facts(self) -> dict[str, Any]:
        """Of an event about this employee."""
        told = {"direction": self.direction, "extension": self.extension, "our_number": self.our_number}
        return {**told, "role": self.role, **client_facts(self.client)}


def client_facts(client: Phone) -> dict[str, Any]:
    return {"client_raw": client.raw, "client_e164": client.e164}


def calls(extension: str, fingerprint: str) -> dict[str, Any]:
    """What differs where the same message tells of who calls, too."""
    return {"extension": extension, "role": LegRole.CALLING, "fingerprint": fingerprint}
