"""What became of a message, and noting it in its row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from telephony.database.writing import Writes
from telephony.domain.events import Parsed
from telephony.domain.hooks import Outcome
from telephony.domain.notes import Note
from telephony.models import Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Processed:
    """What became of a delivery, for the reply and for replay's report."""

    state: Delivery.State
    parsed: Parsed | None = None
    outcome: Outcome = field(default_factory=Outcome)


def finish_parsed(writes: Writes, delivery: Delivery, parsed: Parsed) -> None:
    """The delivery was read and its events are applied: note that, and why it changed nothing if so."""
    state = Delivery.State.IGNORED if parsed.ignored else Delivery.State.APPLIED
    _end(writes, delivery, state, parsed.ignored, needs_attention=parsed.needs_attention, notes=parsed.notes)


def finish(delivery: Delivery, state: Delivery.State, reason: str) -> None:
    """The delivery is done with: nothing happens to it any more unless somebody replays it."""
    writes = Writes()
    _end(writes, delivery, state, reason)
    writes.write()


def _end(
    writes: Writes,
    delivery: Delivery,
    state: Delivery.State,
    reason: str,
    *,
    needs_attention: bool = False,
    notes: Sequence[Note] = (),
) -> None:
    delivery.state = state
    delivery.error = delivery.connection.without_secrets(reason)
    delivery.needs_attention = needs_attention
    hide = delivery.connection.without_secrets
    delivery.notes = [{name: hide(value) for name, value in note.to_json().items()} for note in notes]
    delivery.next_try_at = None
    delivery.processed_at = timezone.now()
    columns = ("state", "error", "needs_attention", "notes", "next_try_at", "processed_at")
    writes.update(Delivery, {"id": delivery.pk}, {name: getattr(delivery, name) for name in columns})
