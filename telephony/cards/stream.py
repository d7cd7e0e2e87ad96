"""`GET /telephony/live/`: server-sent events, one stream for each browser.

A stream carries hints which of the user's things to read anew and, where its session is known to hold, the cards
themselves (painters.py). Needs ASGI; a server that can't
hold streams says so, and the browser asks every few seconds instead (views.state).
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from itertools import count

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from telephony.cards.hub import LATE_SECONDS, RESYNC, Stream, hub, message_of
from telephony.cards.painters import Message
from telephony.cards.presence import is_still, sees_board
from telephony.models import LiveEvent

HEARTBEAT_SECONDS = 15.0
"""So often the line is kept alive. The session is looked at when the hub doubts it, and ..."""
CHECKED_AT_EVERY = 3
"""... at each so-manieth of them, with the user's rights; then it is noted that the page is open (NOTED_EVERY), too."""
RECONNECT_MS = 2000
MOST_STREAMS_OF_USER = 30
LONGEST_RESUME = 200
HEADERS = {
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
    # Compressing it would hold it back.
    "Content-Encoding": "identity",
}


@require_GET
async def live(request: HttpRequest) -> HttpResponseBase:
    """403 without a session, 503 where this server holds too many of this user's streams already.

    204 where it can hold none, as `runserver`: browsers ask for the state instead, and nobody's log is full of errors.
    """
    user = await request.auser()
    if not user.is_authenticated or not user.is_active or user.pk is None:
        return HttpResponse("Log in first.", status=403, content_type="text/plain")
    if not isinstance(request, ASGIRequest):
        return HttpResponse(status=204)
    if hub.count(user.pk) >= MOST_STREAMS_OF_USER:
        problem = {"error": "Too many streams of this user; ask for the state every few seconds instead."}
        return JsonResponse(problem, status=503, headers={"Retry-After": "60"})
    board = await sync_to_async(sees_board)(user)
    stream = Stream(
        user_id=user.pk,
        sees_board=board,
        session_key=request.session.session_key or "",
        mark=user.get_session_auth_hash(),
        language=getattr(request, "LANGUAGE_CODE", ""),
    )
    return response(stream, _last_id(request))


def response(stream: Stream, last_id: int | None = None) -> StreamingHttpResponse:
    """Server-sent events, until the browser leaves or its session ends."""
    return StreamingHttpResponse(_events(stream, last_id), content_type="text/event-stream", headers=HEADERS)


async def _events(stream: Stream, last_id: int | None) -> AsyncIterator[bytes]:
    hub.join(stream)
    try:
        yield f"retry: {RECONNECT_MS}\n\n".encode()
        for message in await sync_to_async(partial(missed, stream, last_id))():
            yield encoded(message)
        # In the request's own thread, whose connection would stay this browser's until it leaves.
        await sync_to_async(connections.close_all)()
        beat_at = time.monotonic() + HEARTBEAT_SECONDS
        beats = count(1)
        while True:
            for message in await stream.take(max(0.0, beat_at - time.monotonic())):
                yield encoded(message)
            is_beat = time.monotonic() >= beat_at
            if stream.is_doubtful or (is_beat and next(beats) % CHECKED_AT_EVERY == 0):
                stream.is_doubtful = False
                if not await sync_to_async(partial(is_still_theirs, stream), thread_sensitive=False)():
                    yield encoded(Message("end"))
                    return
            if is_beat:
                beat_at = time.monotonic() + HEARTBEAT_SECONDS
                yield b": beat\n\n"
    finally:
        hub.leave(stream)


def is_still_theirs(stream: Stream) -> bool:
    if not stream.has_session:
        return True
    session_key, user_id = stream.session
    return is_still(session_key, user_id, stream.sees_board)


def missed(stream: Stream, last_id: int | None) -> list[Message]:
    """What to begin with: what came since the browser's last event, or that it has to read everything anew.

    Some of it may have been sent already: rows become visible out of order, so the last seconds before that event
    are told again, and the browser drops what it knows.
    """
    last = LiveEvent.objects.filter(pk=last_id).first() if last_id is not None else None
    if last is None:
        return [RESYNC]
    again = Q(at__gt=last.at - timedelta(seconds=LATE_SECONDS)) & ~Q(pk=last.pk)
    mine = Q(user_id=stream.user_id) | Q(user_id=None) if stream.sees_board else Q(user_id=stream.user_id)
    mine &= ~Q(topic=LiveEvent.Topic.CANARY)
    rows = LiveEvent.objects.filter(mine, Q(pk__gt=last.pk) | again).order_by("pk")
    found = [message_of(row) for row in rows[: LONGEST_RESUME + 1]]
    return found if len(found) <= LONGEST_RESUME else [RESYNC]


def encoded(message: Message) -> bytes:
    """As server-sent events are written on the wire."""
    number = f"id: {message.id}\n" if message.id is not None else ""
    return f"{number}event: {message.topic}\ndata: {message.content}\n\n".encode()


def _last_id(request: HttpRequest) -> int | None:
    given = request.headers.get("Last-Event-ID") or request.GET.get("last", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else None
