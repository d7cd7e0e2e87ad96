"""Orders to call ("click-to-call"): what a vendor is told, what it answers, and how a refusal is understood.

All these PBXs work the same way: they ring the employee's phone first and the number after it was picked up.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from telephony.domain import fields
from telephony.domain.exceptions import DialFailed, DialProblem
from telephony.domain.hooks import ConnectionProfile
from telephony.http import Failure, Response

LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DialOrder:
    """Whose phone is rung first, and whom it is connected with."""

    phone: str
    """E.164."""
    extension: str = ""
    """The employee's internal number."""
    user_key: str = field(default="", repr=False)
    """The employee's key, where the PBX knows people by keys."""
    order_id: str = ""
    """Ours, of letters, digits and "-", the same for no two orders anywhere; for a PBX that `keeps_order_id`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialled:
    """The PBX took the order."""

    order_id: str = ""
    """The PBX's id of the order or of its call; empty if it names none."""


# The order matters: "SIP-номер не зарегистрирован" speaks of the phone, not of a wrong number.
_SAID = (
    (r"не\s*зарегистрирован|не в сети|недоступ|not registered|unregistered|offline", DialProblem.NOT_REGISTERED),
    (r"подпис|токен|авториз|доступ запрещ|\bhash|signature|token|authori|access denied", DialProblem.WRONG_TOKEN),
    (r"неверный ключ|wrong key|invalid key|key not found", DialProblem.WRONG_KEY),
    (r"нет абонента|no subscriber", DialProblem.NO_SUBSCRIBER),
    (r"параметр|parameter", DialProblem.BAD_PARAMETERS),
    (r"номер|number|цифр|digit|phone", DialProblem.BAD_NUMBER),
)


def refused(said: str) -> DialFailed:
    """What a refusal in the PBX's own words means; unknown words are passed on as they are."""
    text = clean(said)
    found = (problem for pattern, problem in _SAID if re.search(pattern, text, re.IGNORECASE))
    return DialFailed(next(found, DialProblem.REFUSED), text)


def require(value: Any) -> str:
    """A setting without which there is no order. Raises `DialFailed`."""
    if not value:
        raise DialFailed(DialProblem.NOT_SET_UP)
    return str(value)


def shown_number(profile: ConnectionProfile, setting: str = "shown_number") -> str:
    """Which of our numbers the client is to see, by this setting, digits only; empty: as the PBX is set up."""
    return "".join(filter(str.isdigit, str(profile.settings.get(setting) or "")))


def check_status(response: Response) -> None:
    """Raise `DialFailed` for an HTTP status that is no answer of the PBX's own program."""
    status = response.status
    if 200 <= status < 300:
        return
    if status >= 500:
        # Whoever answers so may stand before the PBX, and the PBX may have taken the order.
        raise DialFailed(DialProblem.NO_ANSWER, f"HTTP {status}")
    if status in (401, 403):
        raise DialFailed(DialProblem.WRONG_TOKEN, said(response) or f"HTTP {status}")
    if status < 400:
        raise DialFailed(DialProblem.WRONG_ADDRESS, Failure.REDIRECTS)
    if status == 404 or looks_like_page(response):
        raise DialFailed(DialProblem.UNREADABLE, f"HTTP {status}")
    raise refused(said(response) or f"HTTP {status}")


def read_object(response: Response) -> dict[str, Any]:
    """The JSON object in the body, whatever its type is called; numbers stay as written. Empty if there is none."""
    try:
        value = json.loads(response.text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def answered_object(response: Response) -> dict[str, Any]:
    """The JSON object of an answer that is one. Raises `DialFailed` for an HTTP error, and where there is none."""
    check_status(response)
    answer = read_object(response)
    if not answer:
        raise DialFailed(DialProblem.UNREADABLE, "" if looks_like_page(response) else said(response))
    return answer


def text_of(answer: dict[str, Any], *names: str) -> str:
    """The first of these fields that says something, as text."""
    found = (answer.get(name) for name in names)
    return next((str(value).strip() for value in found if isinstance(value, str | bool) and str(value).strip()), "")


def said(response: Response) -> str:
    """What the PBX says in a failure: the error in its JSON, or else its plain text; nothing of a page."""
    told = text_of(read_object(response), "error", "message", "msg", "description")
    return clean(told or ("" if looks_like_page(response) else response.text))


def looks_like_page(response: Response) -> bool:
    """Whether it is HTML: what stands behind a wrong address."""
    return response.text.lstrip().startswith("<")


def clean(text: str) -> str:
    """In one line, without control characters, and short."""
    shown = "".join(sign if sign.isprintable() else " " for sign in fields.storable(text))
    return " ".join(shown.split())[:LONGEST_TEXT]
