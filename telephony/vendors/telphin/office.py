"""What Telphin tells of its phones, and the address that their events are given. Sources: README.md, "Sources"."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from telephony.domain.hooks import ConnectionProfile
from telephony.http import Talk
from telephony.vendors.answers import check, objects
from telephony.vendors.dialing import said
from telephony.vendors.listing import AskFailed, AskProblem, paged
from telephony.vendors.office import Employee, HookAddress, Office, is_own
from telephony.vendors.telphin.client import SETTINGS, asked

# Source: the client of a public shop (`EventType`, `AddEvent`, `GetEvents`), and the messages of README.md, "Fields".
EVENTS = ("dial-in", "dial-out", "answer", "hangup")
PAGE, MOST_PAGES = 100, 10


class TelphinOffice(Office):
    needs = SETTINGS
    lists_employees = True
    sets_address = True
    takes_addresses = True

    def employees(self, profile: ConnectionProfile) -> Talk[tuple[Employee, ...]]:
        phones = yield from _phones(profile)
        return tuple(
            Employee(name=_text(one, "label"), extension=_text(one, "name").rpartition("*")[2], key=_text(one, "id"))
            for one in phones
        )

    def address(self, profile: ConnectionProfile, *, own_path: str) -> Talk[HookAddress]:
        """Each phone has events of its own: one that is not ours at one of them counts as switched off."""
        urls: list[str] = []
        lacking: set[str] = set()
        for phone in (yield from _phones(profile)):
            events = yield from _events(profile, phone)
            urls += [_text(event, "url") for event in events]
            lacking |= set(EVENTS) - {_text(one, "event_type") for one in events if is_own(_text(one, "url"), own_path)}
        own = [url for url in urls if is_own(url, own_path)]
        return HookAddress(url=next(iter([*own, *urls]), ""), switches={name: name not in lacking for name in EVENTS})

    def set_address(self, profile: ConnectionProfile, url: str) -> Talk[None]:
        """What lacks is added; other systems' events are left alone."""
        for phone in (yield from _phones(profile)):
            events = yield from _events(profile, phone)
            known = {_text(event, "event_type") for event in events if _text(event, "url") == url}
            for name in EVENTS:
                if name not in known:
                    event = {"event_type": name, "method": "POST", "url": url}
                    check((yield from asked(profile, _path_of_events(phone), event)))


def _phones(profile: ConnectionProfile) -> Talk[list[dict[str, Any]]]:
    def page(offset: int) -> Talk[list[dict[str, Any]]]:
        number = offset // PAGE + 1
        return _list(profile, f"client/@me/extension/?page={number}&per_page={PAGE}&type=phone")

    return (yield from paged(page, size=PAGE, most=MOST_PAGES))


def _events(profile: ConnectionProfile, phone: dict[str, Any]) -> Talk[list[dict[str, Any]]]:
    return (yield from _list(profile, _path_of_events(phone)))


def _path_of_events(phone: dict[str, Any]) -> str:
    return f"extension/{quote(_text(phone, 'id'), safe='')}/event/"


def _list(profile: ConnectionProfile, path: str) -> Talk[list[dict[str, Any]]]:
    """Raises `AskFailed`."""
    response = yield from asked(profile, path)
    if response.status in (401, 403):
        raise AskFailed(AskProblem.REFUSED, said(response))
    check(response)
    try:
        return objects(json.loads(response.text))
    except (ValueError, RecursionError):
        raise AskFailed(AskProblem.UNREADABLE, said(response)) from None


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    return str(value).strip() if isinstance(value, str | int) else ""
