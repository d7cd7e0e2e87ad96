"""The fields of one message, and what was odd about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from telephony.domain.notes import Note, Oddity, note

NO_TIME = datetime.min.replace(tzinfo=UTC)


class Params(dict[str, str]):
    """The fields by their names, as text. The readers note here what they can't read."""

    def __init__(
        self, values: Mapping[str, str] | Iterable[tuple[str, str]] = (), *, received_at: datetime = NO_TIME
    ) -> None:
        super().__init__(values)
        self.received_at = received_at
        """When the message was received: what a time is believable by. `NO_TIME` of what is no message."""
        self._notes: dict[Note, None] = {}

    @property
    def notes(self) -> tuple[Note, ...]:
        """In the order in which they were found, each once."""
        return tuple(self._notes)

    def odd(self, oddity: Oddity, name: str, value: str) -> None:
        """Note that this field is odd; however often it is read, it is noted once."""
        self._notes[note(oddity, name, value)] = None

    def changed(self, values: Mapping[str, str]) -> Params:
        """These values in the place of the fields, of the same message."""
        return Params(values, received_at=self.received_at)
