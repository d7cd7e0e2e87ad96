"""JSON-RPC as UIS speaks it: an error comes with HTTP 200. Source: Call API v4.0, Data API v2.0 (README.md)."""

from __future__ import annotations

import json
from typing import Any

from telephony.domain.hooks import ConnectionProfile
from telephony.http import Request, Response, Talk
from telephony.vendors.answers import a_list, read_answer
from telephony.vendors.dialing import clean, text_of
from telephony.vendors.listing import AskFailed, AskProblem

DATA_URL = "https://dataapi.uiscom.ru/v2.0"
DATA_LANE = "data"
LONGEST_LIST = 50
"""Pages; more than a day has."""


def question(address: str, method: str, params: dict[str, Any], *, lane: str = "") -> Request:
    """The token stands in the body, so all of it is secret."""
    asked = {"jsonrpc": "2.0", "method": method, "id": "req1", "params": params}
    return Request(
        url=address,
        method="POST",
        headers={"Content-Type": "application/json; charset=UTF-8"},
        secret_body=json.dumps(asked, ensure_ascii=False).encode(),
        own_address=address,
        lane=lane,
    )


def error_of(answer: dict[str, Any]) -> tuple[int, str, str]:
    """Code, what it is about (mnemonic and field), and the PBX's own words; 0 if there is no error."""
    error = answer.get("error")
    if not isinstance(error, dict):
        return 0, "", ""
    data = error.get("data")
    about = " ".join(text_of(data, name) for name in ("mnemonic", "field")) if isinstance(data, dict) else ""
    code = text_of(error, "code")
    number = int(code) if code.removeprefix("-").isdigit() else -1
    return number or -1, about.strip(), clean(text_of(error, "message") or f"{code} {about}")


def rows_of(profile: ConnectionProfile, method: str, params: dict[str, Any], *, limit: int) -> Talk[list[Any]]:
    """All rows of a list, page by page. Raises `AskFailed`."""
    token, address = profile.setting("access_token"), profile.setting("data_api_url", DATA_URL)
    if not token:
        raise AskFailed(AskProblem.NOT_SET_UP)
    found: list[dict[str, Any]] = []
    for page in range(LONGEST_LIST):
        paged = {name: page * limit if name == "offset" else value for name, value in params.items()}
        asked = {"access_token": token, **paged}
        rows, total = _page_of((yield question(address, method, asked, lane=DATA_LANE)))
        found += [row for row in rows if isinstance(row, dict)]
        if len(rows) < limit or (page + 1) * limit >= total > 0:
            break
    return found


def _page_of(response: Response) -> tuple[list[Any], int]:
    """The rows, and how many there are on all pages; 0 if the PBX does not say."""
    found = read_answer(response, _refusal).get("result")
    result = found if isinstance(found, dict) else {}
    metadata = result.get("metadata")
    total = text_of(metadata, "total_items") if isinstance(metadata, dict) else ""
    return a_list(result.get("data"), "data"), int(total) if total.isdigit() else 0


def _refusal(answer: dict[str, Any]) -> str | None:
    code, _, words = error_of(answer)
    return words if code else None
