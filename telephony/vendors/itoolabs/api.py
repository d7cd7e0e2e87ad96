"""How ITooLabs' PBXs are asked: by the old interface, one address and `cmd=`, or by MegaFon's new one, `crmapi/v1`.

Sources: README.md, "Sources". Both know orders to call, employees and the list of calls.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from telephony.domain.hooks import ConnectionProfile
from telephony.http import Request, Response
from telephony.vendors import answers
from telephony.vendors.dialing import said
from telephony.vendors.listing import AskFailed, AskProblem

# Source: MIKO's MegaFon module and MegaFon's cabinet; the addresses in Gravitel's and Kcell's public clients.
NEW_PATH, OLD_PATH = "/crmapi/v1", "/sys/crm_api.wcgp"
# Source: the brands of one product; who has the new interface is known of MegaFon only.
VARIANTS = {"megafon": "MegaFon", "gravitel": "Gravitel", "domru": "Dom.ru", "westcall": "WestCall"}
WITH_NEW_INTERFACE = frozenset({"megafon"})


class Api(NamedTuple):
    """One account's interface."""

    is_new: bool
    address: str
    token: str

    def get(self, name: str, **query: str) -> Request:
        """Of the new interface."""
        return Request(url=f"{self.address}/{name}", query=query, **self._with_key())

    def post(self, name: str, content: dict[str, str]) -> Request:
        """Of the new interface."""
        return Request(
            url=f"{self.address}/{name}",
            method="POST",
            headers={"Content-Type": "application/json"},
            body=json.dumps(content, ensure_ascii=False).encode(),
            **self._with_key(),
        )

    def command(self, name: str, **form: str) -> Request:
        """Of the old interface."""
        return Request(
            url=self.address,
            method="POST",
            form={"cmd": name, **form},
            secret_form={"token": self.token},
            own_address=self.address,
        )

    def file(self, link: str) -> Request:
        """A recording of the new interface, which wants the key."""
        return Request(url=link, **self._with_key())

    def _with_key(self) -> dict[str, Any]:
        return {"secret_headers": {"X-API-KEY": self.token}, "own_address": self.address}


def api_of(profile: ConnectionProfile) -> Api | None:
    """By the address from the cabinet; one without a path is completed by the brand. None: not set up."""
    address, token = profile.address("address"), profile.setting("token")
    if not address or not token:
        return None
    path = urlsplit(address).path
    if path:
        return Api("crmapi" in path.lower(), address, token)
    is_new = profile.settings.get("variant") in WITH_NEW_INTERFACE
    return Api(is_new, address + (NEW_PATH if is_new else OLD_PATH), token)


def asked(profile: ConnectionProfile) -> Api:
    """The same for what is called only if it is set up. Raises `AskFailed`."""
    api = api_of(profile)
    if api is None:
        raise AskFailed(AskProblem.NOT_SET_UP)
    return api


def check(response: Response) -> None:
    """Raise `AskFailed` for an HTTP error or a page."""
    if response.status in (400, 401, 403):
        raise AskFailed(AskProblem.REFUSED, said(response) or f"HTTP {response.status}")
    answers.check(response)


def objects(response: Response, name: str = "") -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The objects of a JSON list, which may stand under a name beside other things. Raises `AskFailed`."""
    check(response)
    try:
        # Numbers stay as written: a login may be all digits.
        value = json.loads(response.text or "[]", parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        raise AskFailed(AskProblem.UNREADABLE) from None
    around = value if isinstance(value, dict) else {}
    if around.get("error") or (around.get("message") and name not in around):
        raise AskFailed(AskProblem.REFUSED, said(response))
    found = around.get(name) if around else value
    return answers.objects(found), around
