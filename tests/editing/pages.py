"""Forms as a browser has them: read from a page with all their values, to be changed and sent."""

from __future__ import annotations

from typing import Any

from django.test import Client
from lxml import html

_TICKED = ("checkbox", "radio", "submit")


def _address(form: Any) -> str:
    return str(form.get("hx-post") or form.get("action") or "")


def form_of(client: Client, address: str, *, marked: str = "seen") -> dict[str, Any]:
    """The values of the form that has an input of that name."""
    return values_in(client.get(address).content.decode(), marked)


def values_in(page: str, marked: str = "seen", action: str = "") -> dict[str, Any]:
    """Of the form that has an input of that name and, if it names its address, this one."""
    tree: Any = html.fromstring(page)
    form = next(
        form for form in tree.forms if marked in form.fields and _address(form) in ("", action or _address(form))
    )
    found: dict[str, list[str]] = {}
    for name, value in form.form_values():
        found.setdefault(name, []).append((value or "").removeprefix("\n"))
    for name in [one.name for one in form.inputs if one.tag == "input" and one.type not in _TICKED and one.name]:
        found.setdefault(name, [""])  # lxml leaves out inputs without a value, a browser does not.
    return {name: values[0] if len(values) == 1 else values for name, values in found.items() if name != "once_key"}
