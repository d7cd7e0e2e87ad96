"""What a program is told when something went wrong that is not its request's fault."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler

from telephony.database.middleware import RETRY_AFTER, TOO_LONG
from telephony.database.timeouts import is_timeout


def explain(error: Exception, context: dict[str, Any]) -> Response | None:
    """For `REST_FRAMEWORK["EXCEPTION_HANDLER"]`: as Django REST framework's own; a statement's timeout is a 503."""
    if is_timeout(error):
        answer = {"detail": str(TOO_LONG)}
        return Response(answer, status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": RETRY_AFTER})
    return exception_handler(error, context)
