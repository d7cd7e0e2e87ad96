"""Validation errors in the words of a command line."""

from __future__ import annotations

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError


def readable(error: ValidationError) -> str:
    """One line a fault, each beginning with the name of its field."""
    if not hasattr(error, "error_dict"):
        return "; ".join(error.messages)
    lines = []
    for name, messages in error.message_dict.items():
        lines += [message if name == NON_FIELD_ERRORS else f"{name}: {message}" for message in messages]
    return "\n".join(lines)
