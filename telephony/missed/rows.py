"""Items as rows: each keeps its row, however often it is folded anew; only what differs is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from telephony import conf
from telephony.calls.ringing import claims_an_answer
from telephony.database.reading import Given, Prepared
from telephony.database.writing import Writes
from telephony.domain.missed import ClientCall, Decided, Decision, Item, fold_items, gave_up_in
from telephony.missed import rang
from telephony.missed.assigning import deadline, duty_of, pass_on, rule_of
from telephony.missed.clients import Together
from telephony.missed.heard import Heard
from telephony.models import CallLeg, MissedDecision, MissedItem

_COLUMNS = (
    *("client_key", "client_e164", "client_raw", "contact_id", "connection_id", "our_number", "attempts"),
    *("first_at", "last_at", "longest_wait", "last_wait", "gave_up_in", "callbacks", "last_callback_at", "known"),
    *("due_at", "assignee_id", "team_id", "state", "taken_by_id", "snoozed_until", "closed_at", "closed_by_id"),
    *("closed_reason", "closing_call_id", "first_call_id", "last_call_id"),
)
_ENDS = Prepared(lambda: CallLeg.objects.filter(call_id=Given("call")).values_list("ended_at", flat=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """A call that is being saved: what of it is not in the database yet."""

    pk: int
    legs: Sequence[CallLeg]
    """As they will be."""
    says_answered: bool | None
    """A message says that somebody answered; None if that has to be looked up."""


def write(writes: Writes, *, found: Together, current: Current | None = None) -> list[MissedItem]:
    """Make the rows what the fold says; returns those that are new or changed.

    What nothing depends on is left to `writes`.
    """
    items = [
        (item, sorted(calls, key=lambda one: one.call.started_at, reverse=True))
        for client, calls in found.calls.items()
        for item in _items(client, calls, found)
    ]
    left = {row.pk: row for row in found.rows if found.since is None or row.last_at >= found.since}
    of_row = [(item, story, _row_of(item, left)) for item, story in items]
    if left:
        MissedItem.objects.filter(pk__in=left).delete()
    changed, kept = [], []
    # What is over comes first: of one number only one is open at any time.
    for item, story, row in sorted(of_row, key=lambda one: not one[0].state.is_over):
        known = row or MissedItem()
        before = [getattr(known, name) for name in _COLUMNS]
        _fill(known, item, story, found, is_new=row is None, current=current)
        if row is None or before != [getattr(known, name) for name in _COLUMNS]:
            _save(writes, known, found, is_only=len(items) == 1 and not left)
            changed.append(known)
        kept.append(known)
    rang.keep(writes, kept, {} if current is None else {current.pk: current.legs}, are_new=not found.rows)
    return changed


def _save(writes: Writes, row: MissedItem, found: Together, *, is_only: bool) -> None:
    """With the rest, if it is the client's only one; else at once, because of a number one item has to be over before
    the next is open."""
    key = found.answers.key_for(MissedItem)
    if not is_only or (row.pk is None and key is None):
        row.save()
    elif row.pk is None:
        row.pk = key
        writes.insert_with_key(row)
    else:
        writes.update(MissedItem, {"id": row.pk}, {name: getattr(row, name) for name in _COLUMNS})


def _items(client: str, calls: Sequence[Heard], found: Together) -> list[Item]:
    mine = [_decision(row) for row in found.decisions if found.clients.get(row.client_key) == client]
    items = fold_items((one.call for one in calls), mine, ghost_seconds=conf.ghost_talk_seconds())
    if items and not items[-1].state.is_over:
        pass_on(items[-1])
    return items


def _decision(row: MissedDecision) -> Decision:
    return Decision(
        pk=row.pk,
        at=row.at,
        kind=Decided(row.kind),
        by=row.by_id,
        to=row.to_id,
        until=row.until,
        reason=row.reason,
    )


def _row_of(item: Item, left: dict[int, MissedItem]) -> MissedItem | None:
    """The row that this item has already: of its first attempt, else of its last, else of any."""
    calls = {call.pk for call in item.missed}
    for column in ("first_call_id", "last_call_id"):
        for row in left.values():
            if getattr(row, column) in calls:
                return left.pop(row.pk)
    return None


def _fill(
    row: MissedItem,
    item: Item,
    story: Sequence[Heard],
    found: Together,
    *,
    is_new: bool,
    current: Current | None,
) -> None:
    last = found.seen[item.missed[-1].pk]
    if is_new or not _is_settled(row, item):
        rule = rule_of(connection=last.call.connection, our_number=last.our_number, answers=found.answers)
        duty = duty_of(item=item, last=last, story=story, rule=rule, row=row, answers=found.answers)
        row.assignee_id, row.team_id = duty.user, duty.team
        row.due_at = deadline(item=item, last=last, rule=rule, duty=duty, answers=found.answers)
    row.gave_up_in = _place(last.call, current)
    # The latest call says whose number it is now.
    row.contact_id, row.known = story[0].contact, story[0].contact is not None
    for name, value in {**_of_attempts(item, last), **_of_end(item, found)}.items():
        setattr(row, name, value)


def _is_settled(row: MissedItem, item: Item) -> bool:
    """It is over, and nothing is new: who was to return it, and until when, stays what it was then.

    Unless nobody was: whose phone rang may be told later than the end.
    """
    calls = (item.missed[0].pk, item.missed[-1].pk, item.closing_call.pk if item.closing_call else None)
    known = (row.first_call_id, row.last_call_id, row.closing_call_id)
    is_somebodys = row.assignee_id is not None or row.team_id is not None
    return item.state.is_over and is_somebodys and row.state == item.state and calls == known


def _of_attempts(item: Item, last: Heard) -> dict[str, Any]:
    return {
        "client_key": last.key,
        "client_e164": last.e164,
        "client_raw": last.raw,
        "connection_id": last.call.connection,
        "our_number": last.our_number,
        "attempts": len(item.missed),
        "first_at": item.first_at,
        "last_at": item.last_at,
        "longest_wait": item.longest_wait,
        "last_wait": last.call.waited,
        "callbacks": len(item.tries),
        "last_callback_at": item.tries[-1].started_at if item.tries else None,
        "first_call_id": item.missed[0].pk,
        "last_call_id": last.call.pk,
    }


def _of_end(item: Item, found: Together) -> dict[str, Any]:
    closing = item.closing_call
    return {
        "state": item.state,
        "taken_by_id": item.taken_by,
        "snoozed_until": item.snoozed_until,
        "closed_at": item.closed_at,
        "closed_by_id": found.seen[closing.pk].responsible if closing else item.closed_by,
        "closed_reason": item.closed_reason,
        "closing_call_id": closing.pk if closing else None,
    }


def _place(call: ClientCall, current: Current | None) -> str:
    """A missed call that somebody is said to have answered was answered by a greeting."""
    of_current = current if current is not None and current.pk == call.pk else None
    greeted = of_current.says_answered if of_current is not None else None
    if greeted is None:
        greeted = claims_an_answer(call.pk)
    legs = _ENDS.rows(call=call.pk) if of_current is None else [leg.ended_at for leg in of_current.legs]
    return gave_up_in(greeted=greeted, ended_at=call.ended_at, legs_ended_at=legs)
