"""Tracebacks for logs and for administrators: kept whole, but for what is secret."""

from __future__ import annotations

import traceback
from collections.abc import Callable

from telephony.privacy.masking import hide_secrets

LONGEST = 20_000


def where(error: BaseException) -> str:
    """Its kind and its traceback, without its text: that of a database may hold a row's values."""
    return "".join(traceback.format_tb(error.__traceback__)) + type(error).__name__


def readable_traceback(error: BaseException, hide: Callable[[str], str] = hide_secrets) -> str:
    """The traceback with its causes as Python prints it, after `hide`; of a very long one the end."""
    return hide("".join(traceback.format_exception(error)))[-LONGEST:]
