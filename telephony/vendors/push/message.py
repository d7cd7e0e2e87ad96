"""One pushed message under our own names for its fields. Source: README.md, "Fields"."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote_plus

from telephony.domain import fields
from telephony.domain.hooks import Hook
from telephony.vendors.push.words import FIELDS, plain

_UNFILLED = re.compile(r"\[[A-Za-z]\w*\]|\$\{[^{}]*\}|\{\{?\w+\}?\}|%\w+%")
_REPEATED = re.compile(r"(?:^|&)users?(?:\[\]|%5B%5D)?=([^&]*)", re.IGNORECASE)
MOST_USERS = 50
USUAL = {"call_id": "callId"}
"""What the README calls it, for a message that does not name it at all."""


def read_message(hook: Hook) -> fields.Params:
    """The fields whose names we know, in any spelling; variables that nobody filled in say nothing.

    Raises `MalformedHook` for a body without fields.
    """
    params = fields.read_params(hook)
    read: dict[str, str] = {}
    for name, value in params.items():
        known = FIELDS.get(plain(name))
        if known and not read.get(known):
            read[known] = "" if _UNFILLED.fullmatch(value.strip()) else value
    return params.changed(read)


def required(hook: Hook, params: fields.Params, name: str) -> str:
    """The field, which must be there. Raises `MalformedHook` under the name that its sender gives it."""
    sent = next((own for own in fields.read_params(hook) if FIELDS.get(plain(own)) == name), USUAL.get(name, name))
    return fields.required(params.changed({sent: params.get(name, "")}), sent)


def users_of(hook: Hook, params: fields.Params) -> list[str]:
    """Internal numbers: a list of JSON, one text with commas, or a field that comes several times."""
    value = params.get("user", "").strip()
    if value[:1] == "[":
        found = _json_list(value)
    else:
        raw = "&".join(part.decode("ascii", "replace") for part in (hook.body, hook.query) if part)
        repeated = [unquote_plus(item) for item in _REPEATED.findall(raw)]
        found = [part for text in (repeated if len(repeated) > 1 else [value]) for part in re.split(r"[,;&\s]+", text)]
    clean = [fields.storable(user).strip()[: fields.LONGEST_TEXT] for user in found]
    known = [user for user in clean if user and not _UNFILLED.search(user)]
    return list(dict.fromkeys(known))[:MOST_USERS]


def _json_list(value: str) -> list[str]:
    try:
        found = json.loads(value, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return []
    return [str(item) for item in found if isinstance(item, str)]
