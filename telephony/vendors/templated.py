"""Messages whose body a customer wrote as a template in the PBX's pages: flat fields, whatever became of it.

Fields may be nested, quoted twice, left unfilled (`{{x}}`), glued together, or break the JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from telephony.domain import fields
from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import Hook
from telephony.domain.notes import Oddity

DEEPEST = 4
BEFORE_FAULT = 25
_QUOTED = re.compile(r'\\?"(.*?)\\?"', re.DOTALL)
_UNFILLED = re.compile(r"\{\{[^{}]*\}\}")


class Template:
    """Reads bodies that may have the variables of these names."""

    def __init__(self, names: Sequence[str]) -> None:
        longest_first = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
        self._glued = re.compile(rf"(?<![A-Za-z_])({longest_first})=|(?<=[\da-z\"])({longest_first})=")
        self._pair = re.compile(
            rf'"({longest_first})"\s{{0,9}}:\s{{0,9}}'
            r'("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true\b|false\b|\[[^\[\]{}]*\])'
        )

    def read(self, hook: Hook) -> tuple[fields.Params, bool]:
        """The fields at any depth under their own names, and whether the body had to be mended.

        Raises `MalformedHook` if nothing of it can be read, or if it is whole JSON and no message: several in a list,
        say, of which the fields of one must not become another's.
        """
        fault = ""
        try:
            params = fields.read_params(hook)
        except MalformedHook:
            fault = _fault_in(hook.body.decode("utf-8", "replace"))
            if not fault:
                raise
            params = self._salvaged(hook)
        flat: dict[str, str] = {}
        for name, value in self._told(params, DEEPEST):
            if value and not flat.get(name):
                flat[name] = value
        read = params.changed(flat)
        if fault:
            read.odd(Oddity.NOT_UNDERSTOOD, "JSON", fault)
        return read, bool(fault)

    def _salvaged(self, hook: Hook) -> fields.Params:
        """The known fields of a body that is no JSON: one value that is missing must not cost the call."""
        text = fields.storable(hook.body.decode("utf-8", "replace"))
        found = {name: _json_text(value) for name, value in self._pair.findall(_UNFILLED.sub("null", text))}
        if not found:
            fields.read_params(hook)  # Raises what is wrong with it.
        return fields.Params(found, received_at=hook.received_at)

    def _told(self, values: dict[str, str], depth: int) -> Iterator[tuple[str, str]]:
        for name, value in values.items():
            inner = _object_in(value) if depth else None
            if inner is not None:
                yield from self._told(inner, depth - 1)
                continue
            *glued, rest = self._without_glue(name, value)
            yield from glued
            yield rest

    def _without_glue(self, name: str, value: str) -> Iterator[tuple[str, str]]:
        """`communication_number=1employee_full_name=…`: an ampersand is missing before a name that we know."""
        while "=" in value and (glue := self._glued.search(value)):
            yield name, _plain(value[: glue.start()])
            name, value = glue[1] or glue[2], value[glue.end() :]
        yield name, _plain(value)


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


def _plain(value: str) -> str:
    """Without the quotes that a text brings along into a form, and nothing for a variable that was not filled in."""
    value = value.strip()
    quoted = _QUOTED.fullmatch(value)
    value = quoted[1].strip() if quoted else value
    return "" if _UNFILLED.fullmatch(value) else value
