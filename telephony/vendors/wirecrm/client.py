"""Orders to call at a PBX that speaks WireCRM's API PBX. Source: "API PBX", "Совершение звонка из CRM"."""

from __future__ import annotations

import re

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
)

AUTHENTICATION = "x-pbx-authentication"

_PRINTED_ERROR = re.compile(r'"error"\s*[,:]\s*"([^"]*)"')
"""The document prints `{"status":"0","error","..."}`: a comma where JSON wants a colon."""


def dial_request(profile: ConnectionProfile, order: DialOrder) -> Request:
    """POST with the token as a header. Raises `DialFailed`."""
    address = require(profile.settings.get("dial_url"))
    return Request(
        url=address,
        method="POST",
        form={"from": order.extension, "to": order.phone},
        secret_headers={AUTHENTICATION: require(profile.settings.get("dial_token"))},
        own_address=address,
    )


def dial_answer(response: Response) -> Dialled:
    """No id comes back. What can't be read is a refusal, and its text is still told. Raises `DialFailed`."""
    check_status(response)
    answer = read_object(response)
    if str(answer.get("status", "")).strip() == "1":
        return Dialled()
    printed = _PRINTED_ERROR.search(response.text)
    if not answer and not printed:
        raise DialFailed(DialProblem.UNREADABLE, "" if looks_like_page(response) else said(response))
    raise refused(printed[1] if printed else said(response))
