"""The address that a PBX calls. One straight line: view, inbox, parse, apply, reply."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.handlers.asgi import ASGIRequest
from django.db import Error as DatabaseError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from telephony.calls.selectors import connection_of_hook
from telephony.domain.exceptions import HookRejected
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.http.remote_address import remote_address
from telephony.intake import inbox, quota, reading, stray
from telephony.intake.any_host import takes_any_host
from telephony.models import Connection, Delivery
from telephony.vendors.base import Vendor

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 256 * 1024


METHODS = ["GET", "POST", "HEAD", "OPTIONS"]


@takes_any_host
@csrf_exempt
@login_not_required
@transaction.non_atomic_requests
@require_http_methods(METHODS)
def hook(request: HttpRequest, vendor: str, secret: str, tail: str = "") -> HttpResponse:
    """Take one message of a PBX.

    Answers: 404 for any address that is not an enabled connection's, 413 for a body over 256 KiB, 403 (or what its PBX
    expects instead) for a missing or wrong proof of origin, 429 beyond the quota, 503 if the message could not be
    stored; else the vendor's own answer, whatever becomes of the message. HEAD and OPTIONS, which carry none, only
    learn that the address is right.
    """
    try:
        connection = connection_of_hook(vendor=vendor, secret=secret)
    except DatabaseError as error:
        return _not_stored(error)
    if connection is None or (tail and not connection.vendor_object.takes_tail):
        stray.count(vendor=vendor)
        return _plain(404, "Not found.")
    if request.method in ("HEAD", "OPTIONS"):
        return HttpResponse(content_type="text/plain; charset=utf-8", headers={"Allow": ", ".join(METHODS)})
    return _take(request, connection, tail)


def _take(request: HttpRequest, connection: Connection, tail: str) -> HttpResponse:
    try:
        received = received_hook(request, read_body(request), tail=tail)
    except Unreadable as trouble:
        return _plain(trouble.status, str(trouble))
    if wait := quota.seconds_to_wait(connection_id=connection.pk, size=len(received.body) + len(received.query)):
        return _too_many(wait)
    pbx, profile = connection.vendor_object, connection.profile()
    challenged = reading.challenge(pbx, received, profile)
    refusal, fault = (None, None) if challenged else _judged(pbx, received, profile)
    if refusal is not None and not refusal.is_kept:
        stray.count_rejected(connection=connection)
        return _refused(refusal)
    try:
        delivery = inbox.receive(connection=connection, hook=received, refused=str(refusal or ""))
    except DatabaseError as error:
        return _not_stored(error)
    if refusal is not None:
        return _refused(refusal)
    if fault is not None:
        inbox.note_fault(delivery, fault, doing="authenticating it")
    done = inbox.process(delivery=delivery, hook=received)
    return _answer(challenged or _reply(pbx, received, profile, delivery, done))


def _judged(pbx: Vendor, hook: Hook, profile: ConnectionProfile) -> tuple[HookRejected | None, Exception | None]:
    """Why it is refused, or the fault of the vendor's code, which costs no message."""
    refusal: HookRejected | None = None
    fault: Exception | None = None
    try:
        pbx.authenticate(hook, profile)
    except HookRejected as error:
        refusal = error
    except Exception as error:
        fault = error
    return refusal, fault


def _reply(pbx: Vendor, hook: Hook, profile: ConnectionProfile, delivery: Delivery, done: inbox.Processed) -> Reply:
    """The vendor's answer; if its code fails, the neutral one, and if that fails as well, an empty one."""
    for parsed, outcome in ((done.parsed, done.outcome), (None, Outcome())):
        try:
            return pbx.reply(hook, profile, parsed, outcome)
        except Exception as error:
            inbox.note_fault(delivery, error, doing="answering it")
    return Reply.text("")


class Unreadable(Exception):
    """The body can't be taken whole, so it is not taken at all: half a message may mean another thing."""

    def __init__(self, status: int, text: str, body: bytes = b"") -> None:
        super().__init__(text)
        self.status = status
        self.body = body
        """What was read of it."""


def read_body(request: HttpRequest, *, limit: int = MAX_BODY_BYTES) -> bytes:
    """The whole body. Django itself reads nothing of a chunked one, which would lose the message silently."""
    stream: Any = request
    if request.headers.get("Transfer-Encoding") and not isinstance(request, ASGIRequest):
        if not request.META.get("wsgi.input_terminated"):
            raise Unreadable(411, "Send the body with its length; this server reads no chunked bodies.")
        stream = request.META["wsgi.input"]
    try:
        body: bytes = stream.read(limit + 1)
    except (UnreadablePostError, OSError):
        raise Unreadable(400, "The body ended before it was complete.") from None
    if len(body) > limit:
        raise Unreadable(413, f"The body is larger than {limit // 1024} KiB.", body)
    announced = request.META.get("CONTENT_LENGTH") or ""
    if announced.isdecimal() and len(body) < int(announced):
        raise Unreadable(400, "The body ended before it was complete.", body)
    return body


def received_hook(request: HttpRequest, body: bytes, *, tail: str = "") -> Hook:
    """The request as a plain value."""
    return Hook(
        method=request.method or "",
        query=_query(request),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        received_at=timezone.now(),
        remote_address=remote_address(request),
        tail=tail,
    )


def _query(request: HttpRequest) -> bytes:
    if isinstance(request, ASGIRequest):
        return bytes(request.scope["query_string"])
    # WSGI hands the raw bytes over as Latin-1 text.
    return str(request.META.get("QUERY_STRING", "")).encode("latin-1", "replace")


def _not_stored(error: Exception) -> HttpResponse:
    log.error("A message of a PBX could not be stored: %s", type(error).__name__)
    return _plain(503, "The message could not be stored; please send it again.")


def _refused(refusal: HookRejected) -> HttpResponse:
    return _answer(refusal.reply or Reply.text(str(refusal), status=403))


def _answer(reply: Reply) -> HttpResponse:
    # An answer may repeat what was sent, and the project may have no middleware that says so.
    headers = {"X-Content-Type-Options": "nosniff"}
    return HttpResponse(reply.body, content_type=reply.content_type, status=reply.status, headers=headers)


def _too_many(wait: int) -> HttpResponse:
    answer = _plain(429, "This connection's quota is used up; please send the message again later.")
    answer.headers["Retry-After"] = str(wait)
    return answer


def _plain(status: int, text: str) -> HttpResponse:
    return _answer(Reply.text(text, status=status))
