"""Every form of a page has a key of its own, and is done once with it: a middleware for the whole project.

A form has its key beside Django's token against forgery, without JavaScript; a script sends a header (once.js). What
comes without a key is done as ever. Nothing is kept of a page but where it led, so that no secret lies in an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from http import HTTPStatus
from inspect import iscoroutinefunction
from secrets import token_urlsafe
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext

from telephony.database.middleware import too_long
from telephony.database.timeouts import is_timeout
from telephony.models import OnceAnswer
from telephony.once.claims import KEY, Asked, OtherRequest, Told, UnderWay, do_once
from telephony.once.repeatable import is_repeatable

FIELD = "once_key"
HEADER = "X-Once-Key"
WAIT = 8.0
"""Seconds: a statement may take 15 (TELEPHONY_STATEMENT_TIMEOUT), and people press again before that."""
_TOKEN = re.compile(rb'<input type="hidden" name="csrfmiddlewaretoken" value="[^"]*"\s*/?>')
_NOT_OF_THE_FORM = frozenset({"csrfmiddlewaretoken", FIELD})


class DoneOnce(MiddlewareMixin):
    """Goes last in MIDDLEWARE: it calls the view itself."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        key = _key(request, view)
        if key is None:
            return None
        if not KEY.fullmatch(key):
            return _words(request, HTTPStatus.BAD_REQUEST, gettext("The form's key can't be read. Open the page anew."))
        address = f"{request.method} {request.get_full_path()}"
        asked = Asked(user=request.user, key=key, address=address, body_hash=_body_hash(request))
        try:
            done = do_once(asked=asked, wait=WAIT, do=lambda: view(request, *args, **kwargs), tell=_told)
        except OtherRequest:
            return _other(request)
        except UnderWay:
            return _under_way(request)
        except Exception as error:
            if is_timeout(error):  # Django asks process_exception only about views that it called itself.
                return too_long(request)
            raise
        return done.fresh if done.earlier is None else _again(request, done.earlier)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if isinstance(response, HttpResponse) and response.headers.get("Content-Type", "").startswith("text/html"):
            response.content = _TOKEN.sub(_with_key, response.content)
        return response


def _with_key(found: re.Match[bytes]) -> bytes:
    """A new key each time. Without autocomplete: Firefox would fill an old one in after a reload."""
    key = token_urlsafe(16).encode()
    return found[0] + b'<input type="hidden" name="%s" value="%s" autocomplete="off">' % (FIELD.encode(), key)


def _key(request: HttpRequest, view: Callable[..., Any]) -> str | None:
    is_api = hasattr(view, "cls")  # Programs have a header of their own: telephony/api/once.py.
    if request.method != "POST" or is_api or iscoroutinefunction(view) or is_repeatable(view):
        return None
    if not request.user.is_authenticated:
        return None
    return request.headers.get(HEADER) or request.POST.get(FIELD)


def _body_hash(request: HttpRequest) -> str:
    found = sha256()
    for name, values in sorted(request.POST.lists()):
        if name not in _NOT_OF_THE_FORM:
            found.update(repr((name, values)).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            found.update(repr((name, file.name, file.size)).encode())
            for chunk in file.chunks():
                found.update(chunk)
            file.seek(0)
    if not request.POST and not request.FILES:
        found.update(request.body)
    return found.hexdigest()


def _told(response: HttpResponseBase) -> Told:
    status = response.status_code
    is_fault = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return Told(
        keeps=status < HTTPStatus.BAD_REQUEST,
        undo=is_fault,
        status=status,
        location=response.headers.get("Location", response.headers.get("HX-Redirect", "")),
    )


def _again(request: HttpRequest, earlier: OnceAnswer) -> HttpResponse:
    """The first one's answer: on to where it led; else the page as it is now."""
    if "HX-Request" in request.headers:
        headers = {"HX-Redirect": earlier.location} if earlier.location else {"HX-Refresh": "true"}
        return HttpResponse(status=HTTPStatus.OK, headers=headers)
    if earlier.location:
        return HttpResponseRedirect(earlier.location)
    if _is_script(request):
        return HttpResponse(status=earlier.status)
    return _words(request, HTTPStatus.OK, gettext("This was done already. It was not done a second time."))


def _other(request: HttpRequest) -> HttpResponse:
    text = gettext("This form was sent before, with other content. What it has now was not saved: open the page anew.")
    return _words(request, HTTPStatus.UNPROCESSABLE_ENTITY, text)


def _under_way(request: HttpRequest) -> HttpResponse:
    text = gettext("This was sent before and is still being done. Wait a moment, then look whether it is there.")
    response = _words(request, HTTPStatus.CONFLICT, text)
    response.headers["Retry-After"] = "5"
    return response


def _words(request: HttpRequest, status: HTTPStatus, text: str) -> HttpResponse:
    if _is_script(request):
        return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    title = gettext("Sent twice")
    links = [(request.get_full_path(), gettext("Open the page"))]
    return render(request, "telephony/plain_page.html", {"title": title, "text": text, "links": links}, status=status)


def _is_script(request: HttpRequest) -> bool:
    return "text/html" not in request.headers.get("Accept", "") or "HX-Request" in request.headers
