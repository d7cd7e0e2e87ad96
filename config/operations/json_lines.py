"""Lines of the log as JSON."""

from __future__ import annotations

from logging import LogRecord
from typing import Any

from pythonjsonlogger.json import JsonFormatter

FIELDS = {
    "time": "asctime",
    "level": "levelname",
    "logger": "name",
    "message": "message",
    "request": "correlation_id",
    "call": "call",
    "delivery": "delivery",
}
"""What a line has, and where a record has it."""


class NamedFields(JsonFormatter):
    """With these fields, and a traceback where there is one.

    Programs add what they like to a record: Django the request, whose words are its whole address (that of a PBX is a
    secret), Celery what a task was called with. None of that is written: it would go past what masks the message.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__([*FIELDS.values()], **options)

    def add_fields(self, log_data: dict[str, Any], record: LogRecord, message_dict: dict[str, Any]) -> None:
        """`message_dict` has the traceback."""
        log_data.update({name: record.__dict__.get(place) for name, place in FIELDS.items()} | message_dict)
