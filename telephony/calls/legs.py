"""The rows of a call's legs: whose phone each is, and what stays of a row when its leg is written again."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from django.db.models import Q

from telephony.calls.of_id import is_of_id
from telephony.database.instances import copied, new_row
from telephony.database.reading import Filled, Given, OneOf, Prepared
from telephony.database.together import Answers, Question
from telephony.database.writing import Writes
from telephony.domain.events import CallEvent, CallStatus, LegRole
from telephony.domain.fold import CallState
from telephony.domain.fold.legs import Leg
from telephony.models import Call, CallLeg, Connection, Extension
from telephony.privacy import user_keys

_OF_STATE = (
    "role",
    "rang_at",
    "answered_at",
    "ended_at",
    "status",
    "talk_seconds",
    "is_transfer",
    "end_is_inferred",
)
_COLUMNS = [*_OF_STATE, "extension_number", "key_hash", "extension", "user", "card", "card_at"]
_state_values_of = attrgetter(*_OF_STATE)
_values_of = attrgetter(*(f"{name}_id" if name in ("extension", "user") else name for name in _COLUMNS))

_OF_PHONE = ("connection", "user", "number", "key_hash")
_WISHES = ("cards", "outgoing_cards", "do_not_disturb", "do_not_disturb_until", "seen_at")
_NAMED = Prepared(
    lambda: (
        Extension.objects.filter(
            Q(Filled("number"), OneOf("number", "numbers")) | Q(Filled("key_hash"), OneOf("key_hash", "keys")),
            connection_id=Given("connection"),
        )
        .select_related("user__desk_settings")  # What decides about a card comes with it, and no password.
        .only(*_OF_PHONE, "user__is_active", *(f"user__desk_settings__{name}" for name in _WISHES))
        .order_by("number", "id")
    )
)
MANY = 50
"""Of a call with more legs than this the latest ones are read first: more phones than this seldom ring at once."""


def _latest_of_id(count: int) -> Prepared[CallLeg]:
    return Prepared(lambda: CallLeg.objects.filter(is_of_id("call__")).order_by("-position")[:count])


_LATEST_OF_ID = _latest_of_id(MANY + 1)
_OF_CALL = Prepared(lambda: CallLeg.objects.filter(call_id=Given("call")).order_by("position"))
_OPEN = Prepared(lambda: CallLeg.objects.filter(call_id=Given("call"), ended_at=None).order_by("position"))


def asks(connection: Connection, event: CallEvent) -> Iterator[Question]:
    """The legs of the event's call, and the phones that it names."""
    yield Question(_LATEST_OF_ID, {"connection": connection.pk, "id": event.external_id})
    if event.extension or event.user_key:
        yield _phones(connection.pk, [event.extension], user_keys.possible_hashes(event.user_key))


def stored(*, call: Call, answers: Answers) -> tuple[CallLeg, ...]:
    """The call's legs as they are in the database, in their order."""
    found = latest(call=call, answers=answers)
    return tuple(found if len(found) <= MANY else _OF_CALL.rows(call=call.pk))


def latest(*, call: Call, answers: Answers) -> list[CallLeg]:
    """The last MANY of them, and the one before, in their order."""
    return answers.rows(_LATEST_OF_ID, connection=call.connection_id, id=call.external_id)[::-1]


def still_open_before(leg: CallLeg) -> list[CallLeg]:
    """Legs of the same call that joined before this one, and have not ended."""
    return [one for one in _OPEN.rows(call=leg.call_id) if one.position < leg.position]


def latest_of_phone(rows: Sequence[CallLeg], event: CallEvent) -> CallLeg | None:
    """The last of these legs that is of the event's phone; None too if either of them knows more of it."""
    hashes = user_keys.possible_hashes(event.user_key)
    for row in reversed(rows):
        by_number, by_key = row.extension_number == event.extension, row.key_hash in (hashes or [""])
        if (by_number and event.extension) or (by_key and hashes):
            return row if by_number and by_key and row.role == event.role else None
    return None


def as_it_is(row: CallLeg) -> CallLeg:
    """The leg once more, to be changed and written in the place of the stored one."""
    again = copied(row)
    again.pk = None
    return again


def ringing_again(row: CallLeg, call: Call, event: CallEvent, *, position: int, answers: Answers) -> CallLeg:
    """A new leg of the same phone, not saved, which begins with this event."""
    again = new_row(
        CallLeg,
        call=call,
        position=position,
        role=row.role,
        extension_number=row.extension_number,
        key_hash=row.key_hash,
        extension_id=row.extension_id,
        user_id=row.user_id,
        rang_at=event.occurred_at,
        status=CallStatus.RINGING,
    )
    if again.user_id is None:
        _assign_extensions(call, [(again, user_keys.possible_hashes(event.user_key))], answers)
    return again


def as_folded(row: CallLeg) -> Leg:
    """The row as the fold has it, but for the employee's key, which is stored nowhere."""
    values = _state_of(row) | {"role": LegRole(row.role), "status": CallStatus(row.status)}
    return Leg(extension=row.extension_number, user_key="", **values)


def rows_of(*, call: Call, state: CallState, stored: Sequence[CallLeg], answers: Answers) -> list[CallLeg]:
    """The legs as rows, not saved. What stands in a stored row beside its state stays: an employee's n-th leg
    is the n-th stored one. Whose phone it was when it rang stays, too, even if it is somebody else's by now."""
    same: dict[tuple[str, ...], deque[CallLeg]] = defaultdict(deque)
    last: dict[tuple[str, ...], CallLeg] = {}
    for row in stored:
        same[_key(row)].append(row)
        last[_key(row)] = row
    rows, known_hashes = [], {row.key_hash for row in stored}
    hashes = [user_keys.possible_hashes(leg.user_key) for leg in state.legs]
    for position, leg in enumerate(state.legs):
        row = new_row(CallLeg, call=call, position=position, extension_number=leg.extension, **_state_of(leg))
        row.key_hash = _stored_hash(hashes[position], known_hashes)
        if known := last.get(_key(row)):
            row.extension_id, row.user_id = known.extension_id, known.user_id
        if earlier := same[_key(row)]:
            of_leg = earlier.popleft()
            row.card, row.card_at = of_leg.card, of_leg.card_at
        rows.append(row)
    _assign_extensions(call, [(row, hashes[row.position]) for row in rows if row.user_id is None], answers)
    return rows


def write(*, writes: Writes, call: Call, legs: Sequence[CallLeg], stored: Sequence[CallLeg]) -> None:
    """Write the rows in the place of the stored ones: those that differ, a long call has hundreds."""
    if len(stored) > len(legs):
        writes.delete(CallLeg, {"call_id": call.pk, "position__in": range(len(legs), len(stored))})
    known = {row.position: _values_of(row) for row in stored}
    for leg in legs:
        leg.call_id = call.pk  # A new call had none when they were made.
    changed = [leg for leg in legs if known.get(leg.position) != _values_of(leg)]
    writes.insert(*changed, unique=["call", "position"], columns=_COLUMNS)


def _stored_hash(hashes: list[str], known: set[str]) -> str:
    """The hash of a leg's key: the one that it has already, or of today's SECRET_KEY."""
    return next((one for one in hashes if one in known), hashes[0] if hashes else "")


def _phones(connection: int, named: Iterable[str], keys: Iterable[str]) -> Question:
    numbers = tuple(number for number in named if number)
    return Question(_NAMED, {"connection": connection, "numbers": numbers, "keys": tuple(keys)})


def _assign_extensions(call: Call, legs: list[tuple[CallLeg, list[str]]], answers: Answers) -> None:
    """Give the legs their phones; each comes with what its key may be looked up by."""
    if not legs:
        return
    numbers = (leg.extension_number for leg, _ in legs)
    mapped = answers.of(_phones(call.connection_id, numbers, (one for _, hashes in legs for one in hashes)))
    by_number = {extension.number: extension for extension in mapped if extension.number}
    by_key = {extension.key_hash: extension for extension in mapped if extension.key_hash}
    for leg, hashes in legs:
        of_key = next((by_key[one] for one in hashes if one in by_key), None)
        extension = of_key or by_number.get(leg.extension_number)
        if extension is not None:
            leg.extension, leg.user = extension, extension.user


def _state_of(leg: CallLeg | Leg) -> dict[str, Any]:
    return dict(zip(_OF_STATE, _state_values_of(leg), strict=True))


def _key(leg: CallLeg) -> tuple[str, ...]:
    return (leg.role, leg.extension_number, leg.key_hash)
