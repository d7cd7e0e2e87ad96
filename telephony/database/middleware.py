"""Words instead of a fault when the database took too long."""

from __future__ import annotations

import logging
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from telephony.database.reach import DatabaseAway, is_silent
from telephony.database.timeouts import is_timeout

log = logging.getLogger(__name__)

RETRY_AFTER = "30"
"""Seconds."""
TOO_LONG = _("This took the database too long, so it was stopped. Ask for less: fewer days, or a longer word.")


class RefuseWhileAway(MiddlewareMixin):
    """Nobody waits without end, and keeps a thread, for a database that is silent. For a slow one they do wait."""

    def process_request(self, request: HttpRequest) -> None:
        if is_silent():
            raise DatabaseAway("The database does not answer.")


class TellTimeouts(MiddlewareMixin):
    """A page, or plain words for a script, with 503, where a statement was ended by its timeout."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not is_timeout(exception):
            return None
        log.warning("A statement took too long and was ended: %s %s", request.method, request.path)
        return too_long(request)


def too_long(request: HttpRequest) -> HttpResponse:
    """503: for a person a page, for a script one sentence."""
    headers = {"Retry-After": RETRY_AFTER, "Cache-Control": "no-store"}
    status = HTTPStatus.SERVICE_UNAVAILABLE
    if "text/html" not in request.headers.get("Accept", "") or "HX-Request" in request.headers:
        return HttpResponse(str(TOO_LONG), status=status, content_type="text/plain; charset=utf-8", headers=headers)
    links = [(request.path, gettext("Open the page without filters"))]
    words = {"title": gettext("This took too long"), "text": TOO_LONG, "links": links}
    page = render(request, "telephony/plain_page.html", words, status=status)
    for name, value in headers.items():
        page.headers[name] = value
    return page
