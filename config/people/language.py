"""The language that was chosen for an employee, where the browser has not chosen another one by the switch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from config.models import Profile

_KEY = "language"


def chosen_language(user: Any) -> str:
    """Empty where none was chosen."""
    return Profile.objects.filter(user=user.pk).values_list("language", flat=True).first() or ""


@receiver(user_logged_in, dispatch_uid="config: language")
def remember_language(request: HttpRequest, user: Any, **_: Any) -> None:
    """Into the session, so that no page has to ask for it."""
    if found := chosen_language(user):
        request.session[_KEY] = found


class EmployeeLanguage:
    """After Django's own LocaleMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.session.get(_KEY) if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES else None
        if chosen:
            translation.activate(chosen)
            request.LANGUAGE_CODE = translation.get_language() or chosen
        return self._get_response(request)
