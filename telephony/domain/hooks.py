"""A PBX's HTTP request and our answer as plain values.

The view makes a `Hook` from a live request, the inbox from a stored delivery, the tests from a payload
file: a vendor can't tell the difference, so whatever was received once can be replayed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from telephony.domain.directory import ContactCard
from telephony.domain.errands import Errand


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One HTTP request of a PBX, exactly as received."""

    method: str
    query: bytes = b""
    """The query string, raw, without the question mark."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""
    received_at: datetime
    """Aware, UTC."""
    remote_address: str = ""
    tail: str = ""
    """What stands in the path after the address's secret, without slashes at its ends: "events/call"."""
    read: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Its fields, once `fields.read_params` has read them: a secret is looked for in them, then an event, an answer."""

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionProfile:
    """What a vendor's pure functions may know of the connection."""

    time_zone: ZoneInfo
    """The zone of the PBX's clock, for messages whose times carry none."""
    phone_region: str
    """ISO 3166 code: how numbers without a country code are read."""
    settings: Mapping[str, Any]
    """The vendor's settings, as its own form cleaned them."""
    former: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """Secrets of before that prove messages, too, for a while; by the names of `settings`."""
    kept: MutableMapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """What a vendor may keep between its talks with the PBX, like the key of a session: of this process, for a while,
    and only while the settings stay as they are."""

    def setting(self, name: str, default: str = "") -> str:
        """As text; the default where it is empty."""
        return str(self.settings.get(name) or default)

    def address(self, name: str, default: str = "") -> str:
        """One that is an address, without a slash at its end."""
        return self.setting(name, default).strip().rstrip("/")

    def has(self, *names: str) -> bool:
        """Whether all of these settings are filled in."""
        return all(self.settings.get(name) for name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a vendor may use to answer a message that asked who is calling."""

    contacts: tuple[ContactCard, ...] = ()
    """The directory's matches, best first; empty for an unknown number or an event that asks nothing."""
    responsible_extension: str = ""
    """Internal number of the best match's responsible user on this connection, if mapped."""
    responsible_key: str = field(default="", repr=False)
    """The key by which the PBX knows the same phone, where it uses keys."""
    errands: tuple[Errand, ...] = ()
    """What the PBX is to do for us, for one that `fetches_errands`."""

    @property
    def displayed(self) -> str:
        """The contact's name; of several contacts the best match and how many more there are: "Иванов Иван +1"."""
        more = len(self.contacts) - 1
        return self.contacts[0].name + (f" +{more}" if more else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Our answer, in the vendor's own shape."""

    body: bytes
    content_type: str
    status: int = 200

    @classmethod
    def json(cls, value: Any, status: int = 200) -> Reply:
        text = json.dumps(value, ensure_ascii=False)
        return cls(body=text.encode(), content_type="application/json; charset=utf-8", status=status)

    @classmethod
    def text(cls, value: str, status: int = 200) -> Reply:
        return cls(body=value.encode(), content_type="text/plain; charset=utf-8", status=status)
