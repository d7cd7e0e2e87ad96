"""Requests that no browser and no PBX sends, made harmless before anything reads them.

Django reads a request's Content-Type before any middleware does, and its query with whatever that names: what it can't
read becomes an error 500, and a PBX's message would be lost. So applications make their requests of these classes:
`application.request_class = PlainWSGIRequest`.
"""

from __future__ import annotations

from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.http import Http404, HttpRequest, QueryDict
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import parse_header_parameters

from telephony.domain import charsets


class _PlainContentType(HttpRequest):
    """Takes no encoding but those of telephony/domain/charsets.py, and reads no query yet."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        told = meta.get("CONTENT_TYPE", "")
        self.content_type, self.content_params = content_type_of(told)
        self._encoding = charsets.known(self.content_params.get("charset"))


class PlainWSGIRequest(_PlainContentType, WSGIRequest):
    """Django's, whatever its Content-Type says."""


class PlainASGIRequest(_PlainContentType, ASGIRequest):
    """The same over ASGI."""


def content_type_of(told: str) -> tuple[str, dict[str, str]]:
    """The media type and its parameters; without them if they are written in encodings of their own (RFC 2231)."""
    kind = told.partition(";")[0].strip().lower()
    if "*" in told:
        return kind, {}
    try:
        return parse_header_parameters(told)
    except (ValueError, LookupError):
        return kind, {}


class PlainRequests(MiddlewareMixin):
    """Goes before whatever reads a parameter.

    Django decodes parameters with whichever of Python's encodings the Content-Type names, and some take seconds
    (telephony/domain/charsets.py): a request in an unknown one is read as UTF-8. An address with a NUL is nobody's, and
    a query with one finds nothing: no row has it, and PostgreSQL fails at it.
    """

    def process_request(self, request: HttpRequest) -> None:
        if request.encoding is not None and charsets.known(request.encoding) is None:
            request.encoding = None  # type: ignore[assignment]
        if "*" in request.META.get("CONTENT_TYPE", ""):
            request.META["CONTENT_TYPE"] = request.content_type or ""  # Whoever else reads it would fail at it.
        if "\x00" in request.path_info:
            raise Http404
        query = request.META.get("QUERY_STRING", "")
        if "%00" in query or "\x00" in query:
            # The query itself stays: a PBX's message is stored as it came.
            request.GET = QueryDict(query.replace("%00", "").replace("\x00", ""), encoding=request.encoding)
