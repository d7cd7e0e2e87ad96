"""Tells other systems of calls: signed messages, kept in the database until they are delivered.

Signature and headers: the Standard Webhooks specification, version 1.0.0.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from telephony.models import Call, Notice, Recording, Subscription, Topic
from telephony.models.subscription import SECRET_PREFIX
from telephony.vendors.http import Limits, Policy, Request, RequestFailed, Response, send

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
"""How long after each failed attempt but the last the next one comes."""
LEASE = timedelta(seconds=30)
"""A process that began to send this long ago and did not finish is taken for dead."""
SILENCE = timedelta(seconds=30)
"""How long a receiver that just failed is left alone with its other messages: it must not hold up other receivers."""
LIMITS = Limits(connect_seconds=5, total_seconds=10, longest=64 * 1024, redirects=0)
GONE = 410
MISSED = frozenset({"no_answer", "busy", "cancelled"})


def told_of(call: Call) -> frozenset[Topic]:
    """What its stored row shows to have happened already, so that a replay tells nobody twice."""
    if call.pk is None:
        return frozenset()
    happened = {Topic.CALL_STARTED: True, Topic.CALL_ANSWERED: call.answered_at, Topic.CALL_ENDED: call.ended_at}
    return frozenset(topic for topic, has_happened in happened.items() if has_happened)


def tell_of_call(*, call: Call, told: frozenset[Topic]) -> None:
    """Store what other systems are to be told, beyond what they were. Needs the transaction that saves the call."""
    topics = sorted(told_of(call) - told)
    if Topic.CALL_ENDED in topics and call.direction == "incoming" and call.status in MISSED:
        topics.append(Topic.CALL_MISSED)
    _store(call, topics, lambda: _call_data(call))


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
    _store(recording.call, [Topic.RECORDING_STORED], lambda: data)


def _call_data(call: Call) -> dict[str, Any]:
    """The call at this moment: times in ISO 8601, UTC; lengths in seconds; fields as in the API."""
    times = ("started_at", "ringing_at", "answered_at", "ended_at")
    return {
        "id": call.pk,
        "connection": call.connection_id,
        "external_id": call.external_id,
        "direction": call.direction,
        "status": call.status,
        "client_raw": call.client_raw,
        "client_e164": call.client_e164 or None,
        "our_number": call.our_number or None,
        "ring_seconds": call.ring_seconds,
        "talk_seconds": call.talk_seconds,
        "responsible": call.responsible_id,
        "contact": call.contact_id,
        **{name: value.isoformat() if (value := getattr(call, name)) else None for name in times},
    }


def _store(call: Call, topics: list[Topic], data: Callable[[], dict[str, Any]]) -> None:
    if not topics:
        return
    now = timezone.now()
    subscriptions = list(Subscription.objects.filter(enabled=True).only("pk", "topics"))
    notices = [
        Notice(
            subscription=subscription,
            call=call,
            topic=topic,
            message_id=f"msg_{uuid.uuid4().hex}",
            created_at=now,
            payload=data(),
            next_try_at=now,
        )
        for subscription in subscriptions
        for topic in topics
        if topic in subscription.topics
    ]
    if notices:
        Notice.objects.bulk_create(notices)


def deliver_due(*, now: datetime | None = None) -> int:
    """Send the messages whose time has come, oldest first; returns how many were tried. For a worker."""
    done = 0
    while (notice := _claim(now or timezone.now())) is not None:
        _deliver(notice)
        done += 1
    return done


def send_again(*, notice: Notice) -> None:
    """Put a message back into the queue, with all its attempts before it."""
    Notice.objects.filter(pk=notice.pk).update(
        state=Notice.State.WAITING, attempts=0, next_try_at=timezone.now(), error=""
    )


def _claim(now: datetime) -> Notice | None:
    """Take one due message from under other workers' hands."""
    due = Notice.objects.filter(state=Notice.State.WAITING, next_try_at__lte=now).order_by("next_try_at", "id")
    with transaction.atomic():
        row = due.select_for_update(skip_locked=True, of=("self",)).select_related("subscription").first()
        if row is None:
            return None
        row.attempts += 1
        row.next_try_at = now + LEASE
        row.save(update_fields=["attempts", "next_try_at"])
    return row


def _deliver(notice: Notice) -> None:
    subscription = notice.subscription
    if not subscription.enabled:
        _finish(notice, Notice.State.FAILED, error=_("The subscription was switched off."))
        return
    try:
        answer = send(_request(notice), policy=_policy(subscription), limits=LIMITS)
    except RequestFailed as error:
        _failed(notice, None, str(error))
        return
    if 200 <= answer.status < 300:
        _finish(notice, Notice.State.DELIVERED, status=answer.status)
    else:
        _failed(notice, answer, _("The receiver answered %(status)d.") % {"status": answer.status})


def _request(notice: Notice) -> Request:
    timestamp = int(timezone.now().timestamp())
    envelope = {"type": notice.topic, "timestamp": notice.created_at.isoformat(), "data": notice.payload}
    body = json.dumps(envelope, ensure_ascii=False).encode()
    headers = {"content-type": "application/json; charset=utf-8"}
    headers |= signed(notice.subscription.secret, message_id=notice.message_id, timestamp=timestamp, body=body)
    return Request(url=notice.subscription.url, method="POST", headers=headers, body=body)


def signed(secret: str, *, message_id: str, timestamp: int, body: bytes) -> Mapping[str, str]:
    """The three headers of Standard Webhooks for this message; `timestamp` in Unix seconds."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signature = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }


def _policy(subscription: Subscription) -> Policy:
    return Policy(networks=tuple(ip_network(text) for text in subscription.internal_networks))


def _finish(notice: Notice, state: Notice.State, *, status: int | None = None, error: str = "") -> None:
    delivered_at = timezone.now() if state == Notice.State.DELIVERED else None
    Notice.objects.filter(pk=notice.pk).update(
        state=state, answered_status=status, error=error, delivered_at=delivered_at, next_try_at=None
    )


def _failed(notice: Notice, answer: Response | None, reason: str) -> None:
    """Plan the next attempt, or give up; and leave the receiver alone for a moment."""
    status = answer.status if answer else None
    if status == GONE:
        # The specification's way of saying "stop": nobody is there any more.
        Subscription.objects.filter(pk=notice.subscription_id).update(enabled=False)
    if notice.attempts > len(PAUSES) or status == GONE:
        _finish(notice, Notice.State.FAILED, status=status, error=reason)
        return
    now = timezone.now()
    waiting = Notice.objects.filter(subscription=notice.subscription_id, state=Notice.State.WAITING)
    waiting.filter(next_try_at__lt=now + SILENCE).exclude(pk=notice.pk).update(next_try_at=now + SILENCE)
    Notice.objects.filter(pk=notice.pk).update(
        answered_status=status, error=reason, next_try_at=now + PAUSES[notice.attempts - 1]
    )
