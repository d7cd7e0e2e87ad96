"""A session that ended in the middle of work: the person signs in again in place, and nothing that was typed is lost.

The page has a dialog (config/templates/config/again.html), its script (static/config/again.js) asks here who is signed
in, and sends the password here.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from config.signin.login import LoginForm
from telephony.ui.entrance import plain_answer

SIGNED_OUT = _("You are logged out. Log in, then try again.")


@never_cache
@require_http_methods(["GET", "POST"])
def again(request: HttpRequest) -> JsonResponse:
    """`{"user": 7, "csrf": "..."}`: who is signed in (null: nobody), and the token that forms need from now on.

    POST takes `username` and `password`. Refused, it adds `error`, words for the person; if a second factor is asked
    for, `elsewhere`: the page on which to go on.
    """
    if request.method == "GET":
        return _state(request)
    form = LoginForm(request, data=request.POST)
    if not form.is_valid():
        words = " ".join(error for errors in form.errors.values() for error in errors)
        is_locked = getattr(request, "axes_locked_out", False)
        return _state(request, HTTPStatus.TOO_MANY_REQUESTS if is_locked else HTTPStatus.BAD_REQUEST, error=words)
    user = form.get_user()
    answer = perform_password_login(
        request, {"username": user.get_username()}, Login(user=user, redirect_url=reverse("admin:index"))
    )
    if not request.user.is_authenticated:
        return _state(
            request, error=gettext("Your second factor is still missing."), elsewhere=answer.headers["Location"]
        )
    return _state(request)


def _state(request: HttpRequest, status: int = HTTPStatus.OK, **more: str) -> JsonResponse:
    user = request.user.pk if request.user.is_authenticated else None
    return JsonResponse({"user": user, "csrf": get_token(request), **more}, status=status)


class TellSignedOut:
    """A script whose user is signed out gets 401, never the login page: that would stand in the middle of a list.

    Below the middleware that finds the user.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if _leads_to_login(response) and _is_script(request) and not request.user.is_authenticated:
            return plain_answer(HTTPStatus.UNAUTHORIZED, SIGNED_OUT)
        return response


def _leads_to_login(response: Any) -> bool:
    # HX-Refresh makes the page load itself anew: what was typed in it would be gone.
    return response.headers.get("Location", "").startswith(reverse("admin:login")) or "HX-Refresh" in response.headers


def _is_script(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers or "X-Requested-With" in request.headers
