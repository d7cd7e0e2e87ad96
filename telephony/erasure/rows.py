"""Where a number stands: in calls and what hangs on them, in orders to call, in choices between contacts."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from telephony.call_log.search import of_our_number
from telephony.calls import apply, locate, locks
from telephony.calls.contacts import Lookup
from telephony.domain import events
from telephony.domain.directory import EmptyDirectory
from telephony.domain.events import Phone
from telephony.domain.exceptions import CallIsKept
from telephony.erasure.numbers import Finder, Target
from telephony.erasure.place import Names
from telephony.missed.folding import refold_number
from telephony.models import (
    Call,
    CallEvent,
    CallFact,
    CallQuery,
    CallResult,
    Card,
    ContactChoice,
    Delivery,
    Dial,
    Line,
    MissedDecision,
    Notice,
    PbxRow,
    Topic,
)
from telephony.reports.facts import drop_sums

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
        locks.take(names=locate.lock_names_of(call=call), patience_ms=locks.PATIENCE_OF_WORKER_MS)
        if not calls_of(target).filter(pk=pk).exists():
            return Counter()  # Somebody else just did it.
        recordings = call.recordings.count()
        call.recordings.all().delete()
        deliveries = _delete_deliveries(call)
        _scrub_events(call, target)
        call.flag = Call.Flag.ERASED
        call.external_id = _without(call.external_id, target, f"{MARK}-{call.pk}")
        call.save(update_fields=["flag", "external_id"])
        _write_anew(call)
        # Whoever asked the PBX about it would be told the number once more.
        for model in (CallQuery, Card, Notice):
            model._default_manager.filter(call_id=pk).delete()
        CallResult.objects.filter(call_id=pk).update(note="")
    return Counter(calls=1, recordings=recordings, deliveries=deliveries)


def _write_anew(call: Call) -> None:
    """Fold it from its events, without the client."""
    try:
        apply.refold(call=call, lookup=Lookup(EmptyDirectory()))
    except CallIsKept:
        # No event tells of it, but somebody's words hang on it: there is nothing to fold, and it stays.
        call.legs.all().delete()
        number: dict[str, Any] = {
            "client_raw": "",
            "client_e164": "",
            "client_match": "",
            "contact": None,
            "tracking": {},
        }
        Call.objects.filter(pk=call.pk).update(**number)
        refold_number(Phone(raw=call.client_raw, e164=call.client_e164), call.contact_id)


@transaction.atomic
def scrub_mentions(*, pk: int, target: Target) -> None:
    """Take the number from a call of another client, and nothing else."""
    call = Call.objects.select_related("connection").filter(pk=pk).first()
    if call is None:
        return  # Somebody else deleted it meanwhile.
    locks.take(names=locate.lock_names_of(call=call), patience_ms=locks.PATIENCE_OF_WORKER_MS)
    finder, changed = Finder(target), False
    stored = list(call.events.all())
    for row in stored:
        event = row.event()
        without = _without_phones(event, target)
        if target.is_same(event.client_raw, event.client_e164):
            without = replace(without, client_raw="", client_e164="")
        content = finder.without(events.to_json(without), MARK)
        if content != events.to_json(event):
            row.content, changed = content, True
    if changed:
        _rename(stored)
        CallEvent.objects.bulk_update(stored, ["fingerprint", "content"])
        apply.refold(call=call, lookup=Lookup())
        # Nobody is to be told the number as what the call was before.
        corrections = Notice.objects.filter(call=call, topic=Topic.CALL_CORRECTED)
        Notice.objects.filter(pk__in=[row.pk for row in corrections if finder.is_in_value(row.payload)]).delete()
    # Of a call that no event tells of any more nothing is folded.
    if Call.objects.filter(_of_our_number(target), pk=pk).update(our_number=""):
        CallFact.objects.filter(pk=pk).update(line="", summed=False)
    drop_sums(call_pk=pk)


def keys_of_mentions(target: Target) -> Iterator[int]:
    """Calls of others to which the number was called, by their keys. None if it is one of the company's own."""
    if Line.objects.filter(match=target.match).exists():
        return
    found = Call.objects.filter(_of_our_number(target))
    yield from found.exclude(pk__in=calls_of(target).values("pk")).values_list("pk", flat=True)


def _of_our_number(target: Target) -> Q:
    return of_our_number(target.e164 or target.match)


def forget_orders(rows: QuerySet[Dial], names: Names) -> None:
    """Take the number from orders to call. Their keys are the callers' own words: those that name it are replaced."""
    keys = [pk for pk, key in rows.values_list("pk", "idempotency_key") if names(key)]
    rows.update(phone_raw="", phone_e164="", error_text="", external_id="")
    Dial.objects.filter(pk__in=keys).update(idempotency_key=Concat(Value(f"{MARK}-"), Cast("pk", CharField())))


def erase_elsewhere(*, target: Target) -> None:
    """The number in rows that belong to no call, as far as an index leads to them. Needs no transaction; doing it
    twice changes nothing more."""
    is_in = Finder(target).is_in_value
    forget_orders(Dial.objects.filter(pk__in=dials_of(target)), is_in)
    ContactChoice.objects.filter(number__in={target.e164, target.match} - {""}).delete()
    MissedDecision.objects.filter(client_key__in={target.e164, target.match} - {""}).delete()
    of_number = PbxRow.objects.filter(client_match=target.match)
    mine = [row.pk for row in of_number if _is_of(row.pbx_call().client_e164, target)]
    of_number.filter(pk__in=mine).delete()


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
    rows = list(call.events.all())
    for row in rows:
        row.content = events.to_json(_scrubbed(row.event(), target, call))
    _rename(rows)
    CallEvent.objects.bulk_update(rows, ["fingerprint", "content"])


def _rename(rows: list[CallEvent]) -> None:
    stem = secrets.token_hex(8)
    for place, row in enumerate(sorted(rows, key=lambda row: row.fingerprint)):
        row.fingerprint = f"{MARK} {stem} {place:05}"
        row.content = {**row.content, "fingerprint": row.fingerprint}


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
        tracking={name: _without(value, target, MARK) for name, value in event.tracking.items()},
    )


def _without(text: str, target: Target, mark: str) -> str:
    """The text, unless it is the number, or the number is a part of it."""
    return mark if target.is_same(text) or (len(target.match) >= 10 and target.match in text) else text


def keys_of_calls(target: Target) -> Iterator[int]:
    """Calls that are to be erased, by their keys, each once."""
    last = 0
    while keys := list(calls_of(target).filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:200]):
        yield from keys
        last = keys[-1]
