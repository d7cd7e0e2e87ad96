"""The journal of what was done for good."""

from __future__ import annotations

from typing import Any

from telephony.models import AuditEntry, Recording


def note(*, action: AuditEntry.Action, user: Any = None, details: dict[str, Any]) -> AuditEntry:
    """Write an entry; `user` is None for the schedule. Details hold row numbers and counts, nothing personal."""
    return AuditEntry.objects.create(action=action, details=details, **_by(user))


def note_recordings(*, action: AuditEntry.Action, user: Any = None, recordings: list[Recording]) -> None:
    """An entry for each of these recordings, whose calls are loaded."""
    AuditEntry.objects.bulk_create(
        AuditEntry(action=action, details=_details(recording), **_by(user)) for recording in recordings
    )


def _by(user: Any) -> dict[str, Any]:
    return {"user": user, "username": user.get_username()} if user is not None else {}


def _details(recording: Recording) -> dict[str, Any]:
    return {"recording": recording.pk, "call": recording.call_id, "connection": recording.call.connection_id}
