"""Orders to call at XVB-PBX. Source: `cmd=makeCall` (README.md, "Sources"); the answers: README.md."""

from __future__ import annotations

from telephony.domain.exceptions import DialFailed, DialProblem
from telephony.domain.hooks import ConnectionProfile
from telephony.http import Request, Response
from telephony.vendors.dialing import (
    Dialled,
    DialOrder,
    check_status,
    looks_like_page,
    read_object,
    refused,
    require,
    said,
    text_of,
)


def dial_request(profile: ConnectionProfile, order: DialOrder) -> Request:
    """The document names no method: POST keeps the token out of the address. Raises `DialFailed`."""
    address = require(profile.settings.get("cloud_url"))
    return Request(
        url=address,
        method="POST",
        form={"cmd": "makeCall", "from": order.extension, "to": order.phone.lstrip("+")},
        secret_form={"token": require(profile.settings.get("token"))},
        own_address=address,
    )


def dial_answer(response: Response) -> Dialled:
    """The answer is not documented: any 2xx without an error is a success, `OK` and nothing at all included."""
    check_status(response)
    answer = read_object(response)
    if answer.get("error"):
        raise refused(said(response))
    if looks_like_page(response):
        raise DialFailed(DialProblem.UNREADABLE)
    return Dialled(order_id=text_of(answer, "uuid", "callid"))
