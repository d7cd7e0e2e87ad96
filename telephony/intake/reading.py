"""What a message means: the one way from a stored request to `Parsed`, for the inbox and for replay."""

from __future__ import annotations

import logging
from dataclasses import replace

from telephony.domain.events import Parsed
from telephony.domain.hooks import ConnectionProfile, Hook, Reply
from telephony.intake import canary_mark, probes
from telephony.intake.echo_messages import taken_out
from telephony.intake.parties import put_right
from telephony.models import Connection
from telephony.privacy.tracebacks import where
from telephony.vendors.base import Vendor

log = logging.getLogger(__name__)
CANARY = Parsed(ignored="A canary call's message: it was tried, and changed nothing.")
CHALLENGED = Parsed(ignored="The PBX checked this address, and was answered as it expects.")


def read(hook: Hook, *, connection: Connection) -> Parsed:
    """Raises `MalformedHook` for what can't be read, and whatever a fault in the vendor's code raises."""
    if canary_mark.run_of(hook.headers, connection_id=connection.pk, at=hook.received_at) is not None:
        return CANARY  # Whatever is replayed or left over: only rehearsal.py does more with it.
    parsed = read_unmarked(hook, connection=connection)
    if canary_mark.test_call_of(hook.headers, connection_id=connection.pk, at=hook.received_at) is not None:
        return replace(parsed, events=tuple(replace(event, is_test=True) for event in parsed.events))
    return taken_out(parsed, connection=connection, received_at=hook.received_at, ignored=CANARY.ignored)


def read_unmarked(hook: Hook, *, connection: Connection) -> Parsed:
    """The same, whether a canary sent it or a PBX."""
    pbx, profile = connection.vendor_object, connection.profile()
    if challenge(pbx, hook, profile) is not None:
        return CHALLENGED
    return put_right(probes.read(hook) or pbx.parse(hook, profile), connection=connection)


def challenge(pbx: Vendor, hook: Hook, profile: ConnectionProfile) -> Reply | None:
    """The answer to a check of the address; a fault in the vendor's code makes it a message like any other."""
    try:
        return pbx.challenge(hook, profile)
    except Exception as error:
        # What was sent may stand in its text.
        log.error("A check of the address of %s failed in our code:\n%s", pbx.slug, where(error))
        return None
