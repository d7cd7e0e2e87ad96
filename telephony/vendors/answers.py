"""What a PBX answers to a question: one reading, for all vendors, of what is no answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from telephony.http import Response
from telephony.vendors.dialing import clean, looks_like_page, read_object, said
from telephony.vendors.listing import AskFailed, AskProblem


def read_answer(response: Response, refusal: Callable[[dict[str, Any]], str | None]) -> dict[str, Any]:
    """The JSON object of a success. Raises `AskFailed` for everything else.

    `refusal` gives the PBX's own words where an object is a refusal (perhaps "", if it has none), and None for a
    success. It is asked whatever the HTTP status is: some refuse with 200, some name the reason beside 400.
    """
    answer = read_object(response)
    words = refusal(answer) if answer else None
    if words is not None:
        raise AskFailed(AskProblem.REFUSED, clean(words) or f"HTTP {response.status}")
    check(response)
    if not answer:
        raise AskFailed(AskProblem.UNREADABLE, said(response))
    return answer


def check(response: Response) -> None:
    """Raise `AskFailed` for a page, which is what stands behind a wrong address, and for an HTTP error."""
    if looks_like_page(response) and response.status < 500:
        raise AskFailed(AskProblem.PAGE)
    if not 200 <= response.status < 300:
        raise AskFailed(AskProblem.STATUS, f"HTTP {response.status}")


def a_list(value: Any, name: str = "") -> list[Any]:
    """What should be a list; `name` is what the PBX calls it. Raises `AskFailed`."""
    if not isinstance(value, list):
        raise AskFailed(AskProblem.UNREADABLE, name)
    return value


def objects(value: Any, name: str = "") -> list[dict[str, Any]]:
    """The objects of what should be a list; what else stands there is left out. Raises `AskFailed`."""
    return [item for item in a_list(value, name) if isinstance(item, dict)]
