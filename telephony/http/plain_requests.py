"""Requests that no browser and no PBX sends, made harmless before anything reads them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, QueryDict
from django.utils.deprecation import MiddlewareMixin

from telephony.domain import charsets


class PlainRequests(MiddlewareMixin):
    """Goes before whatever reads a parameter.

    Django decodes parameters with whichever of Python's encodings the Content-Type names, and some take seconds
    (telephony/domain/charsets.py): a request in an unknown one is read as UTF-8. An address with a NUL is nobody's, and
    a query with one finds nothing: no row has it, and PostgreSQL fails at it.
    """

    def process_request(self, request: HttpRequest) -> None:
        if request.encoding is not None and charsets.known(request.encoding) is None:
            request.encoding = None  # type: ignore[assignment]
        if "\x00" in request.path_info:
            raise Http404
        query = request.META.get("QUERY_STRING", "")
        if "%00" in query or "\x00" in query:
            # The query itself stays: a PBX's message is stored as it came.
            request.GET = QueryDict(query.replace("%00", "").replace("\x00", ""), encoding=request.encoding)
