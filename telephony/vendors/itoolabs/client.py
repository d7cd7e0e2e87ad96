"""Orders to call at ITooLabs' PBXs, and their employees. Sources: README.md, "Sources"."""

from __future__ import annotations

import re
from typing import Any

from telephony.domain.exceptions import DialFailed, DialProblem
from telephony.domain.hooks import ConnectionProfile
from telephony.http import Request, Response, Talk
from telephony.vendors.dialing import (
    Dialled,
    DialOrder,
    check_status,
    read_object,
    refused,
    require,
    said,
    shown_number,
    text_of,
)
from telephony.vendors.itoolabs.api import api_of, asked, objects
from telephony.vendors.itoolabs.message import login_of
from telephony.vendors.office import Employee, Office

# Source: Gravitel's document (`uuid`), MegaFon's new interface (`callid`), Moldcell's public client (`CallID`, or the
# id as bare text).
ORDER_IDS = ("callid", "uuid", "CallID", "callId")
_BARE_ID = re.compile(r"(?=[\w.:-]*\d)[\w.:-]{8,128}")
MOST_PAGES = 50


def dial_request(profile: ConnectionProfile, order: DialOrder) -> Request:
    """`user` is the login; an internal number is known there, too. Raises `DialFailed`."""
    api = api_of(profile)
    if api is None:
        raise DialFailed(DialProblem.NOT_SET_UP)
    user, phone = require(order.user_key or order.extension), order.phone.lstrip("+")
    shown = {"clid": number} if (number := shown_number(profile)) else {}
    if api.is_new:
        return api.post("makecall", {"phone": phone, "user": user, **shown})
    return api.command("makeCall", user=user, phone=phone, **shown)


def dial_answer(response: Response) -> Dialled:
    """An id, `OK` or nothing at all with 200 is a success; the id is the `callid` of the coming events."""
    answer = read_object(response)
    says_why = answer.get("message") or "error" in answer
    if says_why and 400 <= response.status < 500 and response.status not in (401, 403):
        raise refused(said(response))
    check_status(response)
    order_id, text = text_of(answer, *ORDER_IDS), response.text.strip().strip('"')
    if order_id or text.upper() in ("", "OK", "NULL", "{}"):
        return Dialled(order_id=order_id)
    if answer.get("error") or answer.get("message"):
        raise refused(said(response))
    if not answer and _BARE_ID.fullmatch(text):
        return Dialled(order_id=text)
    raise DialFailed(DialProblem.UNREADABLE)


class ItoolabsOffice(Office):
    lists_employees = True

    def is_set_up(self, profile: ConnectionProfile) -> bool:
        return api_of(profile) is not None

    def employees(self, profile: ConnectionProfile) -> Talk[tuple[Employee, ...]]:
        api, found = asked(profile), []
        if not api.is_new:
            rows, _ = objects((yield api.command("accounts")))
            return tuple(_employee(row, key="name", name="realName") for row in rows)
        page: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            rows, around = objects((yield api.get("users", **page)), "items")
            found += [_employee(row, key="login", name="name") for row in rows]
            start = str((around.get("info") or {}).get("next") or "0")
            if not rows or start in ("0", page.get("start")):
                break
            page = {"start": start}
        return tuple(found)


def _employee(row: dict[str, Any], *, key: str, name: str) -> Employee:
    told = {field: str(value).strip() for field, value in row.items() if isinstance(value, str | int) and value}
    return Employee(
        name=told.get(name, ""),
        extension=told.get("ext", ""),
        key=login_of(told.get(key, "")),
        email=told.get("email", ""),
    )
