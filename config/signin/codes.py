"""Codes of the second factor: wrong ones are counted like wrong passwords."""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError

from config.signin.login import locked_words
from config.signin.throttle import client_address, find_lock


class _Counted:
    user: Any

    def clean_code(self) -> str:
        request, username = context.request, self.user.get_username()
        if find_lock(username, client_address(request)) is not None:
            raise ValidationError(locked_words(request, username), "locked")
        try:
            return str(super().clean_code())  # type: ignore[misc]
        except ValidationError:
            user_login_failed.send(sender=__name__, credentials={"username": username}, request=request)
            raise


class CodeForm(_Counted, AuthenticateForm):  # type: ignore[misc]
    """At the sign-in."""


class CodeAgainForm(_Counted, ReauthenticateForm):  # type: ignore[misc]
    """Before something that matters."""
