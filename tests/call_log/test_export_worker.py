"""Excel files as jobs: a worker's part, what goes wrong with it, and what is left of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from telephony.call_log import exports, pages
from telephony.call_log.exports import writing
from telephony.call_log.exports.kinds import _kinds
from telephony.jobs import Stopped
from telephony.models import Call, Export, RowFailure
from tests.call_log.exporting import PAGE, order, told
from tests.call_log.test_call_log import sign_in
from tests.keeping.erased import erase
from tests.telephony.messages import CLIENT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(exports_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of the exports; what the worker puts into the system's folder for temporary files is there, too."""
    monkeypatch.setattr(tempfile, "tempdir", str(exports_folder))
    return exports_folder


@pytest.fixture
def owner(company: dict[str, Call]) -> Client:
    return sign_in("anna", "Administrator")


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Has something happen in the middle of the writing, after some rows."""
    monkeypatch.setattr(writing, "TOLD_EVERY_SECONDS", 0)

    def meanwhile(happens: Callable[[], None]) -> None:
        def table(calls: Any) -> Iterator[list[Any]]:
            rows = list(pages.table(calls))
            yield rows[0]
            for _ in range(150):
                yield rows[1]
            happens()
            for _ in range(150):
                yield rows[1]

        kind = _kinds["calls"]
        changed = {name: getattr(kind, name) for name in ("title", "title_of_some", "scope", "rows", "words")}
        monkeypatch.setitem(_kinds, "calls", exports.Kind(name="calls", table=table, **changed))

    return meanwhile


def test_progress_is_told_while_it_is_written(
    company: dict[str, Call], owner: Client, written: Any, folder: Path
) -> None:
    seen = []
    written(lambda: seen.append((told(owner), Export.objects.get().rows_done, {p.suffix for p in folder.iterdir()})))
    order(owner)
    exports.write_due()
    ((text, done, suffixes),) = seen
    assert suffixes == {".part", ".sheet"}, "Whatever is written lies in the one folder that is swept."
    assert "being written" in text
    assert f"{done} of 3 rows" in text
    assert Export.objects.get().state == "ready"


def test_an_erasure_takes_files_and_stops_who_writes_one(
    company: dict[str, Call], owner: Client, written: Any, folder: Path
) -> None:
    done = order(owner)
    exports.write_due()
    begun = order(owner)
    written(lambda: erase(CLIENT))
    exports.write_due()
    assert list(folder.iterdir()) == []
    for export in (done, begun):
        export.refresh_from_db()
        assert (export.state, export.reason, export.file, export.lease) == ("failed", "erased", "", "")
    assert "A client&#x27;s data was erased meanwhile" in told(owner)
    assert owner.get(f"{PAGE}{done.pk}.xlsx").status_code == 404


def test_who_is_stopped_gives_it_back_and_leaves_nothing(
    company: dict[str, Call], owner: Client, written: Any, folder: Path
) -> None:
    def stop() -> None:
        raise Stopped

    export = order(owner)
    written(stop)
    writing._attempt(writing.QUEUE.claim())  # type: ignore[arg-type]
    export.refresh_from_db()
    assert (export.state, export.attempts, export.rows_done) == ("waiting", 0, 0)
    assert list(folder.iterdir()) == []


def test_what_fails_is_tried_again_then_told_with_its_traceback_kept(
    company: dict[str, Call], owner: Client, written: Any, folder: Path
) -> None:
    def fail() -> None:
        raise ValueError("a row is bad")

    export = order(owner)
    written(fail)
    for attempt in (1, 2, 3):
        Export.objects.update(next_try_at=timezone.now())
        assert exports.write_due() == 1
        export.refresh_from_db()
        assert (export.state, export.attempts) == ("waiting" if attempt < 3 else "failed", attempt)
    assert "Something went wrong here." in told(owner)
    failure = RowFailure.objects.get()
    assert (failure.job, failure.count) == ("write_exports", 3)
    assert "a row is bad" in failure.traceback
    assert list(folder.iterdir()) == []


def test_a_worker_that_is_killed_each_time_is_told(company: dict[str, Call], owner: Client) -> None:
    export = order(owner)
    for _ in range(3):
        assert writing.QUEUE.claim() is not None
        Export.objects.update(next_try_at=timezone.now())
    assert exports.write_due() == 0
    export.refresh_from_db()
    assert (export.state, export.reason) == ("failed", "ended")


def test_without_room_nothing_is_written(company: dict[str, Call], owner: Client, settings: Any, folder: Path) -> None:
    settings.TELEPHONY_DISK_FLOOR = 10**18
    order(owner)
    exports.write_due()
    assert "The server&#x27;s disk is full." in told(owner)
    assert list(folder.iterdir()) == []


def test_they_are_swept_after_a_day_with_what_a_killed_worker_left(
    company: dict[str, Call], owner: Client, folder: Path
) -> None:
    old = order(owner)
    exports.write_due()
    Export.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(hours=25))
    young = order(owner, "text=102")
    exports.write_due()
    young.refresh_from_db()
    being_written = order(owner, "text=101")
    being_written = writing.QUEUE.claim()  # type: ignore[assignment]
    for name in ("left", being_written.lease):
        (folder / f"{name}.part").touch()
        (folder / f"{name}.sheet").touch()
    assert exports.sweep() == 1
    assert {path.name for path in folder.iterdir()} == {
        young.file,
        f"{being_written.lease}.part",
        f"{being_written.lease}.sheet",
    }
    assert not Export.objects.filter(pk=old.pk).exists()


def test_without_a_setting_they_lie_beside_the_work_folder(settings: Any, tmp_path: Path) -> None:
    settings.TELEPHONY_EXPORTS_DIR = None
    settings.STORAGES = {
        **settings.STORAGES,
        "recordings": {
            "BACKEND": "telephony.recordings.storage.WholeFileStorage",
            "OPTIONS": {"location": str(tmp_path)},
        },
    }
    assert exports.files.folder() == tmp_path / ".work-exports"
    assert (tmp_path / ".work-exports").stat().st_mode & 0o777 == 0o700
