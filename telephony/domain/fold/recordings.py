"""Which recordings a call has. Part of the fold (fold/call.py): pure, and fed with the events in order of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from telephony.domain.events import CallEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingNote:
    """Where a recording is to be had: a link, or a reference to ask the PBX by."""

    link: str
    reference: str


def recordings_of(timeline: Sequence[CallEvent]) -> tuple[RecordingNote, ...]:
    """Each once, in the order in which they were told of."""
    naming = [event for event in timeline if event.recording_link or event.recording_reference]
    notes = (  # Where a message named it, the list names the same one, perhaps otherwise.
        RecordingNote(link=event.recording_link, reference=event.recording_reference)
        for event in naming
        if not event.listed_at or all(other.listed_at for other in naming)
    )
    return tuple(dict.fromkeys(notes))
