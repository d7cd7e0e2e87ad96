"""Orders to call and answers to them, as a vendor sees them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from telephony.domain.hooks import ConnectionProfile
from telephony.http import Request, Response
from telephony.vendors import get_vendor
from telephony.vendors.dialing import Dialled, DialOrder

ORDER = DialOrder(phone="+79050000000", extension="101", user_key="gW3cyUJAtl50PhF")


def profile_of(region: str = "RU", **settings: Any) -> ConnectionProfile:
    return ConnectionProfile(time_zone=ZoneInfo("Europe/Moscow"), phone_region=region, settings=settings)


def request_of(vendor: str, order: DialOrder = ORDER, *, region: str = "RU", **settings: Any) -> Request:
    return get_vendor(vendor).dial_request(profile_of(region, **settings), order)


def answer_to(vendor: str, body: str | bytes, *, status: int = 200) -> Dialled:
    raw = body.encode() if isinstance(body, str) else body
    response = Response(status=status, headers={"content-type": "text/html"}, body=raw, size=len(raw))
    return get_vendor(vendor).dial_answer(profile_of(), response)


def fields_of(request: Request) -> dict[str, str]:
    """What goes over the wire as a form, the secret fields included."""
    return {**request.form, **request.secret_form}


def form_of(text: str) -> dict[str, str]:
    """A form as a document prints it."""
    return dict(parse_qsl(text, keep_blank_values=True, strict_parsing=True))
