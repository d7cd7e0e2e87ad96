"""The page for who has forgotten the password: the link comes by mail, where mail is set up."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from kombu.exceptions import OperationalError

from config import tasks
from config.people import links

log = logging.getLogger(__name__)
LONGEST = 254
"""Characters of an e-mail address."""


@never_cache
@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """The same words whoever asks, and as quickly: nobody learns here who has a login. 404 where there is no mail."""
    if not settings.MAIL_IS_SET_UP:
        raise Http404
    asked = request.POST.get("login", "").replace("\x00", "").strip()[:LONGEST]
    user = links.find_forgetful(asked) if asked else None
    if user is not None:
        LogEntry.objects.log_actions(user.pk, [user], CHANGE, change_message=links.FORGOTTEN)
        try:
            tasks.mail_password_link.delay(user.pk, request.build_absolute_uri("/"))
        except OperationalError as error:
            log.warning("A link to set a password was not ordered, the broker does not answer: %s", error)
    page: dict[str, Any] = {"title": _("Password forgotten"), "is_sent": bool(asked), "days": links.DAYS}
    return render(request, "config/forgotten.html", {**admin.site.each_context(request), **page})


def send(user_pk: int, site: str) -> None:
    """`site` is the address that the person uses. What the mail server does not take is only noted: they ask again."""
    user = User.objects.filter(pk=user_pk, is_active=True).first()
    if user is None or not links.may_mail(user):
        return
    try:
        links.mail_link(user, links.link_at(site, user))
    except (OSError, SMTPException) as error:
        log.warning("A link to set a password was not sent: %s", type(error).__name__)
