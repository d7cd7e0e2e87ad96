"""Work that Celery carries for the project itself."""

from __future__ import annotations

from datetime import timedelta

from allauth.usersessions.models import UserSession
from auditlog.models import LogEntry as Change
from celery import shared_task
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from config.signin import journal
from telephony.jobs import Run, one_run


@shared_task(name="config.mail_password_link")
def mail_password_link(user_pk: int, site: str) -> None:
    """To who has forgotten the password. The link is made here, so that no broker ever holds one."""
    from config.people.forgotten import send  # It orders this task.

    send(user_pk, site)


@shared_task(name="config.forget_sign_ins")
@one_run
def forget_sign_ins(run: Run) -> None:
    """Delete what the journals (sign-ins, the admin's, changes) need not keep any more, and sessions that are over."""
    journal.forget_old()
    if settings.TELEPHONY_KEEP_AUDIT_DAYS:
        before = timezone.now() - timedelta(days=settings.TELEPHONY_KEEP_AUDIT_DAYS)
        LogEntry.objects.filter(action_time__lt=before).delete()
    if settings.CHANGES_KEEP_DAYS:
        before = timezone.now() - timedelta(days=settings.CHANGES_KEEP_DAYS)
        Change.objects.filter(timestamp__lt=before).delete()
    call_command("clearsessions")
    # The list of them is looked through only when its owner opens it.
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
