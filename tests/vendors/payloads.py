"""Reads the vendors' payload files: NAME.http, a request as on the wire, and NAME.expected.json, what it means.

The meaning names every fact of every event but its fingerprint; what it does not name must be absent.
"""

from __future__ import annotations

import inspect
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from telephony import vendors
from telephony.domain.directory import ContactCard
from telephony.domain.events import CallEvent, Parsed, to_json
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome
from telephony.vendors.base import Vendor

VENDORS_FOLDER = Path(vendors.__file__).parent
RECEIVED_AT = datetime(2024, 1, 29, 10, 46, 30, tzinfo=UTC)
"""Eight seconds after the call_start of WireCRM's examples, by a clock in Moscow."""


@dataclass(frozen=True)
class Payload:
    """One pair of files."""

    vendor: str
    name: str

    @property
    def _stem(self) -> Path:
        return folder_of(self.vendor) / self.name

    @cached_property
    def raw(self) -> bytes:
        return Path(f"{self._stem}.http").read_bytes()

    @cached_property
    def expected(self) -> dict[str, Any]:
        expected: dict[str, Any] = json.loads(Path(f"{self._stem}.expected.json").read_text())
        return expected

    @property
    def hook(self) -> Hook:
        head, _, body = self.raw.partition(b"\r\n\r\n")
        request_line, *header_lines = head.split(b"\r\n")
        method, target, _ = request_line.split(b" ")
        headers = dict(line.decode().split(": ", 1) for line in header_lines)
        return Hook(
            method=method.decode(),
            query=target.partition(b"?")[2],
            tail=_tail(target.partition(b"?")[0].decode()),
            headers={name.lower(): value for name, value in headers.items()},
            body=body,
            received_at=self.received_at,
        )

    @property
    def received_at(self) -> datetime:
        stated = self.expected.get("received_at")
        return datetime.fromisoformat(stated) if stated else RECEIVED_AT

    @property
    def profile(self) -> ConnectionProfile:
        return profile(**self.expected.get("settings", {}))

    @property
    def outcome(self) -> Outcome:
        stated = self.expected.get("outcome", {})
        contacts = tuple(ContactCard(**card) for card in stated.get("contacts", ()))
        return Outcome(
            contacts=contacts,
            responsible_extension=stated.get("responsible_extension", ""),
            responsible_key=stated.get("responsible_key", ""),
        )


def folder_of(slug: str) -> Path:
    """Beside the vendor's own module: it may stand in another project."""
    return Path(inspect.getfile(type(vendors.get_vendor(slug)))).parent / "payloads"


def profile(**settings: Any) -> ConnectionProfile:
    """A connection in Moscow."""
    return ConnectionProfile(time_zone=ZoneInfo("Europe/Moscow"), phone_region="RU", settings=settings)


def payloads_of(vendor: Vendor) -> list[Payload]:
    """All payloads of this vendor, by name."""
    folder = folder_of(vendor.slug)
    return [Payload(vendor.slug, path.name.removesuffix(".http")) for path in sorted(folder.glob("*.http"))]


def events_of(vendor: str, *names: str) -> list[CallEvent]:
    """The events of these payloads, in order."""
    chosen = [Payload(vendor, name) for name in names]
    parse = vendors.get_vendor(vendor).parse
    return [event for payload in chosen for event in parse(payload.hook, payload.profile).events]


def meaning(parsed: Parsed) -> dict[str, Any]:
    """What was parsed, in the words of an expected.json."""
    found: dict[str, Any] = {}
    if parsed.events:
        found["events"] = [_facts(event) for event in parsed.events]
    if parsed.asks_about:
        found["asks_about"] = {"raw": parsed.asks_about.raw, "e164": parsed.asks_about.e164}
    if parsed.ignored:
        found["ignored"] = parsed.ignored
    if parsed.needs_attention:
        found["needs_attention"] = True
    if parsed.failed_orders:
        found["failed_orders"] = [
            {"order_id": order.order_id, "problem": order.problem, "said": order.said} for order in parsed.failed_orders
        ]
    if parsed.notes:
        found["notes"] = [note.to_json() for note in parsed.notes]
    return found


def _tail(path: str) -> str:
    """What stands after /telephony/hooks/<vendor>/SECRET/."""
    return "/".join(path.strip("/").split("/")[4:])


def _facts(event: CallEvent) -> dict[str, Any]:
    facts = to_json(event)
    del facts["fingerprint"]
    return facts
