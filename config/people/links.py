"""A link with which somebody sets a password: for three days, once, and only until the password is set."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext, override

from config.models import Profile
from telephony.ui.presentation import person

DAYS = settings.PASSWORD_RESET_TIMEOUT // 86400


def make_link(request: HttpRequest, user: User) -> str:
    """The whole address, for whoever gives it to that person."""
    return link_at(request.build_absolute_uri("/"), user)


def link_at(site: str, user: User) -> str:
    """The same, for where there is no request; `site` ends with a slash."""
    parts = [urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)]
    return site.rstrip("/") + reverse("set-password", args=parts)


AGAIN_AFTER = timedelta(hours=1)
FORGOTTEN = "Asked for a link to set a password."


def find_forgetful(login_or_email: str) -> User | None:
    """Who says that the password is forgotten, if a link can be mailed and none was asked for within the hour."""
    people = User.objects.filter(is_active=True, is_staff=True).exclude(email="")
    user = people.filter(username=login_or_email).first()
    if user is None:
        # Who shares an address with somebody says the login.
        found = people.filter(email__iexact=login_or_email)[:2]
        user = found[0] if len(found) == 1 else None
    if user is None or not may_mail(user):
        return None
    asked = LogEntry.objects.filter(user=user, object_id=str(user.pk), change_message=FORGOTTEN)
    return None if asked.filter(action_time__gt=timezone.now() - AGAIN_AFTER).exists() else user


def may_mail(user: User) -> bool:
    return bool(settings.MAIL_IS_SET_UP and user.email)


def mail_link(user: User, link: str) -> None:
    """Send it in the person's language. Raises OSError or SMTPException if the mail server does not take it."""
    profile = Profile.objects.filter(user=user).first()
    with override(profile.language or settings.LANGUAGE_CODE if profile else settings.LANGUAGE_CODE):
        words: dict[str, Any] = {"name": person(user), "login": user.username, "link": link, "days": DAYS}
        text = gettext(
            "Hello %(name)s,\n\nhere you set your password for the company's telephony. Your login: %(login)s\n\n"
            "%(link)s\n\nThe link works once, within %(days)d days."
        )
        send_mail(gettext("Your access to the telephony"), text % words, None, [user.email])
