"""Calls with stored recordings, as they are after a worker has fetched them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile

from telephony.models import Call, Connection, Recording
from telephony.models.recording import recordings_storage
from tests.telephony.messages import deliver, sipuni, sipuni_ends

LINK = "https://records.example/{call_id}.mp3?hash=opens-it"
SOUND = b"ID3 sound"


def play_call(connection: Connection, call_id: str = "1.10", **fields: str) -> Call:
    """An answered call with a recording, out of four messages of Sipuni's."""
    link = LINK.format(call_id=call_id)
    phone = {"dst_num": "012345101", "short_dst_num": "101", "dst_type": "2", **fields}
    messages = [
        sipuni(1, 0, call_id, roistat="campaign-7", **fields),
        sipuni(1, 2, call_id, **phone),
        sipuni(3, 10, call_id, **phone),
        sipuni_ends(40, call_id=call_id, call_record_link=link, **fields),
    ]
    for second, message in enumerate(messages):
        deliver(connection, message, second)
    return Call.objects.get(connection=connection, external_id=call_id)


def store_recording(call: Call, **values: Any) -> Recording:
    """Its recording, fetched: an original and what browsers are given."""
    recording = call.recordings.get()
    storage = recordings_storage()
    recording.file = storage.save(f"1/{recording.pk}.g722", ContentFile(SOUND))
    recording.playable = storage.save(f"1/{recording.pk}.play.mp3", ContentFile(SOUND))
    recording.state, recording.peaks, recording.seconds = Recording.State.STORED, [1, 2, 3], 30.0
    for name, value in values.items():
        setattr(recording, name, value)
    recording.save()
    return recording


def recorded_call(connection: Connection, call_id: str = "1.10", *, started_at: datetime | None = None) -> Recording:
    """A call with a stored recording, which began at another time if one is given."""
    call = play_call(connection, call_id)
    if started_at is not None:
        Call.objects.filter(pk=call.pk).update(started_at=started_at)
        call.refresh_from_db()
    return store_recording(call)


def files_in(place: Path) -> list[str]:
    """Names of all files in the storage."""
    return sorted(path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file())
