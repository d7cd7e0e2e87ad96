"""Keeps what is secret out of every log line: the secret part of hook addresses, codes and tokens in queries."""

from __future__ import annotations

import logging
import re

_HOOK_SECRET = re.compile(r"(/hooks/[-\w]+/)[^/?\s\"']+")
_SECRET_FIELD = re.compile(r"\b(access_code|token|key|userkey|password|secret|hash)=(?!\{)[^&\s\"']+", re.IGNORECASE)


def hide_secrets(text: str) -> str:
    """The text with each secret of an address in it replaced by three dots."""
    return _SECRET_FIELD.sub(r"\1=...", _HOOK_SECRET.sub(r"\1...", text))


class HideHookSecrets(logging.Filter):
    """For every handler of the project: rewrites the finished message, whatever its arguments were."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        hidden = hide_secrets(message)
        if hidden != message:
            record.msg, record.args = hidden, None
        return True
