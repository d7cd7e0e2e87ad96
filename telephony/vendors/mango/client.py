"""Orders to call at Mango, and its employees. Source: "VPBX API", "commands/callback", "config/users/request"."""

from __future__ import annotations

from typing import Any

from telephony.domain.errands import FailedOrder
from telephony.domain.exceptions import DialFailed, DialProblem
from telephony.domain.hooks import ConnectionProfile
from telephony.http import Request, Response, Talk
from telephony.vendors import answers
from telephony.vendors.dialing import Dialled, DialOrder, answered_object, read_object, require, said, shown_number
from telephony.vendors.mango import codes
from telephony.vendors.mango.message import Message
from telephony.vendors.mango.signing import SETTINGS, signed_request
from telephony.vendors.office import Employee, Office

COMMANDS, RECORDINGS, STATISTICS = "commands", "recordings", "statistics"
# Source: "VPBX API", limits of requests: 10 a second, orders 4, statistics one in two seconds.
PACE = {"": 600, COMMANDS: 240, RECORDINGS: 600, STATISTICS: 30}


def dial_request(profile: ConnectionProfile, order: DialOrder) -> Request:
    """With our own id, which comes back in all the call's messages. Raises `DialFailed` if a setting is missing."""
    require(profile.has(*SETTINGS))
    told: dict[str, Any] = {
        "command_id": order.order_id,
        "from": {"extension": order.extension},
        "to_number": order.phone.lstrip("+"),
    }
    if shown := shown_number(profile):
        told["line_number"] = shown
    return signed_request(profile, "commands/callback", told, lane=COMMANDS)


def dial_answer(response: Response) -> Dialled:
    """The number in the body decides, whatever the status. Raises `DialFailed` for all but 1000."""
    code = result_of(response)
    if code == codes.SUCCESS:
        return Dialled()
    if code:
        raise DialFailed(*codes.words(code))
    answered_object(response)
    raise DialFailed(DialProblem.UNREADABLE, said(response))


def result_of(response: Response) -> str:
    """The answer's number as text; empty if it has none."""
    value = read_object(response).get("result")
    return value.strip() if isinstance(value, str) else ""


def read_answer(response: Response) -> dict[str, Any]:
    """The answer's object. Raises `AskFailed` for one that is no success."""
    code = result_of(response)
    return answers.read_answer(response, lambda _: codes.words(code)[1] if code not in ("", codes.SUCCESS) else None)


class MangoOffice(Office):
    needs = SETTINGS
    lists_employees = True

    def employees(self, profile: ConnectionProfile) -> Talk[tuple[Employee, ...]]:
        """Those who have an internal number."""
        users = read_answer((yield signed_request(profile, "config/users/request", {}))).get("users")
        return tuple(found for one in answers.objects(users, "users") if (found := _employee(one)))


def _employee(row: dict[str, Any]) -> Employee | None:
    general, telephony = (part if isinstance(part := row.get(name), dict) else {} for name in ("general", "telephony"))
    extension = str(telephony.get("extension") or "")
    if not extension:
        return None
    return Employee(name=str(general.get("name") or ""), extension=extension, email=str(general.get("email") or ""))


def result_of_order(message: Message) -> FailedOrder | str:
    """What became of an order; the call's own messages tell the rest."""
    order, code = message.text("command_id"), message.text("result")
    if not order or not code:
        return "It names no order, or not what became of it."
    if code == codes.SUCCESS or code in codes.NORMAL_ENDS:
        return f"The order {order} was carried out."
    problem, said = codes.words(code)
    return FailedOrder(order_id=order, problem=problem, said=said)
