"""The files of recordings: named by us, put into the storage; left-overs swept."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from pathlib import Path

from telephony.models import DiscardedFile, Recording
from telephony.models.recording import recordings_storage
from telephony.recordings.audio import PLAYABLE, AudioKind
from telephony.recordings.fetching import claiming
from telephony.recordings.storage import WorkFile, work_dir

DIGITS_OF_SHA256 = 12
LEFT_OVER_SECONDS = 3600
"""A storage's own half files belong to nobody's lease; after an hour nobody writes them any more."""


def file_name(recording: Recording, *, sha256: str, kind: AudioKind) -> str:
    """`<connection>/<yyyy>/<mm>/<recording>-<start of its SHA-256>.mp3`.

    Fetched again after a kill, the same bytes overwrite themselves. A worker that lost its lease and doesn't know
    it yet can't put other bytes in their place.
    """
    month = recording.created_at.strftime("%Y/%m")
    name = f"{recording.pk}-{sha256[:DIGITS_OF_SHA256]}{kind.extension}"
    return f"{recording.call.connection_id}/{month}/{name}"


def playable_name(name: str) -> str:
    """What browsers are given lies beside the original."""
    return f"{name.rpartition('.')[0]}.play{PLAYABLE.extension}"


def put(path: Path, name: str) -> None:
    """Store a finished file of the work folder under exactly this name, whatever is there."""
    storage = recordings_storage()
    if storage.get_available_name(name) != name:
        storage.delete(name)  # It would keep both, the second one under another name.
    with WorkFile(path) as content:
        storage.save(name, content)


def discard(*names: str) -> None:
    """Note these files for deletion; those that a recording has by then stay (recordings/keeping/discarding.py)."""
    rows = [DiscardedFile(name=name) for name in names if name]
    DiscardedFile.objects.bulk_create(rows, ignore_conflicts=True)


def sweep_work_dir() -> None:
    """Remove what workers left that were killed: each works in a folder that has the name of its lease."""
    entries = {path.name: path for path in work_dir().iterdir()}
    folders = [name for name, path in entries.items() if path.is_dir()]
    for name in set(folders) - claiming.QUEUE.live_tokens(folders) if folders else ():
        shutil.rmtree(entries[name], ignore_errors=True)
    for path in entries.values():
        with suppress(FileNotFoundError):  # Another worker sweeps as well.
            if path.is_file() and path.stat().st_mtime < time.time() - LEFT_OVER_SECONDS:
                path.unlink()
