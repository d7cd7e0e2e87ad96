"""Addresses of the own account: the second factor (django-allauth), passkeys, sessions. No sign-up, no mail pages."""

from __future__ import annotations

from allauth.account.views import reauthenticate
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, reverse_lazy
from django.views.generic import RedirectView

from config.signin import sessions
from config.signin.again import again
from config.signin.login import to_login

urlpatterns = [
    path("login/", login_not_required(to_login), name="account_login"),
    path("again/", login_not_required(again), name="sign-in-again"),
    path("logout/", RedirectView.as_view(url=reverse_lazy("admin:logout")), name="account_logout"),
    path("reauthenticate/", reauthenticate, name="account_reauthenticate"),
    path("second-factor/", include("allauth.mfa.urls")),
    path("sessions/", sessions.pages["sessions"], name="sessions"),
    path("sessions/<int:pk>/end/", sessions.pages["end_session"], name="session-end"),
    path("sessions/end-all/", sessions.pages["end_all_sessions"], name="sessions-end-all"),
]
