"""What other systems are to be told of calls: a row for each message, which delivery.py sends.

docs/webhooks.md says what receivers may rely on: a milestone is told when a call comes to it, what was told of an ended
call and turns out to be wrong is told as a correction, and `version` says which of two messages is the newer one.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from telephony.calls.change import Change
from telephony.calls.loading import Told
from telephony.database.reading import Prepared
from telephony.database.together import Answers, Question
from telephony.domain.events import MISSED, Direction, EventKind
from telephony.models import Alarm, Call, CallResult, Notice, Recording, Subscription, Topic

_MILESTONES = {Topic.CALL_STARTED: "started_at", Topic.CALL_ANSWERED: "answered_at", Topic.CALL_ENDED: "ended_at"}
_SUBSCRIBED = Prepared(lambda: Subscription.objects.filter(enabled=True).only("pk", "topics"))
_TELLING = (EventKind.ANSWERED, EventKind.ENDED)
_FACTS = ("direction", "status", "client_raw", "client_e164", "our_number", "ring_seconds", "talk_seconds")
_TIMES = ("started_at", "ringing_at", "answered_at", "ended_at")


def tell_other_systems(change: Change) -> None:
    """Store what other systems are to be told of the call. What its row showed already is not told again."""
    call = change.call
    was = _corrected(change)
    topics = [
        topic
        for topic, column in _MILESTONES.items()
        if getattr(change.after, column) is not None and change.stored.get(column) is None
    ]
    if was:
        topics.append(Topic.CALL_CORRECTED)
    if call.is_missed and change.after.ended_at is not None and not _was_missed(change.stored):
        topics.append(Topic.CALL_MISSED)
    _store(
        call,
        topics,
        lambda topic: _call_data(call) | ({"was": was} if topic is Topic.CALL_CORRECTED else {}),
        change.answers,
        is_new=change.answers.key_for(Call) is not None and change.is_new,
    )


def asks(told: Told) -> Iterator[Question]:
    """Who wants to know, where a milestone is likely."""
    if told.event.kind in _TELLING:
        yield Question(_SUBSCRIBED)


def asks_of_new(told: Told) -> Iterator[Question]:
    """The same of a call that begins with this event."""
    yield Question(_SUBSCRIBED)


def _corrected(change: Change) -> dict[str, Any]:
    """What was told of an ended call and is otherwise now, as it was told; empty if nothing is.

    Until the end nothing is corrected: the end tells all of it.
    """
    if change.stored.get("ended_at") is None:
        return {}
    names = [name for name in (*_FACTS, *_TIMES) if getattr(change.after, name) != change.stored[name]]
    return {name: _told(name, change.stored[name]) for name in names}


def _was_missed(stored: Mapping[str, Any]) -> bool:
    """Whether the row showed an ended call that was missed, as `Call.is_missed` has it."""
    ended = stored.get("ended_at") is not None
    return ended and stored["direction"] == Direction.INCOMING and stored["status"] in MISSED


def tell_of_recording(*, recording: Recording) -> None:
    """Store that a recording can be listened to now. Needs the transaction that marks it as stored."""
    data = {
        "id": recording.pk,
        "call": recording.call_id,
        "seconds": recording.seconds,
        "size": recording.size,
        "sha256": recording.sha256,
        "content_type": recording.content_type,
    }
    _store(recording.call, [Topic.RECORDING_STORED], lambda topic: data)


def tell_of_result(*, call: Call) -> None:
    """Store what people said came of a call: all of it, as it is now. Needs the transaction that writes it."""
    rows = CallResult.objects.filter(call=call).exclude(Q(note="") & Q(disposition=None)).order_by("pk")
    results = [
        {
            "user": row.user_id,
            "disposition": row.disposition.label if row.disposition else None,
            "note": row.note,
            "at": row.at.isoformat(),
            "changed_by": row.changed_by_id,
        }
        for row in rows.select_related("disposition")
    ]
    _store(call, [Topic.CALL_RESULT], lambda topic: _call_data(call) | {"results": results})


def tell_of_rule(*, call: Call, rule_pk: int, words: str) -> bool:
    """Store that a rule fitted a call; returns whether anybody is told. Needs the transaction that says so."""
    rule = {"id": rule_pk, "words": words}
    return _store(call, [Topic.CALL_RULE], lambda topic: _call_data(call) | {"rule": rule})


def tell_of_alarm(*, alarm: Alarm) -> None:
    """Store that something is to be mended, or was. Needs the transaction that says so."""
    topic = Topic.HEALTH_FOUND if alarm.closed_at is None else Topic.HEALTH_MENDED
    data = {
        "id": alarm.pk,
        "code": alarm.code,
        "text": alarm.text,
        "connection": alarm.connection_id,
        "opened_at": alarm.opened_at.isoformat(),
        "closed_at": alarm.closed_at.isoformat() if alarm.closed_at else None,
    }
    wanted = [one for one in _SUBSCRIBED.rows() if topic in one.topics]
    Notice.objects.bulk_create(_notice(one, None, topic, data, timezone.now()) for one in wanted)


def _call_data(call: Call) -> dict[str, Any]:
    """The call at this moment: times in ISO 8601, UTC; lengths in seconds; fields as in the API."""
    return {
        "id": call.pk,
        "connection": call.connection_id,
        "external_id": call.external_id,
        "responsible": call.responsible_id,
        "contact": call.contact_id,
        **{name: _told(name, getattr(call, name)) for name in (*_FACTS, *_TIMES)},
    }


def _told(name: str, value: Any) -> Any:
    """A column's value as it stands in a message."""
    if name in _TIMES:
        return value.isoformat() if value else None
    return value or None if name in ("client_e164", "our_number") else value


def _store(
    call: Call,
    topics: list[Topic],
    data: Callable[[Topic], dict[str, Any]],
    answers: Answers | None = None,
    *,
    is_new: bool = False,
) -> bool:
    """Returns whether somebody wants to know."""
    if not topics:
        return False
    now = timezone.now()
    subscribed = (answers or Answers()).rows(_SUBSCRIBED)
    wanted = [(one, topic) for one in subscribed for topic in topics if topic in one.topics]
    if not wanted:
        return False
    version = _first_version(call) if is_new else _next_version(call)
    Notice.objects.bulk_create(
        _notice(subscription, call, topic, {**data(topic), "version": version}, now) for subscription, topic in wanted
    )
    return True


def _notice(
    subscription: Subscription, call: Call | None, topic: Topic, payload: dict[str, Any], at: datetime
) -> Notice:
    return Notice(
        subscription=subscription,
        call=call,
        topic=topic,
        message_id=f"msg_{uuid.uuid4().hex}",
        created_at=at,
        payload=payload,
        next_try_at=at,
    )


def _first_version(call: Call) -> int:
    """Of a call whose row may not be written yet."""
    call.told_version = 1
    return call.told_version


def _next_version(call: Call) -> int:
    """Counted in the row, which stays locked until the messages are committed: no other message has this version."""
    row = Call.objects.filter(pk=call.pk)
    row.update(told_version=F("told_version") + 1)
    return row.values_list("told_version", flat=True).get()
