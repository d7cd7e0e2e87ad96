"""Which call and which message a line of the log is about: set where it is known, added to each line by a filter."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_call: ContextVar[int | None] = ContextVar("call", default=None)
_delivery: ContextVar[int | None] = ContextVar("delivery", default=None)


@contextmanager
def about_delivery(key: int) -> Iterator[None]:
    """Lines that are logged within are about this message, and about the calls that `about_call` names meanwhile."""
    delivery, call = _delivery.set(key), _call.set(None)
    try:
        yield
    finally:
        _delivery.reset(delivery)
        _call.reset(call)


def about_call(key: int) -> None:
    """From now on, to the end of the message, lines are about this call."""
    if _delivery.get() is not None:
        _call.set(key)


class WorkContext(logging.Filter):
    """Adds `call` and `delivery`, the rows' numbers, to each record; None where neither is worked on."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.call, record.delivery = _call.get(), _delivery.get()
        return True
