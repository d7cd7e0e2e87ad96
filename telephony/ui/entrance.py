"""Who is let in to views that are no pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

View = Callable[..., HttpResponse]


def for_known_users(view: View) -> View:
    """Only for those who are logged in. A person who follows a link is sent to the login, a script gets 401."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "GET" and "text/html" in request.headers.get("Accept", ""):
            return redirect_to_login(request.get_full_path())
        answer = plain_answer(HTTPStatus.UNAUTHORIZED, _("You are logged out. Log in, then try again."))
        answer["WWW-Authenticate"] = 'Session realm="telephony"'
        return answer

    return guarded


def plain_answer(status: HTTPStatus, text: str | Promise) -> HttpResponse:
    """An answer for a person, by way of a script."""
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(str(text), status=status, content_type="text/plain; charset=utf-8", headers=headers)
