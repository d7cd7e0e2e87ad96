"""One recording held, released or deleted by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from telephony.domain.exceptions import RecordingIsGone, RecordingIsHeld
from telephony.models import AuditEntry, Recording
from telephony.recordings.keeping import holding
from tests.keeping.world import files_in, recorded_call
from tests.telephony.factories import ConnectionFactory, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def recording() -> Recording:
    return recorded_call(ConnectionFactory.create())


@pytest.fixture
def anna() -> Any:
    return make_user("anna")


def test_holding_and_releasing_are_journalled_once_each(recording: Recording, anna: Any) -> None:
    holding.hold(recording=recording, user=anna)
    holding.hold(recording=recording, user=anna)
    recording.refresh_from_db()
    assert recording.held
    holding.release(recording=recording, user=anna)
    holding.release(recording=recording, user=anna)
    recording.refresh_from_db()
    assert not recording.held
    entries = AuditEntry.objects.order_by("pk")
    assert [entry.action for entry in entries] == ["recording_held", "recording_released"]
    assert {(entry.username, entry.details["recording"]) for entry in entries} == {("anna", recording.pk)}


def test_deleting_takes_the_files_and_leaves_a_row_that_says_so(
    recording: Recording, anna: Any, own_storage: Path, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        holding.delete_now(recording=recording, user=anna)
    assert files_in(own_storage) == []
    recording.refresh_from_db()
    assert (recording.state, recording.reason) == ("expired", "deleted")
    assert (recording.file.name, recording.link, recording.peaks) == ("", "", [])
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.user) == ("recording_deleted", anna)


def test_a_held_recording_is_not_deleted(recording: Recording, anna: Any, own_storage: Path) -> None:
    holding.hold(recording=recording, user=anna)
    with pytest.raises(RecordingIsHeld):
        holding.delete_now(recording=recording, user=anna)
    assert len(files_in(own_storage)) == 2


def test_a_deleted_recording_can_be_neither_held_nor_deleted_again(recording: Recording, anna: Any) -> None:
    holding.delete_now(recording=recording, user=anna)
    for do in (holding.hold, holding.release, holding.delete_now):
        with pytest.raises(RecordingIsGone):
            do(recording=recording, user=anna)
    assert AuditEntry.objects.count() == 1
