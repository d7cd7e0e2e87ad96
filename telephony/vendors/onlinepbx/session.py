"""A session with OnlinePBX's API: a key that is kept for days, and one new one if it has expired. Sources: README.md.

A key that other programs of the same account use, too, is taken as it is: `new=true` would end theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from telephony.domain.hooks import ConnectionProfile
from telephony.http import Request, Response, Talk
from telephony.vendors.answers import read_answer
from telephony.vendors.dialing import clean, read_object, text_of
from telephony.vendors.listing import AskFailed, AskProblem
from telephony.vendors.session import ask_in_session

SETTINGS = ("domain", "api_key")
"""That are needed to ask anything."""
API_URL = "https://api2.onlinepbx.ru"
HEADER = "x-pbx-authentication"
SESSION = "session"
"""Its name among what is kept."""
DEAD = "dead session"
"""The one that was given, and refused right after."""


def ask(profile: ConnectionProfile, name: str, form: Mapping[str, str], *, is_harmless: bool = True) -> Talk[Response]:
    """The answer to one question. Raises `AskFailed` if there is no session to be had."""
    response = yield from ask_in_session(
        profile,
        lambda key: _request(profile, name, form, secret_headers={HEADER: key}, is_harmless=is_harmless),
        kept_as=SESSION,
        log_in=lambda: _log_in(profile),
        is_expired=is_expired,
    )
    if is_expired(response):
        profile.kept[DEAD] = profile.kept.pop(SESSION)
    return response


def _log_in(profile: ConnectionProfile) -> Talk[str]:
    """The account's session; a new one only if there is none, or none but the one that proved dead."""
    secret = {"auth_key": profile.setting("api_key")}
    for more in ({}, {"new": "true"}):
        given = content((yield _request(profile, "auth", more, secret_form=secret)))
        told = given if isinstance(given, dict) else {}
        key_id, key = (str(told.get(part) or "") for part in ("key_id", "key"))
        session = f"{key_id}:{key}"
        if key_id and key and session != profile.kept.get(DEAD):
            profile.kept[SESSION] = session
            return session
    raise AskFailed(AskProblem.UNREADABLE, "auth.json: no key")


def _request(profile: ConnectionProfile, name: str, form: Mapping[str, str], **secret: Any) -> Request:
    """Of what is secret, and whether it may be sent again: as it is asked."""
    address, domain = profile.address("api_url", API_URL), quote(profile.setting("domain").strip(), safe="")
    common = {"is_harmless": True, **secret}
    return Request(url=f"{address}/{domain}/{name}.json", method="POST", form=form, own_address=address, **common)


def is_expired(response: Response) -> bool:
    """By this field alone: two different codes were seen beside it."""
    return str(read_object(response).get("isNotAuth")).lower() in ("true", "1")


def is_success(answer: Mapping[str, Any]) -> bool:
    return str(answer.get("status")) == "1"


def said(answer: Mapping[str, Any]) -> str:
    """The PBX's own words of a failure."""
    return clean(text_of(dict(answer), "comment", "errorCode", "message", "error"))


def content(response: Response) -> Any:
    """What a successful answer holds. Raises `AskFailed` for every other."""
    return read_answer(response, lambda answer: None if is_success(answer) else said(answer)).get("data")
