"""One message of a generated call as an HTTP request, in each form that PBXs use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from telephony import vendors
from telephony.domain.events import CallEvent
from telephony.domain.hooks import ConnectionProfile, Hook
from tests.vendors.payloads import profile

SETTINGS: dict[str, dict[str, str]] = {"sipuni": {"user": "012345"}, "xvb": {"access_code": "10019"}}
BOUNDARY = "----CallsOfTests"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Message:
    """A request with the time at which it arrives."""

    vendor: str
    hook: Hook

    @property
    def profile(self) -> ConnectionProfile:
        return profile(**SETTINGS.get(self.vendor, {}))

    def __repr__(self) -> str:
        said = (self.hook.query or self.hook.body).decode().replace(BOUNDARY, "").replace("\r\n", " ")
        return f"<{self.vendor} {self.hook.received_at:%H:%M:%S.%f} {said}>"

    def events(self) -> tuple[CallEvent, ...]:
        """What the vendor's own parser reads in it."""
        return vendors.get_vendor(self.vendor).parse(self.hook, self.profile).events

    def again(self, later: timedelta) -> Message:
        """A copy of it that arrives later."""
        return self.received(self.hook.received_at + later)

    def received(self, at: datetime) -> Message:
        return replace(self, hook=replace(self.hook, received_at=at))


def by_get(vendor: str, received_at: datetime, fields: Mapping[str, object]) -> Message:
    hook = Hook(method="GET", query=urlencode(_said(fields)).encode(), received_at=received_at)
    return Message(vendor=vendor, hook=hook)


def by_form(vendor: str, received_at: datetime, fields: Mapping[str, object]) -> Message:
    return _post(vendor, received_at, "application/x-www-form-urlencoded", urlencode(_said(fields)))


def by_json(vendor: str, received_at: datetime, fields: Mapping[str, object]) -> Message:
    return _post(vendor, received_at, "application/json", json.dumps(_said(fields)))


def by_multipart(vendor: str, received_at: datetime, fields: Mapping[str, object]) -> Message:
    parts = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in _said(fields).items()
    )
    return _post(
        vendor, received_at, f"multipart/form-data; boundary={BOUNDARY}", "".join(parts) + f"--{BOUNDARY}--\r\n"
    )


def _post(vendor: str, received_at: datetime, content_type: str, body: str) -> Message:
    headers = {"content-type": content_type, "content-length": str(len(body.encode()))}
    return Message(
        vendor=vendor,
        hook=Hook(method="POST", headers=headers, body=body.encode(), received_at=received_at),
    )


def _said(fields: Mapping[str, object]) -> dict[str, object]:
    """Without the fields that this message leaves out."""
    return {name: value for name, value in fields.items() if value is not None}
