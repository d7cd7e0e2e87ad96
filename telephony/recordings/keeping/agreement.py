"""Whether rows and files of recordings agree: after a backup was restored, a disk was mended, a storage was moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from telephony.models import DiscardedFile, Recording
from telephony.models.recording import recordings_storage

State = Recording.State
BATCH = 500
_WORK = ".work"
_OURS = ".ready-"
"""What the application itself writes beside them, for a moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A row says that its file is stored, and it is not, or is another one."""

    recording: int
    call: int
    file: str
    can_be_fetched: bool
    """The PBX may still have it."""


def missing_files() -> Iterator[Missing]:
    """Of stored recordings, in the order of their keys. The size tells a file that was cut short."""
    storage = recordings_storage()
    stored = Recording.objects.filter(state=State.STORED).exclude(file="").order_by("pk")
    for row in stored.only("call_id", "file", "size", "link", "reference").iterator(chunk_size=BATCH):
        if not _is_whole(storage, row):
            can_be_fetched = bool(row.link or row.reference)
            yield Missing(recording=row.pk, call=row.call_id, file=str(row.file), can_be_fetched=can_be_fetched)


def _is_whole(storage: Storage, row: Recording) -> bool:
    if not storage.exists(str(row.file)):
        return False
    return row.size is None or storage.size(str(row.file)) == row.size


def fetch_again(missing: Missing) -> None:
    """Ask the PBX for it once more; what can't be asked for is said to be lost."""
    same = Recording.objects.filter(pk=missing.recording, state=State.STORED, file=missing.file)
    anew = {"file": "", "playable": "", "attempts": 0, "lease": "", "detail": "", "stored_at": None}
    if missing.can_be_fetched:
        same.update(state=State.EXPECTED, reason="", next_try_at=timezone.now(), **anew)
    else:
        same.update(state=State.LOST, reason=Recording.Reason.STORAGE, next_try_at=None, **anew)


def files_of_nobody() -> Iterator[str]:
    """Names of stored files that no row names: of recordings that came after the backup, say."""
    batch: list[str] = []
    for name in _stored_names(recordings_storage(), ""):
        batch.append(name)
        if len(batch) == BATCH:
            yield from _of_nobody(batch)
            batch = []
    yield from _of_nobody(batch)


def discard(name: str) -> None:
    """Have it deleted as files of deleted recordings are, unless a recording has it by then."""
    with transaction.atomic():
        DiscardedFile.objects.get_or_create(name=name)


def _of_nobody(names: list[str]) -> Iterator[str]:
    named = Recording.objects.filter(Q(file__in=names) | Q(playable__in=names)).values_list("file", "playable")
    known = {name for pair in named for name in pair}
    known.update(DiscardedFile.objects.filter(name__in=names).values_list("name", flat=True))
    yield from (name for name in names if name not in known)


def _stored_names(storage: Storage, folder: str) -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:  # No recording was ever stored here, or the folder went meanwhile.
        return
    for name in sorted(files):
        if not name.startswith(_OURS):
            yield f"{folder}/{name}" if folder else name
    for name in sorted(folders):
        if name != _WORK:
            yield from _stored_names(storage, f"{folder}/{name}" if folder else name)
