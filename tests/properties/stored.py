"""Messages through the real inbox into the database, and the calls read back as the fold's own states."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth import get_user_model

from telephony.domain.events import CallStatus, Direction, LegRole
from telephony.domain.fold import CallState, RecordingNote
from telephony.domain.fold.legs import Leg
from telephony.intake import inbox
from telephony.models import Call, CallLeg, Connection, Delivery, Extension
from telephony.privacy.user_keys import make_hash
from tests.properties.messages import SETTINGS, Message
from tests.properties.script import EXTENSIONS

EMPLOYEES = ("100", *EXTENSIONS)
KEYS = {make_hash(f"key-{extension}"): f"key-{extension}" for extension in EMPLOYEES}
"""What a leg's hash stands for."""


def make_connection(vendor: str) -> Connection:
    """A connection on which each extension, number and key, is some user's."""
    connection = Connection(vendor=vendor, name="x")
    connection.settings = SETTINGS.get(vendor, {})
    connection.save()
    users = {extension: _user(extension) for extension in EMPLOYEES}
    Extension.objects.bulk_create(
        Extension(connection=connection, user_id=user, number=extension, key=f"key-{extension}")
        for extension, user in users.items()
    )
    return connection


def _user(extension: str) -> int:
    user, _ = get_user_model().objects.get_or_create(username=f"of-{extension}")
    return int(user.pk)


def deliver(connection: Connection, messages: Iterable[Message]) -> None:
    """Receive and process them one after the other, as the view does; none may wait or fail."""
    for message in messages:
        delivery = inbox.receive(connection=connection, hook=message.hook)
        inbox.process(delivery=delivery)
        delivery.refresh_from_db()
        assert delivery.state in (Delivery.State.APPLIED, Delivery.State.IGNORED), delivery.error


def stored_calls(connection: Connection) -> list[CallState]:
    """What stands in the rows, by start."""
    rows = connection.calls.prefetch_related("legs", "recordings").order_by("started_at", "id")
    return [_state(row) for row in rows]


def _state(row: Call) -> CallState:
    legs = list(row.legs.all())
    return CallState(
        direction=Direction(row.direction),
        status=CallStatus(row.status),
        client_raw=row.client_raw,
        client_e164=row.client_e164,
        our_number=row.our_number,
        started_at=row.started_at,
        ringing_at=row.ringing_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        ring_seconds=row.ring_seconds,
        talk_seconds=row.talk_seconds,
        legs=tuple(_leg(leg) for leg in legs),
        responsible_leg=next((leg.position for leg in legs if leg.user_id == row.responsible_id), None),
        recordings=tuple(RecordingNote(link=note.link, reference=note.reference) for note in row.recordings.all()),
        end_reason=row.end_reason,
        end_reason_said=row.end_reason_said,
        tracking=row.tracking,
        conflicts=tuple(row.conflicts),
    )


def _leg(row: CallLeg) -> Leg:
    assert row.user_id is not None, f"{row} is nobody's"
    return Leg(
        role=LegRole(row.role),
        extension=row.extension_number,
        user_key=KEYS.get(row.key_hash, row.key_hash),
        rang_at=row.rang_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        status=CallStatus(row.status),
        talk_seconds=row.talk_seconds,
        is_transfer=row.is_transfer,
        end_is_inferred=row.end_is_inferred,
    )
