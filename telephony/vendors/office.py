"""What a PBX tells of its own set-up: its employees, their phones, and where it sends its messages.

Pure, like the rest of a vendor: each method is a talk (telephony/http/talks.py). Each raises `AskFailed` for an answer
that is none, and is called only if its flag says that the PBX can be asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import urlsplit

from telephony.domain.hooks import ConnectionProfile
from telephony.http import Talk


@dataclass(frozen=True, slots=True, kw_only=True)
class Employee:
    """Somebody whom the PBX knows. Empty where it does not say."""

    name: str = ""
    extension: str = ""
    """Internal number."""
    key: str = ""
    """The login or number by which the PBX's messages name them, where that is not the internal number."""
    email: str = ""


def is_own(url: str, own_path: str) -> bool:
    """Whether this address is that of the connection with this path."""
    return urlsplit(url).path.rstrip("/").endswith(own_path.rstrip("/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class HookAddress:
    """Where the PBX sends its messages, and which of them."""

    url: str
    """Empty: nowhere."""
    switches: Mapping[str, bool] = field(default_factory=dict)
    """The PBX's own names of its messages; only those that our parser reads."""


class Office:
    lists_employees: ClassVar[bool] = False
    tells_registration: ClassVar[bool] = False
    sets_address: ClassVar[bool] = False
    """Its address for messages can be read and set."""
    takes_addresses: ClassVar[bool] = False
    """It sends to several addresses: ours is added, and others' stay."""

    needs: ClassVar[tuple[str, ...]] = ()
    """The settings without which it can't be asked."""

    def is_set_up(self, profile: ConnectionProfile) -> bool:
        """Whether the settings hold all that asking needs."""
        return profile.has(*self.needs)

    def employees(self, profile: ConnectionProfile) -> Talk[tuple[Employee, ...]]:
        """Everybody whom the PBX lists. Needs `lists_employees`."""
        raise NotImplementedError

    def registration(self, profile: ConnectionProfile, extension: str) -> Talk[bool | None]:
        """Whether this phone is connected with the PBX now; None if the PBX does not know. Needs
        `tells_registration`."""
        raise NotImplementedError

    def address(self, profile: ConnectionProfile, *, own_path: str) -> Talk[HookAddress]:
        """Where it sends, and what of it to there; of one that `takes_addresses` the one with our own path, if it is
        among them. Needs `sets_address`."""
        raise NotImplementedError

    def set_address(self, profile: ConnectionProfile, url: str) -> Talk[None]:
        """Have all messages that we read sent to this address. Needs `sets_address`."""
        raise NotImplementedError
