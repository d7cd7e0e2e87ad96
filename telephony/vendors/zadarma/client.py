"""What Zadarma's API is asked: to call, for a recording. Source: zadarma/openapi (README.md, "Sources")."""

from __future__ import annotations

from typing import Any

from telephony.domain.exceptions import NotReady, NotSetUp
from telephony.domain.hooks import ConnectionProfile
from telephony.http import Request, Response, Talk
from telephony.vendors import answers
from telephony.vendors.dialing import Dialled, DialOrder, answered_object, refused, require, said, text_of
from telephony.vendors.listing import AskFailed, AskProblem
from telephony.vendors.zadarma.notification import direction_of
from telephony.vendors.zadarma.signing import SETTINGS, signed_request

LINK_LIVES = 1800
"""Seconds; the API takes 180 to 5184000."""
STATISTICS = "statistics"
# Source: zadarma/openapi, "limits": requests a minute.
PACE = {"": 100, STATISTICS: 3}


def dial_request(profile: ConnectionProfile, order: DialOrder) -> Request:
    """A GET, although it makes a telephone ring. Raises `DialFailed` if a key is missing."""
    require(profile.has(*SETTINGS))
    order_of = {"from": order.extension, "to": order.phone, "sip": order.extension}
    return signed_request(profile, "/v1/request/callback/", order_of)


def dial_answer(response: Response) -> Dialled:
    """No id comes back. Raises `DialFailed` for all that is no success."""
    if _refusal(answered_object(response)) is not None:
        raise refused(said(response))
    return Dialled()


def read_answer(response: Response) -> dict[str, Any]:
    """The answer's object. Raises `AskFailed` for one that is no success."""
    return answers.read_answer(response, _refusal)


def _refusal(answer: dict[str, Any]) -> str | None:
    return None if text_of(answer, "status").lower() == "success" else text_of(answer, "message", "error")


def recording(profile: ConnectionProfile, *, link: str, reference: str) -> Talk[Request]:
    """A file by its own id, or the first of a call's files by the call's; the link that comes back needs no key.

    There is no file before 40 s after the call, and how the API says that is in no document: any refusal that is not
    one of the key means “not yet”.
    """
    if link:
        return Request(url=link)
    if not profile.has(*SETTINGS):
        raise NotSetUp("Zadarma gives recordings only to who has the API's key and secret.")
    name = "pbx_call_id" if direction_of(reference) else "call_id"
    response = yield signed_request(profile, "/v1/pbx/record/request/", {name: reference, "lifetime": str(LINK_LIVES)})
    try:
        answer = read_answer(response)
    except AskFailed as error:
        if error.code is AskProblem.REFUSED and response.status not in (401, 403):
            raise NotReady(error.text) from None
        raise
    links = [answer.get("link"), *(found if isinstance(found := answer.get("links"), list) else [])]
    named = [str(one) for one in links if one]
    if not named:
        raise AskFailed(AskProblem.UNREADABLE, said(response))
    return Request(url=next((one for one in named if reference in one), named[0]))
