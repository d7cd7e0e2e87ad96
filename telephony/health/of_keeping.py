"""What is kept: whether its keys are there, whether it goes when its time is over; and whether alarms can be mailed."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext, ngettext

from telephony import conf
from telephony.health.finding import Findings, finding
from telephony.models import AlarmMail, AuditEntry, Connection, Delivery, Recording
from telephony.privacy.tracebacks import where
from telephony.recordings.keeping.retention import is_due
from telephony.ui.markup import list_url

log = logging.getLogger(__name__)
BEHIND = timedelta(days=2)
"""It is swept each hour."""
SWEPT = timedelta(hours=3)
"""A sweep that is at work may have much to do."""
Action = AuditEntry.Action


def keys_fit() -> bool:
    """Whether the secrets of connections can be read."""
    try:
        list(Connection.objects.only("pk", "settings", "former_secrets"))
    except ImproperlyConfigured as error:
        log.warning("health: %s", where(error))
        return False
    return True


def keys(now: datetime) -> Findings:
    if not keys_fit():
        text = gettext(
            "The connections' secrets were encrypted with a key that is not in TELEPHONY_ENCRYPTION_KEYS, so nothing "
            "works: put the former key back, at the end of the list, and restart everything."
        )
        yield finding("encryption_keys", text)


def retention(now: datetime) -> Findings:
    """What should have been deleted days ago is still there, and nothing of its kind was deleted lately."""
    days = conf.keep_deliveries_days()
    if days and _not_swept(Action.DELIVERIES_EXPIRED, now):
        done_with = Delivery.objects.filter(state=Delivery.State.APPLIED, needs_attention=False).order_by("id")
        oldest = done_with.values_list("received_at", flat=True).first()
        if oldest is not None and oldest < now - timedelta(days=days) - BEHIND:
            text = gettext(
                "Messages of PBXs are kept for longer than %(days)d days, as is set, since nobody deletes them: look "
                "at the worker, and at its log for telephony.apply_retention."
            )
            yield finding("messages_kept", text % {"days": days}, url=list_url(Delivery))
    if _not_swept(Action.RECORDING_EXPIRED, now):
        count = sum(_overdue_recordings(row, now) for row in Connection.objects.exclude(keep_recordings_days=None))
        if count:
            text = ngettext(
                "%(count)d recording is kept for longer than its connection says, since nobody deletes it: look at the "
                "worker, and at its log for telephony.apply_retention.",
                "%(count)d recordings are kept for longer than their connections say, since nobody deletes them: look "
                "at the worker, and at its log for telephony.apply_retention.",
                count,
            )
            yield finding("recordings_kept", text % {"count": count}, url=list_url(Recording))


def _not_swept(action: AuditEntry.Action, now: datetime) -> bool:
    return not AuditEntry.objects.filter(action=action, at__gt=now - SWEPT).exists()


def _overdue_recordings(connection: Connection, now: datetime) -> int:
    before = now - timedelta(days=connection.keep_recordings_days or 0) - BEHIND
    return is_due(connection, before).count()


def alarm_mails(now: datetime) -> Findings:
    """The mail server took none of the latest two."""
    tried = AlarmMail.objects.filter(at__gt=now - timedelta(days=1), attempts__gt=0).order_by("-id")
    states = list(tried.values_list("state", flat=True)[:2])
    if states and AlarmMail.State.SENT not in states:
        text = gettext(
            "E-mails about alarms are not taken by the mail server: check EMAIL_URL and DEFAULT_FROM_EMAIL, and the "
            "worker's log for its answer."
        )
        yield finding("alarm_mails", text)
