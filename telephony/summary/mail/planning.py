"""Plans mails: a row for each report that is due."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from telephony.models import ReportMail, ReportSubscription
from telephony.summary.mail.periods import next_due

TOO_LATE = timedelta(days=7)
"""What nobody planned for so long, as no worker ran, is not sent any more."""
KEPT = timedelta(days=60)


def plan(*, now: datetime | None = None) -> int:
    """Plan what is due; returns how many mails. Several may do so at once: each subscription is planned by one of
    them, and the constraint `report_mail_once` holds."""
    now = now or timezone.now()
    planned = 0
    while True:
        with transaction.atomic():
            due = ReportSubscription.objects.filter(next_at__lte=now).order_by("next_at", "pk")
            subscription = due.select_for_update(skip_locked=True).first()
            if subscription is None:
                return planned
            planned += _plan(subscription, now)


def sweep(*, now: datetime | None = None) -> int:
    """Forget what became of old mails; returns how many rows."""
    over = [state for state in ReportMail.State if state not in (ReportMail.State.WAITING, ReportMail.State.SENDING)]
    old = ReportMail.objects.filter(state__in=over, created_at__lt=(now or timezone.now()) - KEPT)
    return old.delete()[0]


def _plan(subscription: ReportSubscription, now: datetime) -> int:
    zone = ZoneInfo(subscription.time_zone)
    made = 0
    at = subscription.next_at
    while at <= now:
        if at > now - TOO_LATE:
            day = at.astimezone(zone).date()
            made += ReportMail.objects.get_or_create(subscription=subscription, day=day, is_trial=False)[1]
        at = next_due(period=subscription.period, hour=subscription.hour, zone=zone, after=at)
    subscription.next_at = at
    subscription.save(update_fields=["next_at"])
    return made
