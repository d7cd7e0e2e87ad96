"""Orders to call at Mobilon. Source: "API & webhooks", "Инициирование вызова" (README.md, "Sources").

A GET with a side effect and the subscriber's key in its address: sent once, never logged.
"""

from __future__ import annotations

from telephony.domain.exceptions import DialFailed, DialProblem
from telephony.domain.hooks import ConnectionProfile
from telephony.domain.numbers import as_dialled
from telephony.http import Request, Response
from telephony.vendors.dialing import Dialled, DialOrder, answered_object, refused, said, text_of
from telephony.vendors.mobilon.api import ORDER, question

# Source: answers of newer accounts; "API & webhooks" prints no code but 0 (README.md, "Calling from the CRM").
CODES = {
    "1": DialProblem.NOT_REGISTERED,
    "2": DialProblem.WRONG_KEY,
    "3": DialProblem.BAD_NUMBER,
    "4": DialProblem.PBX_ERROR,
    "5": DialProblem.NO_SUBSCRIBER,
}
"""Later accounts name the reason by number, as a string or not."""


def dial_request(profile: ConnectionProfile, order: DialOrder) -> Request:
    """Only digits are allowed in the number: without plus and brackets."""
    number = as_dialled(order.phone, profile.phone_region)
    return question(profile, ORDER, {"key": order.user_key}, outboundNumber=number)


def dial_answer(response: Response) -> Dialled:
    """`result` alone decides: failures are 200, too, and a wrong address answers with a page. Raises `DialFailed`."""
    answer = answered_object(response)
    if answer.get("result") == "SUCCESS":
        return Dialled(order_id=text_of(answer, "callid"))
    problem = CODES.get(str(answer.get("code", "")).strip())
    raise DialFailed(problem, said(response)) if problem else refused(said(response))
