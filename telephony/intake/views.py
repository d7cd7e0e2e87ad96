"""The address that a PBX calls. One straight line: view, inbox, parse, apply, reply."""

from __future__ import annotations

import logging
from contextlib import suppress

from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from telephony.calls.selectors import Knock, connection_of_hook, knock
from telephony.database import reach
from telephony.domain.exceptions import HookRejected
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.intake import (
    addresses,
    canary_mark,
    errands,
    inbox,
    proving,
    reading,
    rehearsal,
    rush,
    secret_use,
    stray,
    uploads,
)
from telephony.intake.answers import answer, plain, too_many
from telephony.intake.any_host import takes_any_host
from telephony.intake.processed import Processed
from telephony.intake.requests import Arrival, Unreadable, received_hook
from telephony.intake.spool import draining, known, taking
from telephony.intake.spool.entry import new_key
from telephony.models import Connection, Delivery
from telephony.privacy.tracebacks import where
from telephony.vendors.base import Vendor

log = logging.getLogger(__name__)

STORED_WITHIN, ANSWERED_WITHIN = 0.25, 0.9
"""Seconds since a message came: after the first a database that did not store it counts as away, and after the second
nobody waits for what is made of it any more."""
METHODS = ["GET", "POST", "HEAD", "OPTIONS"]


@takes_any_host
@csrf_exempt
@login_not_required
@transaction.non_atomic_requests
@require_http_methods(METHODS)
def hook(request: HttpRequest, vendor: str, secret: str, tail: str = "") -> HttpResponse:
    """Take one message of a PBX.

    Answers: 404 for any address that is not an enabled connection's, 413 for a body over 256 KiB, 403 (or what its PBX
    expects instead) for a missing or wrong proof of origin, 429 beyond the quota, 503 if the message could be stored
    neither in the database nor, while that is away, in the spool; else the vendor's own answer, whatever becomes of the
    message. HEAD and OPTIONS, which carry none, only learn that the address is right.
    """
    arrival = Arrival(request, vendor=vendor, tail=tail)
    if (provable := known.provable(vendor=vendor, secret=secret)) is not None:
        with suppress(inbox.Outdated):
            return _take(arrival, provable)
    try:
        found = knock(vendor=vendor, secret=secret)
        known.remember(vendor=vendor, secret=secret, found=found)
    except DatabaseError as error:
        remembered = known.recall(vendor=vendor, secret=secret)
        if remembered is None:
            return _write_down_unknown(arrival, error, secret)
        found = remembered
    return _take(arrival, found)


@takes_any_host
@csrf_exempt
@login_not_required
@transaction.non_atomic_requests
@require_http_methods(["PUT"])
def recording(request: HttpRequest, vendor: str, secret: str, number: str) -> HttpResponse:
    """Take a recording that its PBX sends by itself, as an errand asked for. 404 for PBXs that don't."""
    try:
        connection = connection_of_hook(vendor=vendor, secret=secret)
    except DatabaseError as error:
        return _not_stored(error)
    if connection is None or not connection.vendor_object.uploads_recordings:
        return plain(404, "Not found.")
    received = received_hook(request, b"", tail=f"recordings/{number}")
    refusal, fault = _judged(connection, uploads.proof_of(received), connection.profile())
    if refusal is not None:
        stray.count_rejected(connection=connection)
        return _refused(refusal)
    if fault is not None:
        log.error("An upload could not be proved:\n%s", where(fault))
        return plain(503, "The upload could not be proved; please send it again.")
    return answer(uploads.take(request, connection, received, number=int(number)))


def _address_is_right(request: HttpRequest, connection: Connection) -> HttpResponse:
    """A canary learns here whether its mark arrives: without it, its call would be a real one."""
    headers = {"Allow": ", ".join(METHODS)}
    marked = {canary_mark.HEADER.lower(): request.headers.get(canary_mark.HEADER, "")}
    for read in (canary_mark.run_of, canary_mark.test_call_of):
        if (number := read(marked, connection_id=connection.pk, at=timezone.now())) is not None:
            headers[canary_mark.HEADER] = str(number)
    return HttpResponse(content_type="text/plain; charset=utf-8", headers=headers)


def _take(arrival: Arrival, found: Knock) -> HttpResponse:
    """Raises `Outdated` if the connection was not read for this message, and is not proved by storing it."""
    connection = found.connection
    if connection is None:
        stray.count(vendor=arrival.vendor, why=found.why, meant=found.meant)
        return plain(404, "Not found.")
    if (turned_away := _turned_away(arrival, found, connection)) is not None:
        return turned_away
    received, pbx, profile = arrival.hook, connection.vendor_object, connection.profile()
    challenged = reading.challenge(pbx, received, profile)
    refusal, fault = (None, None) if challenged else _judged(connection, received, profile)
    if refusal is not None:
        _needs_to_be_read(found)
        return _refuse(connection, received, refusal)
    if fault is None and pbx.is_poll(received):
        _needs_to_be_read(found)
        if polled := errands.answer_to_poll(received, profile, connection=connection):
            return answer(polled)
    return _store(found, connection, arrival, challenged, fault)


def _turned_away(arrival: Arrival, found: Knock, connection: Connection) -> HttpResponse | None:
    """The answer to what is no message, or one too many."""
    if arrival.tail and not connection.vendor_object.takes_tail:
        _needs_to_be_read(found)
        stray.count(vendor=connection.vendor, why=stray.Why.TAIL, meant=connection.pk)
        return plain(404, "Not found.")
    if canary_mark.HEADER not in arrival.request.headers:
        addresses.note_use(connection, is_former=found.is_former)
    if arrival.request.method in ("HEAD", "OPTIONS"):
        _needs_to_be_read(found)
        return _address_is_right(arrival.request, connection)
    try:
        wait = arrival.seconds_to_wait(connection.pk)
    except Unreadable as trouble:
        _needs_to_be_read(found)
        return plain(trouble.status, str(trouble))
    # Whose quota is used up is not looked up again: one that was switched off meanwhile hears so when there is room.
    return too_many(wait) if wait else None


def _needs_to_be_read(found: Knock) -> None:
    """What is not stored is answered by what the database says of the connection now."""
    if found.is_remembered:
        raise inbox.Outdated


def _store(
    found: Knock, connection: Connection, arrival: Arrival, challenged: Reply | None, fault: Exception | None
) -> HttpResponse:
    received, pbx, profile, key = arrival.hook, connection.vendor_object, connection.profile(), new_key()
    run = canary_mark.run_of(received.headers, connection_id=connection.pk, at=received.received_at)
    put_off = run is None and rush.is_on(arrival.request)
    try:
        version = found.version if found.is_remembered else None
        delivery = inbox.receive(connection=connection, hook=received, key=key, version=version, put_off=put_off)
    except DatabaseError as error:
        # A canary call is to find out, and loses nobody's message.
        if run is not None or not taking.take(key=key, connection=connection, hook=received):
            return _not_stored(error)
        return answer(challenged or taking.neutral(pbx, received, profile))
    reach.allow(ANSWERED_WITHIN)
    draining.look()
    if fault is not None:
        inbox.note_fault(delivery, fault, doing="authenticating it")
    if run is not None:
        done = rehearsal.rehearse(delivery=delivery, hook=received, run_id=run)
    elif put_off:
        done = rush.put_off(delivery=delivery, hook=received)
    else:
        done = inbox.process(delivery=delivery, hook=received)
    return answer(challenged or _reply(pbx, received, profile, delivery, done))


def _write_down_unknown(arrival: Arrival, error: Exception, secret: str) -> HttpResponse:
    """The database can't say whose address this is: the message is kept, and that is asked later."""
    if not known.may_be_ours(vendor=arrival.vendor, secret=secret):
        return plain(404, "Not found.")
    if arrival.request.method in ("HEAD", "OPTIONS"):
        return _not_stored(error)
    try:
        received = arrival.hook
    except Unreadable as trouble:
        return plain(trouble.status, str(trouble))
    if not taking.take_unknown(vendor=arrival.vendor, secret=secret, hook=received):
        return _not_stored(error)
    return answer(taking.answer_of_unknown(vendor=arrival.vendor, hook=received))


def _refuse(connection: Connection, hook: Hook, refusal: HookRejected) -> HttpResponse:
    """What may be proved later is stored; the rest is counted."""
    if not refusal.is_kept:
        stray.count_rejected(connection=connection)
        return _refused(refusal)
    key = new_key()
    try:
        inbox.receive(connection=connection, hook=hook, refused=str(refusal), key=key)
    except DatabaseError as error:
        if not taking.take(key=key, connection=connection, hook=hook, refused=str(refusal)):
            return _not_stored(error)
    return _refused(refusal)


def _judged(
    connection: Connection, hook: Hook, profile: ConnectionProfile
) -> tuple[HookRejected | None, Exception | None]:
    """Why it is refused, or the fault of the vendor's code, which costs no message."""
    refusal: HookRejected | None = None
    fault: Exception | None = None
    try:
        proved_by = proving.prove(connection, hook, profile)
        if canary_mark.HEADER.lower() not in hook.headers:
            secret_use.note_use(connection, proved_by)
    except HookRejected as error:
        refusal = error
    except Exception as error:
        fault = error
    return refusal, fault


def _reply(pbx: Vendor, hook: Hook, profile: ConnectionProfile, delivery: Delivery, done: Processed) -> Reply:
    """The vendor's answer; if its code fails, the neutral one, and if that fails as well, an empty one."""
    for parsed, outcome in ((done.parsed, done.outcome), (None, Outcome())):
        try:
            return pbx.reply(hook, profile, parsed, outcome)
        except Exception as error:
            inbox.note_fault(delivery, error, doing="answering it")
    return Reply.text("")


def _not_stored(error: Exception) -> HttpResponse:
    log.error("A message of a PBX could not be stored: %s", type(error).__name__)
    return plain(503, "The message could not be stored; please send it again.")


def _refused(refusal: HookRejected) -> HttpResponse:
    return answer(refusal.reply or Reply.text(str(refusal), status=403))
