"""Every address of the project, read from its URL list, so that none is forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import get_resolver

_NAMED = re.compile(r"\(\?P<(\w+)>(?:\[[^\]]*\]|\\.|[^()\\])*\)")
_CONVERTED = re.compile(r"<(?:\w+:)?(\w+)>")

EXAMPLES = {
    "pk": "1",
    "other_pk": "2",
    "object_id": "1",
    "table": "days",
    "suffix": "csv",
    "content_type_id": "1",
    "id": "1",
    "app_label": "crm",
    "url": "nothing-here/",
    "vendor": "demo",
    "secret": "no-such-secret",
    "path": "VATS",
    "what": "take",
}


def every_address() -> list[str]:
    """Each as the URL list has it, like `crm/contacts/<int:pk>/`; with regular expressions made readable."""
    return sorted({_readable(pattern) for pattern, _ in _walk(get_resolver().url_patterns, "")})


def arguments_of(address: str) -> list[str]:
    return _CONVERTED.findall(address)


def filled(address: str, values: Mapping[str, Any] | None = None) -> str:
    """The path of an address, its arguments filled in."""
    known = {**EXAMPLES, **(values or {})}
    return "/" + _CONVERTED.sub(lambda found: str(known.get(found.group(1), "1")), address)


def _walk(patterns: Any, before: str) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _walk(pattern.url_patterns, here)
        else:
            yield here, pattern.callback


def _readable(pattern: str) -> str:
    plain = _NAMED.sub(lambda found: f"<{found.group(1)}>", pattern)
    plain = plain.replace("[cC][wW][sS]", "cws").replace("/?$", "")
    return re.sub(r"[\^$\\]", "", plain)
