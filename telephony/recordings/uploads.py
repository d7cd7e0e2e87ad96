"""Recordings of a PBX that nobody can reach: it is asked to send them, and what comes is taken like a fetched file."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from telephony.domain.errands import Errand, UploadErrand
from telephony.models import Connection, Recording, RecordingUpload
from telephony.recordings.fetching import files
from telephony.recordings.storage import has_room, open_private, work_dir

State = Recording.State
WANTED = (State.EXPECTED, State.WAITING)
AT_ONCE = 5
ASKED_AGAIN_AFTER = timedelta(minutes=2)
ASKED_FOR = timedelta(days=7)
"""Older ones are not asked for by themselves any more."""
PIECE = 64 * 1024
MEGABYTE = 1_000_000


class NotTaken(Exception):
    """The upload is refused; the text is for the log of whoever sent it."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def recordings_to_upload(connection: Connection) -> list[Errand]:
    """Some of the recordings that are waited for and were not asked for lately, the oldest first."""
    now = timezone.now()
    wanted = Recording.objects.filter(
        call__connection=connection, state__in=WANTED, created_at__gt=now - ASKED_FOR
    ).exclude(reference="")
    lately = RecordingUpload.objects.filter(asked_at__gt=now - ASKED_AGAIN_AFTER)
    chosen = list(wanted.exclude(pk__in=lately.values("pk")).filter(upload__file__in=("",)).order_by("pk")[:AT_ONCE])
    chosen += list(wanted.filter(upload=None).order_by("pk")[: AT_ONCE - len(chosen)])
    rows = [RecordingUpload(recording=row, asked_at=now) for row in chosen]
    RecordingUpload.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["recording"], update_fields=["asked_at"]
    )
    return [UploadErrand(recording_id=row.pk, reference=row.reference) for row in chosen]


def take(*, connection: Connection, recording_id: int, read: Callable[[int], bytes], sha256: str) -> None:
    """Keep what the PBX sends of a recording for a worker. An empty body: there is nothing to send.

    `read` gives the next bytes of the body. Raises `NotTaken`.
    """
    recording = Recording.objects.filter(pk=recording_id, call__connection=connection).first()
    if recording is None:
        raise NotTaken(404, "There is no such recording.")
    if recording.state not in WANTED:
        return  # It is here already, or not wanted any more: whoever sends it has done what was asked.
    if not has_room():
        raise NotTaken(503, "There is no room for it now; send it again later.")
    path = work_dir() / f"{secrets.token_hex(16)}.upload"
    try:
        with open_private(path) as file:
            found = _write(file, read, longest=connection.longest_recording * MEGABYTE)
        if found != sha256.lower():
            raise NotTaken(400, "The body is not what X-Content-SHA256 says.")
        _keep(recording, path, found)
    finally:
        path.unlink(missing_ok=True)


def _write(file: BinaryIO, read: Callable[[int], bytes], *, longest: int) -> str:
    """The SHA-256 of what was written. Raises `NotTaken`."""
    digest, size = hashlib.sha256(), 0
    while piece := read(PIECE):
        size += len(piece)
        if size > longest:
            raise NotTaken(413, "The recording is larger than the connection allows.")
        digest.update(piece)
        file.write(piece)
    return digest.hexdigest()


def _keep(recording: Recording, path: Path, sha256: str) -> None:
    if path.stat().st_size == 0:
        Recording.objects.filter(pk=recording.pk, state__in=WANTED).update(
            state=State.LOST, reason=Recording.Reason.NO_RECORDING, next_try_at=None
        )
        return
    name = f"uploads/{recording.pk}-{sha256[:12]}"
    files.put(path, name)
    now = timezone.now()
    with transaction.atomic():
        RecordingUpload.objects.update_or_create(recording=recording, defaults={"file": name, "asked_at": now})
        Recording.objects.filter(pk=recording.pk, state__in=WANTED).update(next_try_at=now)
