"""Messages of every PBX, as they come over the wire."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from telephony.domain.events import CallEvent, from_json, to_json
from telephony.domain.exceptions import HookRejected, MalformedHook
from telephony.domain.fold import fold
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.vendors import installed
from telephony.vendors.base import Vendor
from tests.fuzzing.targets import Target, check_stored
from tests.vendors.payloads import RECEIVED_AT, payloads_of, profile

_NO_TAIL = re.compile(r"[^-\w./]")
"""What telephony/urls.py takes for no part of a PBX's own path."""


def targets() -> dict[str, Target]:
    return {
        f"hook-{slug}": Target(
            read=partial(read, vendor, profiles_of(vendor)),
            seeds=lambda vendor=vendor: (one.raw for one in payloads_of(vendor)),
        )
        for slug, vendor in installed().items()
    }


def profiles_of(vendor: Vendor) -> list[ConnectionProfile]:
    """Without any setting, and with all that its payloads need."""
    settings: dict[str, Any] = {}
    for payload in payloads_of(vendor):
        settings |= payload.expected.get("settings", {})
    return [profile(), profile(**settings)] if settings else [profile()]


def hook_of(raw: bytes) -> Hook:
    """The request in these bytes, however spoilt they are."""
    head, _, body = raw.partition(b"\r\n\r\n")
    line, *header_lines = head.decode("latin-1").split("\r\n")
    method, _, rest = line.partition(" ")
    path, _, query = rest.rpartition(" ")[0].partition("?")
    headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in header_lines)}
    return Hook(
        method="GET" if method == "GET" else "POST",
        query=query.encode("latin-1"),
        tail=_NO_TAIL.sub("", "/".join(path.strip("/").split("/")[4:]))[:200],
        headers=headers,
        body=body,
        received_at=RECEIVED_AT,
    )


def read(vendor: Vendor, profiles: list[ConnectionProfile], raw: bytes) -> None:
    """What is promised in telephony/vendors/base.py of each of its functions."""
    hook = hook_of(raw)
    for known in profiles:
        vendor.is_poll(hook)
        vendor.unfilled(hook)
        vendor.challenge(hook, known)
        try:
            vendor.authenticate(hook, known)
        except HookRejected as error:
            check_stored(str(error))
        parsed = None
        try:
            parsed = vendor.parse(hook, known)
        except MalformedHook as error:
            check_stored(str(error))
        check_reply(vendor.reply(hook, known, parsed, Outcome()))
        if parsed is None:
            continue
        if vendor.parse(hook, known) != parsed:
            raise AssertionError("The same message was read otherwise the second time.")
        check_stored(parsed.ignored + "".join(str(note.to_json()) for note in parsed.notes))
        check_events(parsed.events)


def check_reply(reply: Reply) -> None:
    reply.content_type.encode("latin-1")
    if not 200 <= reply.status < 600:
        raise AssertionError(f"Status {reply.status}")


def check_events(events: tuple[CallEvent, ...]) -> None:
    for event in events:
        stored = to_json(event)
        for text in _texts(stored):
            check_stored(text)
        if from_json(json.loads(json.dumps(stored))) != event:
            raise AssertionError("An event that is stored comes back as another one.")
    for call_id in {event.external_id for event in events}:
        fold([event for event in events if event.external_id == call_id])


def _texts(stored: dict[str, Any]) -> Iterator[str]:
    for value in stored.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from value
            yield from _texts(value)
