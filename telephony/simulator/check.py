"""Are the calls in the database what was played?"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from telephony.domain.events import LegRole
from telephony.models import Call, Connection
from telephony.privacy import user_keys
from telephony.simulator.comparison import Seen, differences
from telephony.simulator.player import Played
from telephony.vendors.simulated import Expected, ExpectedLeg

PAUSE_SECONDS = 0.3
CLOCK_SLACK = timedelta(seconds=5)
CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    right: int
    skipped: int
    """Calls that lost a message, or had no call id and shared their client's number with another call."""
    faults: list[str]
    """One line a difference, each beginning with the call."""


def check(played: Sequence[Played], *, connection: Connection, patience_seconds: float) -> Checked:
    """Compare this connection's calls with what was played, after waiting for the server to be done with them."""
    if not played:
        return Checked(right=0, skipped=0, faults=[])
    since = min(one.call.started_at for one in played) - CLOCK_SLACK
    expected = [one.target.pbx.expected(one.call) for one in played if one.is_whole]
    repeated = Counter(one.call.client for one in played)
    clear = [one for one in expected if one.external_id or repeated[one.client] == 1]
    left, faults = clear, list[str]()
    deadline = time.monotonic() + patience_seconds
    while left:
        found = {_name(one): _faults_of(one, calls) for one, calls in _received(left, connection, since)}
        left = [one for one in left if found[_name(one)]]
        faults = [f"{name}: {fault}" for name in found for fault in found[name]]
        if not left or time.monotonic() > deadline:
            break
        time.sleep(PAUSE_SECONDS)
    faults += _not_played(played, connection, since)
    return Checked(right=len(clear) - len(left), skipped=len(played) - len(clear), faults=faults)


def _received(
    expected: Sequence[Expected], connection: Connection, since: datetime
) -> Iterable[tuple[Expected, list[Call]]]:
    """Each with the calls that may be it: those of its id, or if it has none, of its client's number."""
    for start in range(0, len(expected), CHUNK):
        chunk = expected[start : start + CHUNK]
        by_id = _calls(connection).filter(external_id__in=[one.external_id for one in chunk if one.external_id])
        by_client = _calls(connection).filter(
            client_e164__in=[one.client for one in chunk if not one.external_id], started_at__gte=since
        )
        ids = {call.external_id: call for call in by_id}
        clients: dict[str, list[Call]] = {}
        for call in by_client:
            clients.setdefault(call.client_e164, []).append(call)
        for one in chunk:
            of_id = [ids[one.external_id]] if one.external_id in ids else []
            yield one, of_id if one.external_id else clients.get(one.client, [])


def _calls(connection: Connection) -> QuerySet[Call]:
    return Call.objects.filter(connection=connection).prefetch_related("legs", "recordings")


def _faults_of(expected: Expected, calls: Sequence[Call]) -> list[str]:
    if not calls:
        return ["it is not there"]
    if len(calls) > 1:
        return [f"it has become {len(calls)} calls"]
    return differences(_as_stored(expected), seen_of(calls[0]))


def _not_played(played: Sequence[Played], connection: Connection, since: datetime) -> list[str]:
    """Calls with the clients' numbers that nobody played: a message was taken for another call's."""
    ids = {one.target.pbx.expected(one.call).external_id for one in played}
    if "" in ids:
        return []
    clients = {one.call.client for one in played if one.call.client}
    since_then = Call.objects.filter(
        connection=connection, started_at__range=(since, datetime.now(UTC) + timedelta(days=1))
    )
    strange = [call for call in since_then if call.client_e164 in clients and call.external_id not in ids]
    return [f"{call.external_id} ({call.client_e164}): nobody played this call" for call in strange]


def _as_stored(expected: Expected) -> Expected:
    """With hashes in the place of keys: of those that came nothing else is kept with the legs."""
    return replace(expected, legs=tuple(replace(leg, key=user_keys.make_hash(leg.key)) for leg in expected.legs))


def seen_of(call: Call) -> Seen:
    """The stored call as the comparison wants it."""
    return Seen(
        external_id=call.external_id,
        direction=call.direction,
        status=call.status,
        client=call.client_e164,
        our_number=call.our_number,
        talk_seconds=call.talk_seconds,
        legs=[
            ExpectedLeg(
                role=LegRole(leg.role),
                extension=leg.extension_number,
                key=leg.key_hash,
                answered=leg.answered_at is not None,
                talk_seconds=leg.talk_seconds,
                is_transfer=leg.is_transfer,
            )
            for leg in call.legs.all()
        ],
        recordings=[recording.link or recording.reference for recording in call.recordings.all()],
        conflicts=call.conflicts,
    )


def _name(expected: Expected) -> str:
    return expected.external_id or expected.client
