"""Telphin's API: a token that is kept, orders to call, recordings. Sources: README.md, "Sources"."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from telephony.domain.exceptions import DialFailed, DialProblem, NotSetUp
from telephony.domain.hooks import ConnectionProfile
from telephony.http import Request, Response, Talk
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
from telephony.vendors.listing import AskFailed, AskProblem
from telephony.vendors.session import ask_in_session, not_ordered

SETTINGS = ("client_id", "client_secret")
"""That are needed to ask anything."""
TOKEN = "token"  # noqa: S105
"""Its name among what is kept."""
API_URL = "https://apiproxy.telphin.ru"


def dial(profile: ConnectionProfile, order: DialOrder) -> Talk[Dialled]:
    """Rings the extension first. Raises `DialFailed`."""
    require(profile.has(*SETTINGS))
    path = f"extension/{quote(require(order.user_key), safe='')}/callback/"
    content = {"src_num": [require(order.extension)], "dst_num": order.phone}
    try:
        return dialled((yield from asked(profile, path, content)))
    except AskFailed as error:
        raise not_ordered(error) from error


def dialled(response: Response) -> Dialled:
    """Whether `call_id` is the CallID of what follows is UNCERTAIN: else the call is found by phone and number."""
    answer = read_object(response)
    if response.status == 404 and answer:
        raise DialFailed(DialProblem.WRONG_KEY, said(response))
    check_status(response)
    if not answer:
        raise DialFailed(DialProblem.UNREADABLE)
    if not text_of(answer, "call_id", "call_api_id"):
        raise refused(said(response))
    return Dialled(order_id=text_of(answer, "call_id"))


def recording(profile: ConnectionProfile, reference: str) -> Talk[Request]:
    """The file itself. With a new token each time: nobody would see that a kept one had expired."""
    if not profile.has(*SETTINGS):
        raise NotSetUp("client_id, client_secret: needed to ask for a recording.")
    extension_id, dash, _ = reference.partition("-")
    owner = f"extension/{quote(extension_id, safe='')}" if dash else "client/@me"
    token = yield from _log_in(profile)
    return _request(profile, f"{owner}/record/{quote(reference, safe='')}", token=token)


def asked(profile: ConnectionProfile, path: str, content: dict[str, Any] | None = None) -> Talk[Response]:
    """The answer to a GET, or to a POST with this content. Raises `AskFailed` where it gives no token."""
    more: dict[str, Any] = {}
    if content is not None:
        kind = {"Content-Type": "application/json"}
        more = {"method": "POST", "headers": kind, "body": json.dumps(content).encode()}
    return (
        yield from ask_in_session(
            profile,
            lambda token: _request(profile, path, token=token, **more),
            kept_as=TOKEN,
            log_in=lambda: _log_in(profile),
            is_expired=lambda response: response.status == 401,
        )
    )


def _log_in(profile: ConnectionProfile) -> Talk[str]:
    """A new token, which is kept. Raises `AskFailed`."""
    profile.kept.pop(TOKEN, None)
    response = yield Request(
        url=f"{_base(profile)}/oauth/token",
        method="POST",
        form={"grant_type": "client_credentials", "client_id": str(profile.settings["client_id"])},
        secret_form={"client_secret": str(profile.settings["client_secret"])},
        own_address=_base(profile),
        is_harmless=True,
    )
    token = text_of(read_object(response), "access_token")
    if 200 <= response.status < 300 and token:
        profile.kept[TOKEN] = token
        return token
    if response.status in (400, 401, 403) and not looks_like_page(response):
        raise AskFailed(AskProblem.REFUSED, said(response))
    raise AskFailed(AskProblem.UNREADABLE, f"oauth/token: HTTP {response.status}")


def _request(profile: ConnectionProfile, path: str, *, token: str, **more: Any) -> Request:
    return Request(
        url=f"{_base(profile)}/api/ver1.0/{path}",
        secret_headers={"Authorization": f"Bearer {token}"},
        own_address=_base(profile),
        **more,
    )


def _base(profile: ConnectionProfile) -> str:
    return profile.address("api_url", API_URL)
