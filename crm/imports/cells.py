"""Addresses of e-mail and lists in cells."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from crm.texts import one_line

SEVERAL = re.compile(r"[;,\n|]|\s*:::\s*")
_IN_BRACKETS = re.compile(r"<([^<>\s]+@[^<>\s]+)>")


def emails(cell: str) -> tuple[list[str], list[str]]:
    """Addresses of e-mail in a cell, and what of it is none."""
    found: list[str] = []
    rest: list[str] = []
    inside = _IN_BRACKETS.findall(cell)
    for part in inside or re.split(r"[;,\s|]+|:::", cell):
        address = part.strip(" <>\"'").removeprefix("mailto:").rstrip(".")
        if address:
            (found if is_email(address) else rest).append(address)
    return found, [] if not rest else [one_line(cell)] if not found else rest


def is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254
