"""Alarms: each finding is told once, with its end, to those who set things up; in the product, by e-mail and webhook.

Looked for each minute. One that comes and goes is told again only after an hour, and then it has to be there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import override

from telephony.conf import mail_is_set_up
from telephony.health.finding import Finding
from telephony.health.report import all_health
from telephony.models import Alarm, AlarmMail
from telephony.outgoing.notices import tell_of_alarm

QUIET = timedelta(hours=1)
KEPT = timedelta(days=92)
Key = tuple[str, int | None]


def check(*, now: datetime | None = None) -> int:
    """Look at everything, remember what is new and what is gone, and have people told; returns how many news."""
    at = now or timezone.now()
    found = _found(at)
    try:
        with transaction.atomic():
            began, ended = _remember(found, at)
            _tell(began, ended, at)
    except IntegrityError:
        return 0  # Another worker looked at the same moment, and tells.
    return len(began) + len(ended)


def open_alarms() -> QuerySet[Alarm]:
    return Alarm.objects.filter(closed_at=None)


def those_told() -> QuerySet[Any]:
    """Who may mend things, and can sign in."""
    of_right = {"codename": "change_connection", "content_type__app_label": "telephony"}
    own = {f"user_permissions__{name}": value for name, value in of_right.items()}
    of_group = {f"groups__permissions__{name}": value for name, value in of_right.items()}
    users = get_user_model()._default_manager.filter(is_active=True)
    return users.filter(Q(is_superuser=True) | Q(**own) | Q(**of_group)).distinct()


def sweep(*, now: datetime | None = None) -> int:
    """Forget what was mended long ago, and the e-mails about it; returns how many alarms."""
    before = (now or timezone.now()) - KEPT
    AlarmMail.objects.filter(at__lt=before).exclude(state=AlarmMail.State.WAITING).delete()
    return Alarm.objects.filter(closed_at__lt=before).delete()[0]


def _found(at: datetime) -> dict[Key, Finding]:
    return {(one.code, one.connection_id): one for health in all_health(now=at) for one in health.findings}


def _remember(found: dict[Key, Finding], at: datetime) -> tuple[list[Alarm], list[Alarm]]:
    """What is to be told now: as begun, and as ended."""
    known = {(one.code, one.connection_id): one for one in open_alarms().select_for_update()}
    words = _words(at) if found.keys() - known.keys() else {}
    began, ended = [], []
    for key, finding in found.items():
        alarm = known.get(key)
        if alarm is None:
            alarm = Alarm.objects.create(
                code=key[0], connection_id=key[1], opened_at=at, texts=words.get(key, {}), url=finding.url[:300]
            )
        if alarm.told_at is None and not _told_lately(alarm, at):
            began.append(alarm)
    Alarm.objects.filter(pk__in=[one.pk for one in began]).update(told_at=at)
    for key in known.keys() - found.keys():
        alarm = known[key]
        alarm.closed_at = at
        alarm.save(update_fields=["closed_at"])
        if alarm.told_at is not None:
            ended.append(alarm)
    return began, ended


def _words(at: datetime) -> dict[Key, dict[str, str]]:
    """Each finding's sentence in every language of the site."""
    words: dict[Key, dict[str, str]] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            for key, finding in _found(at).items():
                words.setdefault(key, {})[language] = finding.for_keeping
    return words


def _told_lately(alarm: Alarm, at: datetime) -> bool:
    same = Alarm.objects.filter(code=alarm.code, connection=alarm.connection_id, told_at__gt=at - QUIET)
    return same.exclude(pk=alarm.pk).exists()


def _tell(began: Sequence[Alarm], ended: Sequence[Alarm], at: datetime) -> None:
    """In the product it is told by being there."""
    for alarm in (*began, *ended):
        tell_of_alarm(alarm=alarm)
    if not (began or ended) or not mail_is_set_up():
        return
    for user in those_told().exclude(email=""):
        mail = AlarmMail.objects.create(user=user, at=at, next_try_at=at)
        mail.began.set(began)
        mail.ended.set(ended)
