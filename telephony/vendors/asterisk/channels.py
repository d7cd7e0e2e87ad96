"""Who is who among the channels of an Asterisk. Source: AMI events, seen on Asterisk 22 (README.md, "Sources")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telephony.domain import fields
from telephony.domain.hooks import ConnectionProfile
from telephony.vendors.listing import row_params

EXTENSIONS = r"\d{2,5}"
"""What internal numbers look like where the settings don't say."""
_UNIQUE = re.compile(r"-[0-9a-f]+(;\d)?$", re.IGNORECASE)
_NOBODY = ("", "s", "<unknown>", "unknown", "anonymous")
"""What stands where there is no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """The other end of a channel."""

    name: str
    """Of the endpoint: PJSIP/101-0000002a is 101."""
    is_extension: bool
    is_local: bool
    """A channel that only joins two parts of the dial plan: nobody's phone."""

    @property
    def is_trunk(self) -> bool:
        return bool(self.name) and not self.is_extension and not self.is_local


@dataclass(frozen=True, slots=True)
class Plan:
    """How this PBX names its trunks and its people."""

    trunks: frozenset[str]
    extensions: re.Pattern[str]

    @classmethod
    def of(cls, profile: ConnectionProfile) -> Plan:
        trunks = frozenset(filter(None, re.split(r"[\s,;]+", profile.setting("trunks"))))
        pattern = profile.setting("extensions", EXTENSIONS)
        try:
            return cls(trunks, re.compile(pattern))
        except re.error:  # The form does not take one that is none.
            return cls(trunks, re.compile(EXTENSIONS))

    def is_extension(self, number: str) -> bool:
        return number not in self.trunks and self.extensions.fullmatch(number) is not None

    def party(self, channel: str) -> Party:
        """Of PJSIP/101-0000002a, SIP/trunk-1a2b, Local/101@from-queue-0001;2."""
        technology, _, rest = channel.partition("/")
        name = _UNIQUE.sub("", rest).partition("@")[0]
        is_local = technology.lower() == "local"
        return Party(name=name, is_extension=not is_local and self.is_extension(name), is_local=is_local)


def number(message: fields.Params, name: str) -> str:
    """A number as it stands there; empty for what Asterisk writes where there is none."""
    said = fields.text(message, name)
    return "" if said.lower() in _NOBODY else said


def params_of(message: dict[str, Any], *, received_at: datetime) -> fields.Params:
    """One AMI message with its values as texts; what is no plain value is left out."""
    texts = {name: fields.storable(text) for name, text in row_params(message).items()}
    return fields.Params(texts, received_at=received_at)
