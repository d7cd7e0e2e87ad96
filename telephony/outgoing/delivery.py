"""Sends other systems the messages that are kept for them: signed, until they have accepted them.

Signature and headers: the Standard Webhooks specification, version 1.0.0.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from telephony.http import Limits, Policy, Request, RequestFailed, Response, send
from telephony.http.networks import internal
from telephony.jobs import Crew, Pauses, Queue, Run, Stopped, check, lend_database
from telephony.models import Notice, Subscription
from telephony.models.subscription import SECRET_PREFIX

_UNDER_WAY = Notice.objects.filter(subscription=OuterRef("subscription"), state=Notice.State.SENDING)
QUEUE = Queue(
    model=Notice,
    # One at a time to each receiver; the constraint `notice_one_under_way` is what holds it.
    due=Q(state=Notice.State.SENDING) | (Q(state=Notice.State.WAITING) & Q(~Exists(_UNDER_WAY))),
    lease=timedelta(seconds=30),
    related=("subscription",),
    leased_state=Notice.State.SENDING,
    pauses=Pauses(
        table=(
            timedelta(seconds=5),
            timedelta(minutes=5),
            timedelta(minutes=30),
            *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
        )
    ),
)
SILENCE = timedelta(seconds=30)
"""How long a receiver that just failed is left alone with its other messages: it must not hold up other receivers."""
LIMITS = Limits(connect_seconds=5, total_seconds=10, longest=64 * 1024, redirects=0)
GONE = 410
SENDERS = 8
CREW = Crew[Notice](places=SENDERS, of=lambda notice: notice.subscription_id)


def deliver_due(*, now: datetime | None = None, run: Run | None = None, side_by_side: bool = False) -> int:
    """Send the messages whose time has come, oldest first; returns how many were tried. For a worker.

    `side_by_side`: to several receivers at once, so that a slow one holds up nobody but itself.
    """

    def claim(busy: Collection[int]) -> Notice | None:
        where = ~Q(subscription__in=busy) if busy else None
        try:
            return QUEUE.claim(now=now, where=where)
        except IntegrityError:
            return None  # Another process has just begun a message to the same receiver. It is looked for again soon.

    return CREW.work(claim=claim, do=_deliver, run=run, side_by_side=side_by_side)


def send_again(*, notice: Notice) -> None:
    """Put a message back into the queue, with all its attempts before it."""
    Notice.objects.filter(pk=notice.pk).update(
        state=Notice.State.WAITING, attempts=0, next_try_at=timezone.now(), error=""
    )


def _deliver(notice: Notice) -> None:
    subscription = notice.subscription
    if not subscription.enabled:
        _finish(notice, Notice.State.FAILED, error=_("The subscription was switched off."))
        return
    request = _request(notice)
    lend_database()
    try:
        answer = send(request, policy=_policy(subscription), limits=LIMITS, check=check)
    except Stopped:
        QUEUE.give_back(notice, state=Notice.State.WAITING)
        return
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
    return Policy(networks=internal(subscription.internal_networks))


def _finish(notice: Notice, state: Notice.State, *, status: int | None = None, error: str = "") -> None:
    delivered_at = timezone.now() if state == Notice.State.DELIVERED else None
    QUEUE.release(notice, at=None, state=state, answered_status=status, error=error, delivered_at=delivered_at)


def _failed(notice: Notice, answer: Response | None, reason: str) -> None:
    """Plan the next attempt, or give up; and leave the receiver alone for a moment."""
    status = answer.status if answer else None
    if status == GONE:
        # The specification's way of saying "stop": nobody is there any more.
        for subscription in Subscription.objects.filter(pk=notice.subscription_id, enabled=True):
            subscription.enabled = False
            subscription.save(update_fields=["enabled"])
    elif QUEUE.retry(notice, state=Notice.State.WAITING, answered_status=status, error=reason):
        _leave_alone(notice)
        return
    _finish(notice, Notice.State.FAILED, status=status, error=reason)


def _leave_alone(failed: Notice) -> None:
    """Nothing else is sent to the receiver of this message for a moment."""
    until = timezone.now() + SILENCE
    others = Notice.objects.filter(subscription=failed.subscription_id, state=Notice.State.WAITING)
    others.exclude(pk=failed.pk).filter(next_try_at__lt=until).update(next_try_at=until)
