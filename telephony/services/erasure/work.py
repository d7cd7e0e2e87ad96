"""The erasure itself, in steps that may be repeated: whoever is killed in the middle is taken up by a worker."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from telephony.exceptions import HeldRecordings
from telephony.models import AuditEntry, Delivery, Erasure, Recording
from telephony.services import audit, discarding
from telephony.services.erasure import rows
from telephony.services.erasure.numbers import Finder, Target, hash_of, target_of
from telephony.services.erasure.search import search
from telephony.signals import number_erased

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
"""A process that worked on an erasure this long ago and did not finish is taken for dead."""
COUNTED = ("contacts", "calls", "recordings", "deliveries")


@transaction.atomic
def begin(*, target: Target, user: Any, held_too: bool) -> Erasure:
    """Note that the number is to be erased; from now on it will be, whatever happens to this process.

    Raises HeldRecordings if somebody keeps recordings of it and `held_too` is not set.
    """
    held = Recording.objects.filter(call__in=rows.calls_of(target), held=True).order_by("pk")
    if not held_too and (keys := list(held.values_list("pk", flat=True))):
        numbers = ", ".join(f"#{key}" for key in keys)
        raise HeldRecordings(_("These recordings are kept by somebody: %(numbers)s.") % {"numbers": numbers})
    details = {"number": hash_of(target), **dict.fromkeys(COUNTED, 0), "finished": False}
    return Erasure.objects.create(
        entry=audit.note(action=AuditEntry.Action.NUMBER_ERASED, user=user, details=details),
        number=target.shown,
        search_to=Delivery.objects.aggregate(last=Max("pk"))["last"] or 0,
        next_try_at=timezone.now() + LEASE,
    )


def work_on_calls(*, erasure: Erasure) -> None:
    """Everything that is found by an index: contacts, calls, recordings. Raises what goes wrong; try again then."""
    target = target_of(erasure.number)
    _forget_contacts(erasure, target)
    rows.erase_elsewhere(target=target)
    for pk in rows.keys_of_calls(target):
        with transaction.atomic():
            _count(erasure, rows.erase_call(pk=pk, target=target))
    discarding.remove_discarded()
    # The rest may be somebody else's turn.
    Erasure.objects.filter(pk=erasure.pk).update(next_try_at=timezone.now())


def finish(*, erasure: Erasure, note: Callable[[int], None] = lambda count: None) -> None:
    """All of it, to the end; `note` gets the number of deliveries that were read since the last time."""
    work_on_calls(erasure=erasure)
    target = target_of(erasure.number)
    for pk in rows.keys_of_mentions(target):
        rows.scrub_mentions(pk=pk, target=target)
    for batch in search(Finder(target), first=erasure.search_from, last=erasure.search_to):
        with transaction.atomic():
            Delivery.objects.filter(pk__in=batch.found).only("pk").delete()
            _count(erasure, Counter(deliveries=len(batch.found)))
            erasure.search_from = batch.last + 1
            erasure.next_try_at = timezone.now() + LEASE
            erasure.save(update_fields=["search_from", "next_try_at"])
        note(batch.read)
    with transaction.atomic():
        entry = AuditEntry.objects.select_for_update().get(pk=erasure.entry_id)
        entry.details = {**entry.details, "finished": True}
        entry.save(update_fields=["details"])
        Erasure.objects.filter(pk=erasure.pk).delete()


def erase_due(*, now: datetime | None = None) -> int:
    """Go on with erasures that nobody works on; returns how many were finished. For a worker."""
    done = 0
    while (erasure := _claim(now or timezone.now())) is not None:
        try:
            finish(erasure=erasure)
        except Exception as error:  # It stays noted; whoever claims it after the lease tries again.
            log.warning("Erasure %s: an attempt failed: %s", erasure.pk, type(error).__name__)
        else:
            done += 1
    return done


def _claim(now: datetime) -> Erasure | None:
    with transaction.atomic():
        row = Erasure.objects.select_for_update(skip_locked=True).filter(next_try_at__lte=now).first()
        if row is not None:
            row.next_try_at = now + LEASE
            row.save(update_fields=["next_try_at"])
    return row


@transaction.atomic
def _forget_contacts(erasure: Erasure, target: Target) -> None:
    told = number_erased.send(sender=Erasure, number=target.phone, calls=rows.calls_of(target))
    _count(erasure, Counter(contacts=sum(int(count or 0) for _receiver, count in told)))


@transaction.atomic
def _count(erasure: Erasure, counts: Counter[str]) -> None:
    if not counts.total():
        return
    entry = AuditEntry.objects.select_for_update().get(pk=erasure.entry_id)
    for name, count in counts.items():
        entry.details[name] = entry.details.get(name, 0) + count
    entry.save(update_fields=["details"])
