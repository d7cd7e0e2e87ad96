"""What anybody outside can cause is one line in the log, and no mail to administrators."""

from __future__ import annotations

import logging

from django.core.exceptions import BadRequest, PermissionDenied, RequestAborted, SuspiciousOperation
from django.http import Http404, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

CAUSED_OUTSIDE = (
    BadRequest,
    Http404,
    MultiPartParserError,
    PermissionDenied,
    RequestAborted,
    SuspiciousOperation,
    UnreadablePostError,
)
"""Refused, mistyped, broken off: nothing here is wrong, so a traceback would tell nothing."""
LOGGERS = (
    "django.request",
    "django.security.csrf",
    *(
        f"django.security.{name}"
        for name in (
            *("DisallowedHost", "DisallowedModelAdminLookup", "DisallowedModelAdminToField", "DisallowedRedirect"),
            *("InvalidSessionKey", "RequestDataTooBig", "SessionInterrupted"),
            *("SuspiciousFileOperation", "SuspiciousMultipartForm", "SuspiciousOperation", "SuspiciousSession"),
            *("TooManyFieldsSent", "TooManyFilesSent"),
        )
    ),
)
"""Which of Django's tell of it. A logger's filter is asked by what is logged there itself, not below it."""
LONGEST = 500


class OneLine(logging.Filter):
    """For the loggers above: without the traceback, cut, and at WARNING. Django mails what is at ERROR.

    Another error of a view is one of ours: it stays at ERROR, with its traceback.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not isinstance(error, CAUSED_OUTSIDE):
            return True
        message = record.getMessage()
        if error is not None:
            message += f" ({type(error).__name__})"
        record.msg, record.args = "%s", (_one_line(message),)
        record.exc_info, record.exc_text, record.stack_info = None, None, None
        record.levelno = min(record.levelno, logging.WARNING)
        record.levelname = logging.getLevelName(record.levelno)
        return True


def _one_line(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text[:LONGEST])
