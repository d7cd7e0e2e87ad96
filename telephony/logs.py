"""Keeps what is secret out of every log line: the secret part of hook addresses, codes and tokens in queries."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, quote_plus

_HOOK_SECRET = re.compile(r"(/hooks/[-\w]+/)[^/?\s\"']+")
_SECRET_FIELD = re.compile(r"\b(access_code|token|key|userkey|password|secret|hash)=(?!\{)[^&\s\"']+", re.IGNORECASE)


def hide_secrets(text: str) -> str:
    """The text with each secret of an address in it replaced by three dots."""
    return _SECRET_FIELD.sub(r"\1=...", _HOOK_SECRET.sub(r"\1...", text))


HIDDEN = "[hidden]"


def spellings(secret: str) -> set[str]:
    """How a secret may be written: as it is, percent-encoded, or in JSON (PHP's with escaped slashes)."""
    in_json = json.dumps(secret)[1:-1]
    encoded = {quote(secret), quote(secret, safe=""), quote_plus(secret)}
    return ({secret, in_json, in_json.replace("/", r"\/")} | encoded) - {""}


def hide_values(text: str, secrets: Iterable[str]) -> str:
    """The text with each of these values, however it is written, in capitals or not, replaced."""
    for secret in filter(None, map(str, secrets)):
        text = _pattern(secret).sub(HIDDEN, text)
    return text


@lru_cache(maxsize=1024)
def _pattern(secret: str) -> re.Pattern[str]:
    longest_first = sorted(spellings(secret), key=len, reverse=True)
    return re.compile("|".join(re.escape(spelling) for spelling in longest_first), re.IGNORECASE)


class HideHookSecrets(logging.Filter):
    """For every handler of the project: rewrites the finished message, whatever its arguments were, and tracebacks."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        hidden = hide_secrets(message)
        if hidden != message:
            record.msg, record.args = hidden, None
        if record.exc_info:
            # What a formatter finds here it takes as it is; an error's own text may hold an address.
            record.exc_text = hide_secrets(record.exc_text or _FORMATTER.formatException(record.exc_info))
        if record.stack_info:
            record.stack_info = hide_secrets(record.stack_info)
        return True


_FORMATTER = logging.Formatter()
