"""The recordings that messages tell of become rows, which are then fetched.

What is stored, or held by somebody, stays whatever a parser makes of the messages: a row is found again by its link
or reference, else by its place among the call's recordings, and one that no message tells of any more is marked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from django.utils import timezone

from telephony.calls.change import Change
from telephony.calls.loading import Told
from telephony.calls.of_id import is_of_id
from telephony.database.instances import new_row
from telephony.database.reading import Prepared
from telephony.database.together import Question
from telephony.domain.fold import RecordingNote
from telephony.models import AuditEntry, Recording
from telephony.recordings.keeping import journal

State = Recording.State
ENDED_WITHOUT_FILE = (State.LOST, State.REFUSED)
"""Another link is worth another try."""
NEVER_DROPPED = (State.STORED, State.FETCHING)
"""A file is there, or on its way."""


_OF_ID = Prepared(lambda: Recording.objects.filter(is_of_id("call__")).order_by("position", "pk"))


def asks(told: Told) -> Iterator[Question]:
    """The call's recordings, where the event tells of one."""
    if told.event.recording_link or told.event.recording_reference:
        yield Question(_OF_ID, {"connection": told.connection.pk, "id": told.event.external_id})


def note_recordings(change: Change) -> None:
    """A new one is to be fetched, if its connection wants that; one that is known stays as it is."""
    if not change.differs("recordings"):
        return
    call, notes = change.call, change.after.recordings
    stored = [] if change.is_new else change.answers.rows(_OF_ID, connection=call.connection_id, id=call.external_id)
    if not notes and not stored:
        return
    is_wanted = bool(notes) and call.connection.fetch_recordings
    known = _known_rows(notes, stored)
    new, changed = [], []
    for position, note in enumerate(notes):
        row = known.get(position)
        if row is None:
            row = new_row(Recording, call=call, position=position)
            new.append(row)
            _expect(row, is_wanted)
        elif _is_as_told(row, note, position):
            continue
        else:
            changed.append(row)
            if row.state in ENDED_WITHOUT_FILE and row.source_sha256 != source_of(note):
                _expect(row, is_wanted)
        row.position, row.link, row.reference = position, note.link, note.reference
        row.source_sha256, row.is_told = source_of(note), True
    if changed:
        Recording.objects.bulk_update(changed, _TOLD_COLUMNS)
    change.writes.insert(*new)
    matched = {row.pk for row in known.values()}
    if untold := [row for row in stored if row.pk not in matched]:
        _drop(untold)


_TOLD_COLUMNS = ["position", "link", "reference", "source_sha256", "is_told", "state", "next_try_at", "attempts"]


def source_of(note: RecordingNote) -> str:
    """Tells two recordings of a call apart."""
    return hashlib.sha256(f"{note.link}\n{note.reference}".encode()).hexdigest()


def _known_rows(notes: Sequence[RecordingNote], stored: Sequence[Recording]) -> dict[int, Recording]:
    """Which row each of the notes is, by the note's place: the one with its link, its reference, or its place."""
    known: dict[int, Recording] = {}
    left = {row.pk: row for row in stored}

    def take(position: int, row: Recording | None) -> None:
        if row is not None:
            known[position] = left.pop(row.pk)

    for position, note in enumerate(notes):
        take(position, next((row for row in left.values() if row.source_sha256 == source_of(note)), None))
    for position, note in enumerate(notes):
        if position not in known and note.reference:
            take(position, next((row for row in left.values() if row.reference == note.reference), None))
    for position in range(len(notes)):
        if position not in known:
            take(position, next((row for row in left.values() if row.position == position), None))
    return known


def _is_as_told(row: Recording, note: RecordingNote, position: int) -> bool:
    return row.is_told and row.position == position and row.source_sha256 == source_of(note)


def _expect(row: Recording, is_wanted: bool) -> None:
    row.state = State.EXPECTED if is_wanted else State.LINKED
    row.next_try_at = timezone.now() if is_wanted else None
    row.attempts = 0


def _drop(untold: Sequence[Recording]) -> None:
    """No message tells of these any more: what is kept is marked, the others go, with a line in the journal."""
    kept = [row for row in untold if row.held or row.state in NEVER_DROPPED]
    Recording.objects.filter(pk__in=[row.pk for row in kept], is_told=True).update(is_told=False)
    gone = [row for row in untold if row not in kept]
    if gone:
        journal.note_recordings(action=AuditEntry.Action.RECORDING_DROPPED, recordings=gone)
        Recording.objects.filter(pk__in=[row.pk for row in gone]).delete()
