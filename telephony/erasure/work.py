"""The erasure itself, in steps that may be repeated: whoever is killed in the middle is taken up by a worker."""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from telephony.call_log import exports
from telephony.domain.exceptions import CallBusy, HeldRecordings, MessagesWait
from telephony.erasure import rows
from telephony.erasure.numbers import Finder, Target, hash_of, target_of
from telephony.erasure.place import Place, searched_places
from telephony.erasure.search import search, search_events, search_place
from telephony.jobs import LeaseLost, Queue, Run, Stopped, check
from telephony.jobs.guard import guarded
from telephony.models import AuditEntry, Call, Delivery, Erasure, Recording
from telephony.recordings.keeping import discarding, journal
from telephony.signals import number_erased

log = logging.getLogger(__name__)

QUEUE = Queue(model=Erasure, lease=timedelta(minutes=2), counts_claims=False, token="lease")  # noqa: S106  (a column)
PAUSE = timedelta(minutes=10)
"""After an attempt that failed: looking through everything takes a while, and a fault of ours is not mended at once."""
COUNTED = ("contacts", "calls", "recordings", "deliveries")


class Unfinished(Exception):
    """So many calls could not be erased, for reasons that the log has; everything else is done."""


@transaction.atomic
def begin(*, target: Target, user: Any, held_too: bool) -> Erasure:
    """Note that the number is to be erased; from now on it will be, whatever happens to this process.

    Raises HeldRecordings if somebody keeps recordings of it and `held_too` is not set, and MessagesWait while messages
    lie in the spool: what they tell of the number would stay.
    """
    not_stored: Callable[[], Sequence[object]] = import_string("telephony.followers.NOT_STORED")
    if not_stored():
        raise MessagesWait(
            _("Messages that came while the database was away are being stored. Erase the number in a minute.")
        )
    held = Recording.objects.filter(call__in=rows.calls_of(target), held=True).order_by("pk")
    if not held_too and (keys := list(held.values_list("pk", flat=True))):
        numbers = ", ".join(f"#{key}" for key in keys)
        raise HeldRecordings(_("These recordings are kept by somebody: %(numbers)s.") % {"numbers": numbers})
    details = {"number": hash_of(target), **dict.fromkeys(COUNTED, 0), "finished": False}
    return Erasure.objects.create(
        entry=journal.note(action=AuditEntry.Action.NUMBER_ERASED, user=user, details=details),
        number=target.shown,
        search_to=Delivery.objects.aggregate(last=Max("pk"))["last"] or 0,
        next_try_at=timezone.now() + QUEUE.lease,
        lease=secrets.token_hex(16),
    )


def work_on_calls(*, erasure: Erasure) -> None:
    """Everything that is found by an index: contacts, calls, recordings. The rest is a worker's turn.

    What goes wrong with one call is logged, and tried again by the worker; LeaseLost if another is about it already.
    """
    _erase_known(erasure, target_of(erasure.number))
    exports.forget_files()
    QUEUE.give_back(erasure)
    discarding.remove_discarded()


def finish(*, erasure: Erasure, note: Callable[[int], None] = lambda count: None) -> None:
    """All of it, to the end; `note` gets the number of deliveries that were read since the last time.

    The lease is renewed all the time: nobody else does the same meanwhile. Raises LeaseLost if somebody does, and
    Unfinished if some calls could not be erased: everything else is.
    """
    target = target_of(erasure.number)
    failed = _erase_known(erasure, target)
    finder = Finder(target)
    for keys in search_events(finder):
        _go_on(erasure)
        # A call of the client that could not be erased keeps the number, by which it is found again.
        others = sorted({*keys}.difference(rows.calls_of(target).filter(pk__in=keys).values_list("pk", flat=True)))
        failed += _each(erasure, others, lambda pk: rows.scrub_mentions(pk=pk, target=target))
    failed += _each(erasure, rows.keys_of_mentions(target), lambda pk: rows.scrub_mentions(pk=pk, target=target))
    # After the calls: what these told others by being changed may name the number, too.
    for place in searched_places():
        _go_on(erasure)
        for keys in search_place(place, finder):
            _forget(place, keys, finder)
            _go_on(erasure)
    _go_on(erasure)
    for batch in search(finder, first=erasure.search_from, last=erasure.search_to):
        with transaction.atomic():
            Delivery.objects.filter(pk__in=batch.found).only("pk").delete()
            _count(erasure, Counter(deliveries=len(batch.found)))
            _go_on(erasure, search_from=batch.last + 1)
        note(batch.read)
    # At the end: what is begun to be written from now on names the number no more.
    exports.forget_files()
    if failed:
        raise Unfinished(failed)
    _note_finished(erasure)
    discarding.remove_discarded()


def erase_due(*, now: datetime | None = None, run: Run | None = None) -> int:
    """Go on with erasures that nobody works on; returns how many were finished. For a worker."""
    done = 0
    for erasure in QUEUE.claims(now=now, run=run):
        try:
            finish(erasure=erasure)
        except Stopped:
            QUEUE.give_back(erasure)
            break
        except LeaseLost:
            log.info("Erasure %s: another process goes on with it.", erasure.pk)
        except Exception:  # It stays noted, and is tried again.
            log.warning("Erasure %s: an attempt failed.", erasure.pk, exc_info=True)
            QUEUE.release(erasure, at=timezone.now() + PAUSE)
        else:
            done += 1
    return done


def _erase_known(erasure: Erasure, target: Target) -> int:
    """What an index leads to. Returns how many calls could not be erased."""
    _forget_contacts(erasure, target)
    _go_on(erasure)
    rows.erase_elsewhere(target=target)

    def erase(pk: int) -> None:
        with transaction.atomic():
            _count(erasure, rows.erase_call(pk=pk, target=target))

    return _each(erasure, rows.keys_of_calls(target), erase)


def _each(erasure: Erasure, keys: Iterable[int], work: Callable[[int], None]) -> int:
    """Do this to each of these calls: one that it fails at keeps no other from it. Returns how many those are."""

    def attempt(pk: int) -> int:
        try:
            work(pk)
        except CallBusy:
            return 1  # Somebody is telling of it right now.
        return 0

    failed = 0
    for pk in keys:
        failed += guarded("erase_numbers", Call(pk=pk), partial(attempt, pk), otherwise=1)
        _go_on(erasure)
    return failed


def _forget(place: Place, keys: list[int], finder: Finder) -> None:
    if keys and place.forget is not None:
        with transaction.atomic():
            place.forget(place.rows().filter(pk__in=keys).order_by(), finder.is_in_value)


def _go_on(erasure: Erasure, **values: object) -> None:
    """Renew the lease; raises Stopped when the process is to end."""
    check()
    QUEUE.renew(erasure, **values)


@transaction.atomic
def _note_finished(erasure: Erasure) -> None:
    QUEUE.renew(erasure)
    entry = AuditEntry.objects.select_for_update().get(pk=erasure.entry_id)
    entry.details = {**entry.details, "finished": True}
    entry.save(update_fields=["details"])
    Erasure.objects.filter(pk=erasure.pk).delete()


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
