"""Orders to call at OnlinePBX, recordings, employees and their phones. Sources: README.md, "Sources"."""

from __future__ import annotations

from typing import Any

from telephony.domain.exceptions import DialFailed, DialProblem, NoRecording, NotReady, NotSetUp
from telephony.domain.hooks import ConnectionProfile
from telephony.domain.numbers import as_dialled
from telephony.http import Request, Response, Talk
from telephony.vendors.answers import objects
from telephony.vendors.dialing import (
    Dialled,
    DialOrder,
    check_status,
    read_object,
    refused,
    require,
    shown_number,
    text_of,
)
from telephony.vendors.listing import AskFailed
from telephony.vendors.office import Employee, Office
from telephony.vendors.onlinepbx.parsing import secure
from telephony.vendors.onlinepbx.session import SETTINGS, ask, content, is_expired, is_success, said
from telephony.vendors.session import not_ordered

# Source: the two ways of calling in public clients have the same fields; this one rings the employee at once.
CALL, SEARCH, USERS = "call/now", "mongo_history/search", "user/get"
PLUS, DIGITS, NATIONAL = "plus", "digits", "national"


def dial(profile: ConnectionProfile, order: DialOrder) -> Talk[Dialled]:
    """Rings the extension first. Raises `DialFailed`."""
    require(profile.has(*SETTINGS))
    form = {"from": require(order.extension), "to": written(order.phone, profile)}
    if shown := shown_number(profile):
        form["gate_from"] = shown
    try:
        response = yield from ask(profile, CALL, form, is_harmless=False)
    except AskFailed as error:
        raise not_ordered(error) from error
    return dialled(response)


def dialled(response: Response) -> Dialled:
    """Whether its id is that of the coming call is UNCERTAIN: else the call is found by phone and number."""
    answer = read_object(response)
    if not answer:
        check_status(response)
        raise DialFailed(DialProblem.UNREADABLE)
    if is_success(answer):
        data = answer.get("data")
        return Dialled(order_id=text_of(data, "uuid") if isinstance(data, dict) else "")
    if is_expired(response):
        raise DialFailed(DialProblem.WRONG_TOKEN, said(answer))
    raise refused(said(answer))


def written(e164: str, profile: ConnectionProfile) -> str:
    """The number as this account takes it."""
    form = profile.setting("number_form", PLUS)
    if form == NATIONAL:
        return as_dialled(e164, profile.phone_region)
    return e164.lstrip("+") if form == DIGITS else e164


def recording(profile: ConnectionProfile, *, link: str, reference: str) -> Talk[Request]:
    """A link dies half an hour after it was told: where the API can be asked, a new one is. Raises what
    `Vendor.recording` does."""
    if not reference or not profile.has(*SETTINGS):
        if not link:
            raise NotSetUp("domain, api_key: needed to ask for a recording.")
        yield from ()
        return Request(url=secure(link))
    data = content((yield from ask(profile, SEARCH, {"uuid": reference, "download": "1"})))
    if data == "":
        raise NoRecording("OnlinePBX has no recording of this call.")
    if not isinstance(data, str):
        raise NotReady("OnlinePBX gives no link yet.")
    return Request(url=secure(data))


class OnlinePbxOffice(Office):
    needs = SETTINGS
    lists_employees = True
    tells_registration = True

    def employees(self, profile: ConnectionProfile) -> Talk[tuple[Employee, ...]]:
        users = yield from _users(profile)
        return tuple(Employee(name=str(user.get("name") or ""), extension=str(user["num"])) for user in users)

    def registration(self, profile: ConnectionProfile, extension: str) -> Talk[bool | None]:
        """A phone that is connected has an address."""
        users = yield from _users(profile)
        user = next((user for user in users if str(user["num"]) == extension), None)
        if user is None:
            return None
        device = user.get("device")
        devices = device if isinstance(device, list) else [device]
        return any(isinstance(one, dict) and bool(one.get("ip")) for one in devices)


def _users(profile: ConnectionProfile) -> Talk[list[dict[str, Any]]]:
    data = content((yield from ask(profile, USERS, {"fields": "num,name,enabled,device"})))
    rows = objects(list(data.values()) if isinstance(data, dict) else data)
    return [row for row in rows if row.get("num")]
