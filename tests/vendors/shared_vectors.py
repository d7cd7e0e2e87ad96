"""The tables of messages of the PBXs that came later: `../shared/vendors/NAME.json`, one for each.

They lie beside the repository while the project is developed. A PBX that is not installed is left out. The settings
that a message needs, and what the directory answers, are those of the payload that has its name.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from telephony.domain.events import Parsed
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome
from telephony.vendors import get_vendor, installed
from telephony.vendors import standard_webhooks as signing
from tests.vendors.payloads import VENDORS_FOLDER, Payload, profile

FOLDER = Path(__file__).parents[3] / "shared" / "vendors"
RECEIVED_AT = datetime(2026, 3, 2, 7, 22, 30, tzinfo=UTC)
"""Soon after the calls of the tables, for messages that don't say when they were sent."""
Vector = dict[str, Any]


@cache
def rows(slug: str) -> list[Vector]:
    path = FOLDER / f"{slug}.json"
    found: list[Vector] = json.loads(path.read_text()) if path.exists() else []
    return found


ROWS = [row for slug in installed() for row in rows(slug)]
VECTORS = {row["id"]: row for row in ROWS if "vectors" not in row}
ANSWERS = [row for row in VECTORS.values() if row["direction"] == "pbx_response"]


@dataclass(frozen=True)
class Message:
    """One message of a table."""

    vector: Vector

    @property
    def name(self) -> str:
        return str(self.vector["id"])

    @property
    def slug(self) -> str:
        return str(self.vector["vendor"])

    @cached_property
    def payload(self) -> Payload | None:
        """The file of the same name; a message that was added to the table later has none."""
        payload = Payload(self.slug, self.name)
        return payload if (VENDORS_FOLDER / self.slug / "payloads" / f"{self.name}.http").exists() else None

    @property
    def profile(self) -> ConnectionProfile:
        return self.payload.profile if self.payload else _usual_profile(self.slug)

    @property
    def outcome(self) -> Outcome:
        return self.payload.outcome if self.payload else Outcome()

    @property
    def sent_at(self) -> datetime:
        """When it was signed; one that is stale is received when the first of its table is."""
        stamp = self.vector.get("headers", {}).get("webhook-timestamp")
        return max(datetime.fromtimestamp(int(stamp), UTC), _first_sent(self.slug)) if stamp else RECEIVED_AT

    def hook(self, received_at: datetime | None = None) -> Hook:
        headers = {"content-type": self.vector.get("content_type"), **self.vector.get("headers", {})}
        path = str(self.vector["path"])
        # Where vendors read no tails yet, there is no such field.
        reads_tails = any(field.name == "tail" for field in fields(Hook))
        tail = {"tail": path.split("/SECRET", 1)[1].strip("/")} if reads_tails else {}
        headers |= self._signed_here(headers)
        return Hook(
            method=self.vector["method"],
            query=self.vector.get("query", "").encode(),
            headers={name.lower(): value for name, value in headers.items() if value},
            body=self.vector.get("body", "").encode(),
            received_at=received_at or self.sent_at,
            **tail,
        )

    def _signed_here(self, headers: dict[str, Any]) -> dict[str, str]:
        """Nobody told the key that Asterisk's table was signed with: signed with ours, unless it is to be refused."""
        if self.slug != "asterisk" or self.vector["expected"].get("kind") == "rejected":
            return {}
        key = signing.keys_of(str(self.profile.settings["secret"]))[0]
        signed = f"{headers[signing.MESSAGE_ID]}.{headers[signing.TIMESTAMP]}.{self.vector['body']}".encode()
        return {signing.SIGNATURE: f"v1,{signing.signature(key, signed)}"}

    def parsed(self, received_at: datetime | None = None) -> Parsed:
        """Raises `HookRejected` and `MalformedHook`, as the vendor does."""
        vendor, hook = get_vendor(self.slug), self.hook(received_at)
        vendor.authenticate(hook, self.profile)
        return vendor.parse(hook, self.profile)


MESSAGES = [Message(row) for row in VECTORS.values() if row["direction"] == "pbx_to_crm"]


@cache
def _usual_profile(slug: str) -> ConnectionProfile:
    """The settings with which most payloads of this PBX are read."""
    files = sorted((VENDORS_FOLDER / slug / "payloads").glob("*.expected.json"))
    settings = [json.dumps(json.loads(path.read_text()).get("settings", {}), sort_keys=True) for path in files]
    return profile(**json.loads(max(settings, key=settings.count, default="{}")))


@cache
def _first_sent(slug: str) -> datetime:
    stamps = (row.get("headers", {}).get("webhook-timestamp") for row in rows(slug))
    return datetime.fromtimestamp(int(next(filter(None, stamps))), UTC)
