"""Where a number stands: in calls and what hangs on them, in orders to call, in choices between contacts."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from django.db import transaction
from django.db.models import Q, QuerySet

from telephony import events
from telephony.directory import get_directory
from telephony.models import (
    Call,
    CallEvent,
    CallLeg,
    CallResult,
    Card,
    ContactChoice,
    Delivery,
    Dial,
    Notice,
    PbxRow,
    SavedFilter,
)
from telephony.services import calls, correlation, locks
from telephony.services.erasure.numbers import DEFAULT_REGION, Finder, Target
from telephony.services.inbox import PATIENCE_OF_WORKER_MS

MARK = "erased"
"""Stands where the number named a phone of a call: there has to be something that tells phones apart."""


def calls_of(target: Target) -> QuerySet[Call]:
    return Call.objects.filter(target.where("client_e164", "client_match"))


def dials_of(target: Target) -> list[int]:
    """Orders to call this number, by their keys; those of no valid number are compared one by one."""
    found = list(Dial.objects.filter(phone_e164=target.e164).values_list("pk", flat=True)) if target.e164 else []
    unreadable = Dial.objects.filter(phone_e164="").exclude(phone_raw="").values_list("pk", "phone_raw")
    return found + [pk for pk, raw in unreadable.iterator() if target.is_same(raw)]


def erase_call(*, pk: int, target: Target) -> Counter[str]:
    """Erase one call's client, with recordings and raw deliveries; counts what went. Needs no transaction around it.

    The call is folded anew from what is left of its events: direction, times and lengths come out as before.
    """
    with transaction.atomic():
        call = Call.objects.select_related("connection").get(pk=pk)
        locks.take(names=correlation.lock_names_of(call=call), patience_ms=PATIENCE_OF_WORKER_MS)
        if not calls_of(target).filter(pk=pk).exists():
            return Counter()  # Somebody else just did it.
        recordings = call.recordings.count()
        call.recordings.all().delete()
        deliveries = _delete_deliveries(call)
        _scrub_events(call, target)
        call.flag = Call.Flag.ERASED
        call.external_id = _without(call.external_id, target, f"{MARK}-{call.pk}")
        call.save(update_fields=["flag", "external_id"])
        calls.refold(call=call, find=lambda number: [])
        Card.objects.filter(call=call).delete()
        Notice.objects.filter(call=call).delete()
        CallResult.objects.filter(call=call).update(note="")
    return Counter(calls=1, recordings=recordings, deliveries=deliveries)


def keys_of_mentions(target: Target) -> list[int]:
    """Calls of other clients in which the number stands, by their keys. No index helps: this takes a while."""
    clients = Q(content__client_raw__endswith=target.match)
    if target.e164:
        clients |= Q(content__client_e164=target.e164)
    said = CallEvent.objects.filter(clients).values_list("call_id", flat=True)
    phones = CallLeg.objects.filter(extension_number__endswith=target.match).values_list("call_id", flat=True)
    return sorted({*said.order_by(), *phones.order_by()})


@transaction.atomic
def scrub_mentions(*, pk: int, target: Target) -> None:
    """Take the number from a call of another client, and nothing else."""
    call = Call.objects.select_related("connection").get(pk=pk)
    locks.take(names=correlation.lock_names_of(call=call), patience_ms=PATIENCE_OF_WORKER_MS)
    changed = []
    for row in call.events.all():
        event = row.event()
        without = _without_phones(event, target)
        if target.is_same(event.client_raw, event.client_e164):
            without = replace(without, client_raw="", client_e164="")
        if without != event:
            row.content = events.to_json(without)
            changed.append(row)
    if changed:
        CallEvent.objects.bulk_update(changed, ["content"])
        calls.refold(call=call, find=get_directory().find)


def erase_elsewhere(*, target: Target) -> None:
    """The number in rows that belong to no call. Needs no transaction; doing it twice changes nothing more."""
    Dial.objects.filter(pk__in=dials_of(target)).update(phone_raw="", phone_e164="", error_text="")
    ContactChoice.objects.filter(number__in={target.e164, target.match} - {""}).delete()
    of_number = PbxRow.objects.filter(client_match=target.match)
    mine = [row.pk for row in of_number if _is_of(row.pbx_call().client_e164, target)]
    of_number.filter(pk__in=mine).delete()
    finder = Finder(target)
    for saved in SavedFilter.objects.all():
        if finder.is_in(f"{saved.name} {saved.query}".encode(), region=DEFAULT_REGION):
            saved.delete()


def _is_of(e164: str, target: Target) -> bool:
    return not (e164 and target.e164) or e164 == target.e164


def _delete_deliveries(call: Call) -> int:
    """Those that told of this call, but for what a worker has yet to read. Returns how many."""
    told = Delivery.objects.filter(events__call=call).exclude(state=Delivery.State.RECEIVED)
    keys = list(told.values_list("pk", flat=True).distinct())
    Delivery.objects.filter(pk__in=keys).only("pk").delete()
    return len(keys)


def _scrub_events(call: Call, target: Target) -> None:
    """Take the person from the events, and from their fingerprints, in which a number could be tried.

    Fingerprints also order events of one moment: so the new ones sort as the old ones do.
    """
    rows = sorted(call.events.all(), key=lambda row: row.fingerprint)
    stem = secrets.token_hex(8)
    for place, row in enumerate(rows):
        row.fingerprint = f"{MARK} {stem} {place:05}"
        row.content = {**events.to_json(_scrubbed(row.event(), target, call)), "fingerprint": row.fingerprint}
    CallEvent.objects.bulk_update(rows, ["fingerprint", "content"])


def _scrubbed(event: events.CallEvent, target: Target, call: Call) -> events.CallEvent:
    return replace(
        _without_phones(event, target),
        external_id=_without(event.external_id, target, f"{MARK}-{call.pk}"),
        client_raw="",
        client_e164="",
        recording_link="",
        recording_reference="",
        tracking={},
    )


def _without_phones(event: events.CallEvent, target: Target) -> events.CallEvent:
    return replace(
        event,
        extension=_without(event.extension, target, MARK),
        transferred_to=_without(event.transferred_to, target, MARK),
        user_key=_without(event.user_key, target, MARK),
        our_number=_without(event.our_number, target, ""),
    )


def _without(text: str, target: Target, mark: str) -> str:
    """The text, unless it is the number, or the number is a part of it."""
    return mark if target.is_same(text) or (len(target.match) >= 10 and target.match in text) else text


def keys_of_calls(target: Target) -> Iterator[int]:
    """Calls that are to be erased, by their keys, until there are none any more."""
    while keys := list(calls_of(target).order_by("pk").values_list("pk", flat=True)[:200]):
        yield from keys
