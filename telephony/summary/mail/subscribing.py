"""Subscriptions to reports, written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from telephony.models import ReportMail, ReportSubscription, Team
from telephony.summary.mail.periods import next_due


@transaction.atomic
def subscribe(
    *, user: Any, period: str, hour: int, time_zone: str, language: str, teams: Iterable[Team], origin: str
) -> ReportSubscription:
    """The first mail comes at the next such hour. Raises IntegrityError if there is one of that period and hour."""
    subscription = ReportSubscription.objects.create(
        user=user,
        period=period,
        hour=hour,
        time_zone=time_zone,
        language=language,
        origin=origin,
        next_at=next_due(period=period, hour=hour, zone=ZoneInfo(time_zone), after=timezone.now()),
    )
    subscription.teams.set(teams)
    return subscription


@transaction.atomic
def change(*, subscription: ReportSubscription, teams: Iterable[Team], **values: Any) -> ReportSubscription:
    """It comes at the next such hour. Raises IntegrityError if there is another one of that period and hour."""
    row = ReportSubscription.objects.select_for_update().get(pk=subscription.pk)
    for name, value in values.items():
        setattr(row, name, value)
    row.next_at = next_due(period=row.period, hour=row.hour, zone=ZoneInfo(row.time_zone), after=timezone.now())
    row.save()
    row.teams.set(teams)
    return row


def unsubscribe(*, subscription: ReportSubscription) -> None:
    subscription.delete()


@transaction.atomic
def send_now(*, subscription: ReportSubscription) -> ReportMail:
    """Plan one at once, beside those that are due; the same again while one waits to be sent."""
    ReportSubscription.objects.select_for_update().get(pk=subscription.pk)
    waits = ReportMail.objects.filter(
        subscription=subscription, is_trial=True, state__in=[ReportMail.State.WAITING, ReportMail.State.SENDING]
    )
    today = timezone.localdate(timezone=ZoneInfo(subscription.time_zone))
    return waits.first() or ReportMail.objects.create(subscription=subscription, day=today, is_trial=True)
