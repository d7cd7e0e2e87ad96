"""Where somebody is signed in: listed, ended one by one, or all at once."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from config.signin.clients import client
from telephony.ui import shell

NO_ADDRESS = "0.0.0.0"  # nosec B104  # noqa: S104  (stands for no address)


@never_cache
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """The own sessions, newest first."""
    user: Any = request.user
    UserSession.objects.create_from_request(request)  # It may be older than this list.
    rows = [
        {
            "pk": row.pk,
            "client": client(row.user_agent),
            "address": "" if row.ip == NO_ADDRESS else row.ip,
            "since": row.created_at,
            "is_this": row.session_key == request.session.session_key,
        }
        for row in sorted(UserSession.objects.purge_and_list(user), key=lambda row: row.created_at, reverse=True)
    ]
    return shell.page(request, "config/sessions.html", title=_("Where you are signed in"), rows=rows)


@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the own sessions."""
    get_object_or_404(UserSession, pk=pk, user=request.user.pk).end()
    messages.success(request, gettext("That session has ended."))
    return HttpResponseRedirect(reverse("sessions"))


@require_POST
def end_all_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere, here too."""
    user: Any = request.user
    end_all(user.pk)
    logout(request)
    return HttpResponseRedirect(reverse("admin:login"))


def end_all(user_pk: int) -> None:
    """End every session of this user, also those that began before sessions were listed."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator(chunk_size=500):
        if session.get_decoded().get(SESSION_KEY) == str(user_pk):
            session.delete()
    UserSession.objects.filter(user=user_pk).delete()


pages = {view.__name__: admin.site.admin_view(view) for view in (sessions, end_session, end_all_sessions)}
"""The views behind the admin's login."""
