"""What reads the database for others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from telephony.database.reading import Given, Prepared
from telephony.database.versions import RowVersion, Version
from telephony.models import Call, Connection, Recording, StrayRequests
from telephony.models.connection import hook_secret_sha256
from telephony.privacy.masking import hide_secrets, hide_values
from telephony.vendors import installed


@dataclass(frozen=True, slots=True)
class Knock:
    """Which connection a hook's address leads to."""

    connection: Connection | None
    """None: to none; then `why`, and whose address it was meant to be, if that is known."""
    why: StrayRequests.Why = StrayRequests.Why.UNKNOWN
    meant: int = 0
    is_former: bool = False
    """The address is that of before, and still holds."""
    version: Version | None = None
    """Of the connection's row, where the database keeps versions."""
    is_remembered: bool = False
    """It was not read for this message."""


_OF_ADDRESS = Prepared(
    lambda: (
        Connection.objects.filter(Q(hook_secret_sha256=Given("digest")) | Q(former_secret_sha256=Given("digest")))
        .annotate(row_version=RowVersion(Connection))
        .order_by()[:2]
    )
)


def knock(*, vendor: str, secret: str) -> Knock:
    """One query, the same for every way of leading nowhere."""
    return knock_at(vendor=vendor, digest=hook_secret_sha256(secret))


def knock_at(*, vendor: str, digest: str) -> Knock:
    """The same by the hash of the secret."""
    rows = _OF_ADDRESS.rows(digest=digest)
    # The present address of one goes before the former one of another.
    found = next(iter(sorted(rows, key=lambda row: row.hook_secret_sha256 != digest)), None)
    if found is None:
        return Knock(None)
    is_former = found.hook_secret_sha256 != digest
    if is_former and (found.former_until is None or found.former_until <= timezone.now()):
        return Knock(None, StrayRequests.Why.OLD, found.pk)
    if found.vendor != vendor or vendor not in installed():
        return Knock(None, StrayRequests.Why.OTHER_VENDOR, found.pk)
    if not found.enabled:
        return Knock(None, StrayRequests.Why.OFF, found.pk)
    text = found.row_version
    return Knock(found, is_former=is_former, version=Version(Connection, found.pk, text) if text else None)


def connection_of_hook(*, vendor: str, secret: str) -> Connection | None:
    """The enabled connection with this address."""
    return knock(vendor=vendor, secret=secret).connection


def calls_with_details(*, connection_id: int | None = None, since: datetime | None = None) -> QuerySet[Call]:
    """Calls in the order of their start, with all that `call_as_json` reads."""
    found = Call.objects.filter(is_test=False).select_related("connection", "responsible", "contact", "fact")
    found = found.prefetch_related("legs__user", "recordings").order_by("started_at", "id")
    if connection_id is not None:
        found = found.filter(connection_id=connection_id)
    return found if since is None else found.filter(started_at__gte=since)


def call_as_json(call: Call) -> dict[str, Any]:
    """The call for scripts: times in ISO 8601, UTC; lengths in seconds; people by their user name."""
    recording = next(iter(call.recordings.all()), None)
    return {
        "id": call.pk,
        "connection": call.connection_id,
        "external_id": call.external_id,
        "vendor": call.connection.vendor,
        "direction": call.direction,
        "status": call.status,
        "client_raw": call.client_raw,
        "client_e164": call.client_e164 or None,
        "our_number": call.our_number or None,
        "started_at": iso(call.started_at),
        "ringing_at": iso(call.ringing_at),
        "answered_at": iso(call.answered_at),
        "ended_at": iso(call.ended_at),
        "ring_seconds": call.ring_seconds,
        "talk_seconds": call.talk_seconds,
        "end_reason": call.end_reason or None,
        "cause": (call.fact.cause or None) if hasattr(call, "fact") else None,
        "responsible": call.responsible.get_username() if call.responsible else None,
        "contact": str(call.contact) if call.contact else None,
        "legs": [_leg_as_json(leg) for leg in call.legs.all()],
        "recording": _place(call.connection, recording) if recording else None,
        "tracking": call.tracking,
        "conflicts": call.conflicts,
        "flag": call.flag or None,
    }


def _place(connection: Connection, recording: Recording) -> str:
    """Where the PBX has it, without what is secret in a link."""
    link = recording.link and hide_secrets(hide_values(recording.link, connection.secret_values()))
    return link or recording.reference


def _leg_as_json(leg: Any) -> dict[str, Any]:
    return {
        "role": leg.role,
        "extension": leg.extension_number,
        "user": leg.user.get_username() if leg.user else None,
        "status": leg.status,
        "rang_at": iso(leg.rang_at),
        "answered_at": iso(leg.answered_at),
        "ended_at": iso(leg.ended_at),
        "talk_seconds": leg.talk_seconds,
        "is_transfer": leg.is_transfer,
        "end_is_inferred": leg.end_is_inferred,
    }


def iso(moment: datetime | None) -> str | None:
    """A moment as scripts read it: ISO 8601, UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
