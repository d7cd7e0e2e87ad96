"""Roles that sign in with a second factor only (SECOND_FACTOR_ROLES)."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from telephony.ui.entrance import plain_answer

EVERYBODY, OWNERS = "everybody", "Administrator"
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def needs_second_factor(user: Any) -> bool:
    """Whether a role of this user asks for one. Superusers count as administrators."""
    roles: list[str] = settings.SECOND_FACTOR_ROLES
    if not roles or not user.is_authenticated:
        return False
    if EVERYBODY in roles or (user.is_superuser and OWNERS in roles):
        return True
    return bool(user.groups.filter(name__in=roles).exists())


def lacks_second_factor(user: Any) -> bool:
    """Whether the user needs one and has none."""
    if not needs_second_factor(user):
        return False
    return not Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists()


class SecondFactorRequired:
    """Leads who lacks one to the page on which to add it; all else is closed till then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.SECOND_FACTOR_ROLES or self._is_open(request.path) or not lacks_second_factor(request.user):
            return self._get_response(request)
        if "text/html" not in request.headers.get("Accept", "") or request.headers.get("HX-Request"):
            words = gettext("Your role needs a second factor. Open any page, and add one.")
            return plain_answer(HTTPStatus.FORBIDDEN, words)
        messages.warning(
            request, gettext("Your role needs a second factor: add an app or a passkey, then everything opens.")
        )
        return HttpResponseRedirect(reverse("mfa_index"))

    def _is_open(self, path: str) -> bool:
        closed_out = (reverse("admin:logout"), reverse("set_language"), f"/{settings.STATIC_URL.lstrip('/')}")
        return path.startswith((reverse("mfa_index"), reverse("account_reauthenticate"), *closed_out))
