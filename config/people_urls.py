"""Addresses of the project's own pages for employees and sign-ins."""

from __future__ import annotations

from django.urls import path

from config.people import views
from config.people.forgotten import forgotten
from config.signin import journal

urlpatterns = [
    path("employees/", views.pages["employees"], name="employees"),
    path("employees/new/", views.pages["employee"], name="employee-new"),
    path("employees/<int:pk>/", views.pages["employee"], name="employee"),
    path("employees/<int:pk>/password-link/", views.pages["password_link"], name="password-link"),
    path("employees/<int:pk>/reset-access/", views.pages["reset_access"], name="reset-access"),
    path("password/forgotten/", forgotten, name="password-forgotten"),
    path("password/set/", views.PasswordIsSet.as_view(), name="password-is-set"),
    path("password/<uidb64>/<token>/", views.SetPassword.as_view(), name="set-password"),
    path("sign-ins/", journal.pages["journal"], name="sign-ins"),
    path("sign-ins/let-in/", journal.pages["let_in"], name="let-in"),
]
