"""Placeholders that a PBX sent as they were written in its pages, instead of what they stand for."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

from telephony.domain.hooks import Hook

SEARCHED = 20_000
"""Bytes: they stand near the beginning, and a body may be long."""
# As PBXs write them: {{name}}, {name}, ${name}, %name%, <name>, each as a whole value.
_PLACEHOLDER = re.compile(
    r"""[=:>"'\s](\{\{\s*\w+\s*\}\}|\$?\{\w+\}|%[A-Za-z_]\w*%|<[A-Z_]{3,}>)(?=\s*(?:[&,"'<}\]]|$))"""
)


def unfilled(hook: Hook) -> str:
    """The first of them in a message; empty if there is none."""
    for part in (hook.query, hook.body):
        text = part[:SEARCHED].decode("utf-8", "replace")
        for written in (text, unquote_plus(text)):
            if found := _PLACEHOLDER.search("=" + written):
                return found[1]
    return ""
