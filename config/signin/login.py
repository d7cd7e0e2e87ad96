"""The login page: what comes after the password (a second factor), and words for who is locked out."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm

from config import error_pages
from config.signin.hashing import RETRY_AFTER_SECONDS, TooManyLogins
from config.signin.throttle import client_address, find_lock


class LoginForm(AuthenticationForm):  # type: ignore[misc]
    """The theme's form; says how long a lock lasts and whom to ask."""

    is_busy = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs["autofocus"] = True
        self.fields["username"].label = _("Login")

    def clean(self) -> dict[str, Any]:
        try:
            return dict(super().clean())
        except TooManyLogins as error:
            self.is_busy = True
            title, text = error_pages.TOO_MANY_LOGINS
            raise ValidationError(f"{title}. {text}", "busy") from error

    def get_invalid_login_error(self) -> ValidationError:
        if not getattr(self.request, "axes_locked_out", False):
            return ValidationError(
                gettext("Login or password is wrong. Capital letters matter in both."), "invalid_login"
            )
        name = self.cleaned_data.get(get_user_model().USERNAME_FIELD, "")
        return ValidationError(locked_words(self.request, name), "locked")


def locked_words(request: HttpRequest, username: str) -> str:
    """How long, and what to do."""
    lock = find_lock(username, client_address(request))
    minutes = lock.minutes if lock else 1
    wait = ngettext(
        "There were too many wrong attempts. Try again in %(minutes)d minute.",
        "There were too many wrong attempts. Try again in %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}
    help_words = gettext(
        "If you can't wait, ask your administrator: under “Sign-ins” they can let you in at once,"
        " and give you a new password."
    )
    return f"{wait} {help_words}"


class LoginPage(LoginView):
    """Whoever has a second factor is asked for it (django-allauth) before the session is theirs."""

    authentication_form = LoginForm
    template_name = "config/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shell = {**admin.site.each_context(self.request), "title": _("Log in"), "subtitle": None}
        shell |= {"app_path": self.request.get_full_path(), "username": self.request.user.get_username()}
        shell["mail_is_set_up"] = settings.MAIL_IS_SET_UP
        return {**super().get_context_data(**kwargs), **shell}

    def get_default_redirect_url(self) -> str:
        return reverse("admin:index")

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.get_user()
        login = Login(user=user, redirect_url=self.get_success_url())
        response: HttpResponse = perform_password_login(self.request, {"username": user.get_username()}, login)
        return response

    def render_to_response(self, context: Any, **kwargs: Any) -> HttpResponse:
        """429 for who is locked out, 503 where too many passwords wait to be looked at."""
        if getattr(self.request, "axes_locked_out", False):
            kwargs["status"] = HTTPStatus.TOO_MANY_REQUESTS
        elif getattr(context["form"], "is_busy", False):
            kwargs |= {"status": HTTPStatus.SERVICE_UNAVAILABLE, "headers": {"Retry-After": str(RETRY_AFTER_SECONDS)}}
        return super().render_to_response(context, **kwargs)


def login(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
    """In the place of the admin's own."""
    if request.method == "GET" and admin.site.has_permission(request):
        return HttpResponseRedirect(reverse("admin:index"))
    request.current_app = admin.site.name
    return LoginPage.as_view(extra_context=extra_context)(request)


def to_login(request: HttpRequest) -> HttpResponse:
    """django-allauth's name for the login page leads to the one that there is."""
    query = request.GET.urlencode()
    return HttpResponseRedirect(reverse("admin:login") + (f"?{query}" if query else ""))
