"""Files that no recording has any more: noted before the commit, deleted after it, also when somebody dies between."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from telephony import tasks
from telephony.models import Call, Connection, DiscardedFile, Recording
from telephony.models.recording import recordings_storage
from telephony.recordings.keeping import discarding, retention
from tests.keeping.test_retention import NOW, State, days_ago, office
from tests.keeping.world import files_in, recorded_call

__all__ = ["office"]
pytestmark = pytest.mark.django_db


class TestKilledInBetween:
    """The files go after the commit: whoever dies then leaves work for the next sweep, and says so in rows."""

    @pytest.fixture
    def dies(self, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
        def killed(**_: Any) -> None:
            raise SystemExit

        monkeypatch.setattr(retention.discarding, "remove_discarded", killed)
        return monkeypatch

    def test_the_next_sweep_deletes_the_files(
        self, office: Connection, own_storage: Path, dies: pytest.MonkeyPatch
    ) -> None:
        recorded_call(office, started_at=days_ago(31))
        with pytest.raises(SystemExit):
            retention.expire_recordings(now=NOW)
        assert Recording.objects.get().state == State.EXPIRED
        assert {row.name for row in DiscardedFile.objects.all()} == set(files_in(own_storage))
        dies.undo()
        tasks.remove_discarded_files()
        assert files_in(own_storage) == []
        assert not DiscardedFile.objects.exists()

    def test_a_file_that_is_gone_already_is_no_trouble(self, own_storage: Path) -> None:
        DiscardedFile.objects.create(name="1/gone.mp3")
        assert discarding.remove_discarded() == 1
        assert not DiscardedFile.objects.exists()

    def test_a_storage_that_fails_is_asked_again_later(
        self, office: Connection, own_storage: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        recorded_call(office, started_at=days_ago(31))

        def fail(name: str) -> None:
            raise OSError("out of reach")

        with monkeypatch.context() as broken:
            broken.setattr(recordings_storage(), "delete", fail)
            retention.expire_recordings(now=NOW)
        assert DiscardedFile.objects.count() == 2
        assert discarding.remove_discarded() == 2
        assert files_in(own_storage) == []

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="The plan is read in SQLite's words.")
    def test_no_file_costs_a_look_at_all_recordings(self, own_storage: Path) -> None:
        DiscardedFile.objects.create(name="1/gone.mp3")
        with CaptureQueriesContext(connection) as queries:
            discarding.remove_discarded()
        [asked] = [query["sql"] for query in queries if 'FROM "telephony_recording"' in query["sql"]]
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {asked}")
            plan = " ".join(row[-1] for row in cursor.fetchall())
        assert "recording_by_file" in plan
        assert "recording_by_playable" in plan
        assert "SCAN" not in plan

    def test_a_name_that_is_in_use_again_keeps_its_file(self, office: Connection, own_storage: Path) -> None:
        recording = recorded_call(office)
        DiscardedFile.objects.create(name=recording.playable.name)
        assert discarding.remove_discarded() == 0
        assert len(files_in(own_storage)) == 2
        assert not DiscardedFile.objects.exists()

    def test_a_recording_that_goes_with_its_call_leaves_no_file(self, office: Connection, own_storage: Path) -> None:
        recorded_call(office)
        names = set(files_in(own_storage))
        Call.objects.all().delete()
        assert {str(row) for row in DiscardedFile.objects.all()} == names
        discarding.remove_discarded()
        assert files_in(own_storage) == []
