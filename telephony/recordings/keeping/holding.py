"""One recording kept beyond its time, no longer kept, or deleted at once: by somebody who may, and journalled."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from telephony.domain.exceptions import RecordingIsGone, RecordingIsHeld
from telephony.models import AuditEntry, Recording
from telephony.recordings.keeping import discarding, journal, retention


def hold(*, recording: Recording, user: Any) -> None:
    """Keep it until somebody releases it. Raises RecordingIsGone; held already, nothing happens."""
    _set_held(recording, user, held=True)


def release(*, recording: Recording, user: Any) -> None:
    """Let its time count again. Raises RecordingIsGone; not held, nothing happens."""
    _set_held(recording, user, held=False)


def delete_now(*, recording: Recording, user: Any) -> None:
    """Delete its files and everything that leads to them. Raises RecordingIsHeld, RecordingIsGone."""
    with transaction.atomic():
        row = _locked(recording)
        if row.held:
            raise RecordingIsHeld("The recording is kept: release it first.")
        retention.empty(recording=row, reason=Recording.Reason.DELETED)
        journal.note_recordings(action=AuditEntry.Action.RECORDING_DELETED, user=user, recordings=[row])
        transaction.on_commit(discarding.remove_discarded, robust=True)


@transaction.atomic
def _set_held(recording: Recording, user: Any, *, held: bool) -> None:
    row = _locked(recording)
    if row.held == held:
        return
    row.held = held
    row.save(update_fields=["held"])
    action = AuditEntry.Action.RECORDING_HELD if held else AuditEntry.Action.RECORDING_RELEASED
    journal.note_recordings(action=action, user=user, recordings=[row])


def _locked(recording: Recording) -> Recording:
    row = Recording.objects.select_related("call").select_for_update(of=("self",)).get(pk=recording.pk)
    if row.state == Recording.State.EXPIRED:
        raise RecordingIsGone("The recording was deleted.")
    return row
