"""UIS' recordings, employees and phones. Source: Data API v2.0, as public clients ask it (README.md, "Sources")."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

from telephony.domain.hooks import ConnectionProfile
from telephony.http import Request, Talk
from telephony.vendors.dialing import text_of
from telephony.vendors.office import Employee, Office
from telephony.vendors.uis.rpc import DATA_URL, rows_of

# Source: `physical_state` of `get.sip_lines`; its words are UNCERTAIN.
REGISTERED = dict.fromkeys(("registered", "online", "connected", "active", "true", "1"), True) | dict.fromkeys(
    ("unregistered", "not_registered", "offline", "disconnected", "inactive", "false", "0"), False
)


def recording(profile: ConnectionProfile, *, link: str, reference: str) -> Talk[Request]:
    """By the link, which is open to whoever knows it; else by the session's id, or by the communication's."""
    if link:
        return Request(url=link)
    record, _, owners = reference.partition("/")
    session, _, communication = owners.partition("/")
    address = f"{_cabinet(profile)}/system/media/talk/%s/{record}/"
    if communication and communication != session:
        # A piece tells whether it is there: a whole recording would be too long for a question.
        tried = yield Request(url=address % session, headers={"Range": "bytes=0-255"})
        if not 200 <= tried.status < 300 or tried.text.lstrip()[:1] in ("<", "{", ""):
            return Request(url=address % communication)
    return Request(url=address % session)


def _cabinet(profile: ConnectionProfile) -> str:
    """Where the recordings are: app.uiscom.ru for dataapi.uiscom.ru; beside it where its name tells nothing."""
    address = profile.setting("data_api_url", DATA_URL)
    first, _, domain = (urlsplit(address).hostname or "").partition(".")
    return f"https://app.{domain}" if first.startswith("dataapi") else address.removesuffix("/v2.0")


class UisOffice(Office):
    needs = ("access_token",)
    lists_employees: ClassVar[bool] = True
    tells_registration: ClassVar[bool] = True

    def employees(self, profile: ConnectionProfile) -> Talk[tuple[Employee, ...]]:
        asked = {"limit": 1000, "offset": 0, "fields": ["id", "full_name", "extension", "phone_numbers"]}
        rows = yield from rows_of(profile, "get.employees", asked, limit=1000)
        return tuple(
            Employee(name=text_of(row, "full_name"), extension=_extension(row), key=text_of(row, "id"))
            for row in rows
            if text_of(row, "id")
        )

    def registration(self, profile: ConnectionProfile, extension: str) -> Talk[bool | None]:
        """By the lines of the employee who has this internal number: one that is connected is enough."""
        people = yield from self.employees(profile)
        key = next((one.key for one in people if extension in (one.extension, one.key)), "")
        asked = {"limit": 1000, "offset": 0, "fields": ["id", "employee_id", "phone_number", "physical_state"]}
        lines = yield from rows_of(profile, "get.sip_lines", asked, limit=1000)
        named = ((extension, "phone_number"), (key, "employee_id"))
        theirs = [line for line in lines if any(value and text_of(line, name) == value for value, name in named)]
        states = {REGISTERED.get(text_of(line, "physical_state").lower()) for line in theirs}
        return True if True in states else False if False in states else None


def _extension(row: dict[str, Any]) -> str:
    found = row.get("extension")
    if isinstance(found, dict):
        return text_of(found, "extension_phone_number", "inner_phone_number")
    return text_of(row, "extension")
