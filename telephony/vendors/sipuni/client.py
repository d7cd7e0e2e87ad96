"""Orders to call at Sipuni ("заказ обратного звонка"); README.md, "Calling from the CRM", has the source."""

from __future__ import annotations

import hashlib

from telephony.domain.exceptions import DialFailed, DialProblem
from telephony.domain.hooks import ConnectionProfile
from telephony.domain.numbers import as_dialled
from telephony.http import Request, Response
from telephony.vendors.dialing import Dialled, DialOrder, check_status, read_object, refused, require, said, text_of

EMPLOYEE_FIRST = "0"
"""`reverse`: the employee's phone rings first, then the client's."""
ANY_PHONE = "0"
"""`antiaon`: the client sees our number."""


def dial_request(profile: ConnectionProfile, order: DialOrder, *, api_url: str) -> Request:
    """POST, signed with the integration key, which itself is never sent. Raises `DialFailed`."""
    secret = require(profile.settings.get("secret"))
    form = {
        "antiaon": ANY_PHONE,
        "phone": as_dialled(order.phone, profile.phone_region),
        "reverse": EMPLOYEE_FIRST,
        "sipnumber": order.extension,
        "user": require(profile.settings.get("user")),
    }
    address = str(profile.settings.get("api_url") or api_url)
    return Request(url=address, method="POST", form=form, secret_form={"hash": sign(form, secret)}, own_address=address)


def sign(form: dict[str, str], secret: str) -> str:
    """md5 of the values in the alphabetical order of their names and of the key, joined by plus signs."""
    signed = "+".join([*(form[name] for name in sorted(form)), secret])
    return hashlib.md5(signed.encode(), usedforsecurity=False).hexdigest()


def dial_answer(response: Response) -> Dialled:
    """Success is in the body alone: a refusal is a 200, too, and JSON is called HTML. Raises `DialFailed`."""
    check_status(response)
    answer = read_object(response)
    if not answer:
        raise DialFailed(DialProblem.UNREADABLE, said(response))
    if answer.get("success") not in (True, "true", "1"):
        raise refused(said(response))
    return Dialled(order_id=text_of(answer, "id", "callId", "callbackId"))
