"""What a person sees when a page can't be given: what happened, what to do next, and a way back.

A script that asks (the page's own, or somebody's) gets one sentence. Nothing here asks the database: it may be what
failed.
"""

from __future__ import annotations

import sys
from http import HTTPStatus
from urllib.parse import urlsplit

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language_from_request, gettext, override
from django.utils.translation import gettext_lazy as _

from telephony.database.troubles import Trouble, trouble_of

Words = tuple[str | Promise, str | Promise]
"""Title, and what to do."""

WORDS: dict[int, Words] = {
    HTTPStatus.BAD_REQUEST: (
        _("This request can't be read"),
        _(
            "It is not what our page sends. Go back, reload the page and try again."
            " If it happens once more, tell your administrator what you did."
        ),
    ),
    HTTPStatus.FORBIDDEN: (
        _("You may not open this"),
        _("Your role does not include it. If you need it for your work, ask your administrator."),
    ),
    HTTPStatus.NOT_FOUND: (
        _("There is no such page"),
        _("What was here may have been deleted or merged, or the address is mistyped."),
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        _("This is too much at once"),
        _("Go back and send less: a smaller file, or fewer rows."),
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        _("Something went wrong on our side"),
        _(
            "What you did may not be saved: go back and look. Try again in a minute."
            " If it goes on, tell your administrator when it happened."
        ),
    ),
}
PAGE_WAS_OLD: Words = (
    _("The page was open for too long"),
    _(
        "Nothing was saved. Go back, reload the page and send it again."
        " If it happens each time, allow cookies for this address in your browser."
    ),
)
TOO_MANY_LOGINS: Words = (
    _("Too many people are logging in at this moment"),
    _("Your password was not looked at, and nothing was changed. Go back and try again in a few seconds."),
)
OF_DATABASE: dict[Trouble, Words] = {
    Trouble.AWAY: (
        _("The database does not answer"),
        _(
            "Pages come back when it does; what PBXs send meanwhile is kept. Try again in a minute."
            " If you look after this installation: look whether PostgreSQL runs, whether its disk is full, and at"
            " DATABASE_URL."
        ),
    ),
    Trouble.BEHIND: (
        _("The program is newer than its database"),
        _(
            "It was updated, and its tables were not yet. Try again in a minute."
            " If you look after this installation: run manage.py migrate."
        ),
    ),
}
TOO_MUCH_OR_TOO_SLOW = {
    HTTPStatus.REQUEST_TIMEOUT: _("This took too long"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("This is too much at once"),
    HTTPStatus.SERVICE_UNAVAILABLE: _("The server has too much to do"),
}
_TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 where it was too much."""
    too_much = isinstance(exception, _TOO_MUCH)
    return _page(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE if too_much else HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403. What the page itself says of the reason comes with it."""
    return _page(request, HTTPStatus.FORBIDDEN, detail=str(exception))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404"""
    return _page(request, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, with the time by which an administrator finds it in the log; 503 where it was the database."""
    trouble = trouble_of(sys.exc_info()[1])
    if trouble is not None:
        return _page(request, HTTPStatus.SERVICE_UNAVAILABLE, words=OF_DATABASE[trouble])
    with override(get_language_from_request(request)):
        now = date_format(timezone.localtime(), "DATETIME_FORMAT")
    return _page(request, HTTPStatus.INTERNAL_SERVER_ERROR, detail=now)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: mostly somebody has signed in anew in another tab meanwhile."""
    return _page(request, HTTPStatus.FORBIDDEN, words=PAGE_WAS_OLD)


def too_many_logins(request: HttpRequest) -> HttpResponse:
    """503: more passwords are being tried than can be looked at."""
    return _page(request, HTTPStatus.SERVICE_UNAVAILABLE, words=TOO_MANY_LOGINS)


def refused(request: HttpRequest, status: int, text: str | Promise) -> str:
    """The page for a request whose body was not read (config/refusals.py)."""
    return _page(request, HTTPStatus(status), words=(TOO_MUCH_OR_TOO_SLOW[HTTPStatus(status)], text)).text


def _page(request: HttpRequest, status: HTTPStatus, *, words: Words | None = None, detail: str = "") -> HttpResponse:
    # It may have failed before the middleware that sets the language.
    with override(get_language_from_request(request)):
        title, text = words or WORDS[status]
        headers = {"Cache-Control": "no-store"}
        if _is_script(request):
            sentence = f"{title}. {text}"
            return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8", headers=headers)
        page = {"code": status.value, "title": title, "text": text, "detail": detail, "links": _links(request)}
        return HttpResponse(render_to_string("telephony/plain_page.html", page), status=status, headers=headers)


def _is_script(request: HttpRequest) -> bool:
    return "text/html" not in request.headers.get("Accept", "") or "HX-Request" in request.headers


def _links(request: HttpRequest) -> list[tuple[str, str]]:
    """Back to where the person came from, if that is ours and another page; and to the start."""
    links = []
    came_from = urlsplit(request.headers.get("Referer", ""))
    if (
        came_from.netloc == request.META.get("HTTP_HOST")
        and came_from.path not in ("", request.path)
        and came_from.path[:2] != "//"
    ):
        links.append((came_from._replace(scheme="", netloc="").geturl(), gettext("Go back")))
    return [*links, (reverse("admin:index"), gettext("To the start page"))]
