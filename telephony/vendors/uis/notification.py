"""One notification of UIS as flat fields, whatever the customer's template made of it (README.md, "Quirks").

The customer writes the body in the cabinet: fields may be nested, quoted twice, unfilled, or break the JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from telephony.domain import fields
from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import Hook
from telephony.domain.notes import Oddity

# Source: the variables of notifications in the official templates of Planfix, and in the document of Call API v4.0.
NAMES = (
    *("event", "notification_name", "notification_mnemonic", "notification_time", "notification_timestamp"),
    *("call_session_id", "virtual_phone_number", "contact_phone_number", "contact_id", "contact_full_name"),
    *("calling_phone_number", "called_phone_number", "communication_number", "scenario_name", "start_time"),
    *("employee_id", "employee_ids", "employee_full_name", "employee_phone_number", "extension_phone_number"),
    *("last_talked_employee_id", "direction", "call_source", "external_id", "leg_id", "leg_ids", "is_lost"),
    *("talk_time_duration", "total_time_duration", "wait_time_duration", "finish_reason", "is_transfer"),
    *("file_link", "file_duration", "tag_ids", "tag_names", "utm_source", "utm_medium", "utm_campaign"),
    *("utm_content", "utm_term", "cdr_id", "numa", "numb", "input_result"),
)
DEEPEST = 4
BEFORE_FAULT = 25
_LONGEST_FIRST = "|".join(sorted(NAMES, key=len, reverse=True))
_GLUED = re.compile(rf"(?<![A-Za-z_])({_LONGEST_FIRST})=|(?<=[\da-z\"])({_LONGEST_FIRST})=")
_PAIR = re.compile(
    rf'"({_LONGEST_FIRST})"\s{{0,9}}:\s{{0,9}}("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true\b|false\b|\[[^\[\]{{}}]*\])'
)
_QUOTED = re.compile(r'\\?"(.*?)\\?"', re.DOTALL)
_UNFILLED = re.compile(r"\{\{[^{}]*\}\}")


def read_notification(hook: Hook) -> tuple[fields.Params, bool]:
    """The fields at any depth under their own names, and whether the body had to be mended.

    Raises `MalformedHook` if nothing of it can be read, or if it is whole JSON and no message: several in a list, say,
    of which the fields of one must not become another's.
    """
    fault = ""
    try:
        params = fields.read_params(hook)
    except MalformedHook:
        fault = _fault_in(hook.body.decode("utf-8", "replace"))
        if not fault:
            raise
        params = _salvaged(hook)
    flat: dict[str, str] = {}
    for name, value in _told(params, DEEPEST):
        if value and not flat.get(name):
            flat[name] = value
    read = params.changed(flat)
    if fault:
        read.odd(Oddity.NOT_UNDERSTOOD, "JSON", fault)
    return read, bool(fault)


def _salvaged(hook: Hook) -> fields.Params:
    """The known fields of a body that is no JSON: one value that is missing must not cost the call."""
    text = fields.storable(hook.body.decode("utf-8", "replace"))
    found = {name: _json_text(value) for name, value in _PAIR.findall(_UNFILLED.sub("null", text))}
    if not found:
        fields.read_params(hook)  # Raises what is wrong with it.
    return fields.Params(found, received_at=hook.received_at)


def _fault_in(text: str) -> str:
    """The place at which the JSON breaks off, for whoever mends the template; empty if it does not."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return text[max(0, error.pos - BEFORE_FAULT) :]
    except RecursionError:
        return ""  # No template nests so deeply.
    return ""


def _json_text(value: str) -> str:
    try:
        read = json.loads(value)
    except ValueError:
        return value.strip('"')
    return read if isinstance(read, str) else value


def _told(values: dict[str, str], depth: int) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        inner = _object_in(value) if depth else None
        if inner is not None:
            yield from _told(inner, depth - 1)
            continue
        *glued, rest = _without_glue(name, value)
        yield from glued
        yield rest


def _object_in(value: str) -> dict[str, str] | None:
    if value.lstrip()[:1] != "{":
        return None
    try:
        found: dict[str, object] = json.loads(value, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return {str(name): _text(item) for name, item in found.items()}


def _text(item: object) -> str:
    if item is None:
        return ""
    return fields.storable(item if isinstance(item, str) else json.dumps(item, ensure_ascii=False))


def _without_glue(name: str, value: str) -> Iterator[tuple[str, str]]:
    """`communication_number=1employee_full_name=…`: an ampersand is missing before a name that we know."""
    glue = _GLUED.search(value)
    while glue:
        yield name, _plain(value[: glue.start()])
        name, value = glue[1] or glue[2], value[glue.end() :]
        glue = _GLUED.search(value)
    yield name, _plain(value)


def _plain(value: str) -> str:
    """Without the quotes that a text brings along into a form, and nothing for a variable that was not filled in."""
    value = value.strip()
    quoted = _QUOTED.fullmatch(value)
    value = quoted[1].strip() if quoted else value
    return "" if _UNFILLED.fullmatch(value) else value
