"""What erasing a number would remove."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from telephony.conf import contact_directory
from telephony.domain.directory import ContactCard
from telephony.erasure import rows
from telephony.erasure.numbers import Finder, Target
from telephony.erasure.search import search
from telephony.models import Delivery, Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Counts of rows."""

    target: Target
    calls: int
    recordings: int
    held: tuple[int, ...]
    """Keys of those recordings that somebody keeps beyond their time."""
    deliveries: int
    """Raw messages of these calls, and, where `whole`, every other one that names the number."""
    whole: bool
    orders: int
    """Orders to call the number."""
    contacts: tuple[ContactCard, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.calls or self.recordings or self.deliveries or self.orders or self.contacts)


def preview(*, target: Target, whole: bool = False, note: Callable[[int], None] = lambda count: None) -> Preview:
    """Look without changing anything. `whole` reads every stored delivery, which takes a while; `note` gets how many
    were read so far."""
    calls = rows.calls_of(target)
    recordings = Recording.objects.filter(call__in=calls)
    told = set(Delivery.objects.filter(events__call__in=calls).values_list("pk", flat=True))
    if whole:
        finder = Finder(target)
        for batch in search(finder, first=1, last=None):
            told.update(batch.found)
            note(batch.read)
    return Preview(
        target=target,
        calls=calls.count(),
        recordings=recordings.count(),
        held=tuple(recordings.filter(held=True).order_by("pk").values_list("pk", flat=True)),
        deliveries=len(told),
        whole=whole,
        orders=len(rows.dials_of(target)),
        contacts=tuple(contact_directory().find(target.phone)),
    )
