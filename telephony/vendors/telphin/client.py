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

API_URL = "https://apiproxy.telphin.ru"
TOKEN = "token"  # noqa: S105
"""Its name among what is kept."""


def dial(profile: ConnectionProfile, order: DialOrder) -> Talk[Dialled]:
    """Rings the extension first. Raises `DialFailed`."""
    if not is_set_up(profile):
        raise DialFailed(DialProblem.NOT_SET_UP)
    path = f"extension/{quote(require(order.user_key), safe='')}/callback/"
    content = {"src_num": [require(order.extension)], "dst_num": order.phone}
    try:
        return dialled((yield from asked(profile, path, content)))
    except AskFailed as error:  # Nothing was ordered: the login failed.
        problem = DialProblem.WRONG_TOKEN if error.code is AskProblem.REFUSED else DialProblem.UNREADABLE
        raise DialFailed(problem, error.text) from error


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
    if not is_set_up(profile):
        raise NotSetUp("client_id, client_secret: needed to ask for a recording.")
    extension_id, dash, _ = reference.partition("-")
    owner = f"extension/{quote(extension_id, safe='')}" if dash else "client/@me"
    token = yield from _log_in(profile)
    return _request(profile, f"{owner}/record/{quote(reference, safe='')}", token=token)


def is_set_up(profile: ConnectionProfile) -> bool:
    return bool(profile.settings.get("client_id") and profile.settings.get("client_secret"))


def asked(profile: ConnectionProfile, path: str, content: dict[str, Any] | None = None) -> Talk[Response]:
    """The answer to a GET, or to a POST with this content; asked once more with a new token after 401: what was refused
    so was not done. Raises `AskFailed` where it gives no token."""
    more: dict[str, Any] = {}
    if content is not None:
        kind = {"Content-Type": "application/json"}
        more = {"method": "POST", "headers": kind, "body": json.dumps(content).encode()}
    token = profile.kept.get(TOKEN) or (yield from _log_in(profile))
    response = yield _request(profile, path, token=token, **more)
    if response.status != 401:
        return response
    token = yield from _log_in(profile)
    return (yield _request(profile, path, token=token, **more))


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
    return str(profile.settings.get("api_url") or API_URL).rstrip("/")
