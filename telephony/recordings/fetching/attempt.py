"""One try at one recording: asked for, judged, made ready, stored. Whatever happens is written into its row."""

from __future__ import annotations

import logging
import os
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import BoundedSemaphore

from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from telephony.domain.events import UNANSWERED
from telephony.models import Connection, Recording, RecordingUpload
from telephony.outgoing import notices
from telephony.privacy.tracebacks import readable_traceback
from telephony.recordings.audio import AudioError, AudioKind, Prepared, Problem, prepare
from telephony.recordings.fetching import claiming, files, schedule
from telephony.recordings.fetching.downloading import Check, Download, Interrupted, download_file
from telephony.recordings.fetching.judging import NotFetched, judge_content
from telephony.recordings.storage import open_private, work_dir
from telephony.signals import recording_stored

log = logging.getLogger(__name__)

Reason, State = Recording.Reason, Recording.State

LONGEST_DETAIL = 500
CODECS_AT_ONCE = BoundedSemaphore(os.cpu_count() or 1)
"""Files are fetched while others are decoded, but decoding takes a whole processor each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A whole recording in the work folder."""

    path: Path
    sha256: str
    size: int
    kind: AudioKind
    prepared: Prepared | None
    """None: it could not be made ready for browsers."""


def fetch(recording: Recording, *, check: Check) -> None:
    """Try to fetch a recording that was claimed. Never raises for what went wrong: the row tells."""
    folder = work_dir() / recording.lease
    try:
        folder.mkdir(mode=0o700)
        check()
        _store(recording, _fetch_file(recording, folder, check), folder)
    except Interrupted:
        claiming.give_back(recording)
    except NotFetched as trouble:
        if trouble.is_ours and trouble.__cause__:
            _log(recording, trouble)
        _note(recording, trouble)
    except OSError as error:
        _log(recording, error)
        # Its text would name the path.
        _note(recording, NotFetched(Reason.STORAGE, detail=f"{type(error).__name__}: {error.strerror}", is_ours=True))
    except Exception as error:
        _log(recording, error)
        _note(recording, NotFetched(Reason.INTERNAL, detail=f"{type(error).__name__}: {error}", is_ours=True))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _log(recording: Recording, error: Exception) -> None:
    """A fault on this side: the row has its name alone."""
    hide = recording.call.connection.without_secrets
    log.warning("Recording %s could not be fetched:\n%s", recording.pk, readable_traceback(error, hide))


def _fetch_file(recording: Recording, folder: Path, check: Check) -> Fetched:
    """Fetch the file into the folder and look into it. Raises NotFetched if it is no recording."""
    path = folder / "original"
    with open_private(path) as file:
        download = Download(file, check)
        download_file(recording, download)
    kind = judge_content(path, link=recording.link)
    return Fetched(
        path=path,
        sha256=download.sha256,
        size=download.size,
        kind=kind,
        prepared=_prepare(recording, path, kind, folder / "playable", check),
    )


def _prepare(recording: Recording, path: Path, kind: AudioKind, playable: Path, check: Check) -> Prepared | None:
    try:
        with CODECS_AT_ONCE:
            return prepare(path, kind, playable, alive=check)
    except AudioError as error:
        if error.problem is Problem.NO_SOUND:
            raise NotFetched(Reason.NO_SOUND, detail=str(error)) from error
        log.warning("Recording %s is not ready for browsers: %s", recording.pk, error.problem)
        return None


def _store(recording: Recording, fetched: Fetched, folder: Path) -> None:
    """Put the files into the storage under names that the row has already, then say that they are there.

    So whatever is in the storage is named by a row, also when the worker is killed in between.
    """
    earlier = {recording.file.name or "", recording.playable.name or ""}
    name = files.file_name(recording, sha256=fetched.sha256, kind=fetched.kind)
    playable = files.playable_name(name) if fetched.prepared and fetched.prepared.playable_made else ""
    if not claiming.QUEUE.write(recording, file=name, playable=playable):
        return
    database.close_if_unusable_or_obsolete()  # Storing may take long; others need the connection.
    _put(fetched.path, name)
    if playable:
        _put(folder / "playable", playable)
    with transaction.atomic():
        is_ours = claiming.QUEUE.release(recording, at=None, **_stored_values(fetched))
        if is_ours:
            notices.tell_of_recording(recording=recording)
            transaction.on_commit(lambda: _announce(recording))
            files.discard(*(earlier - {name, playable}), *_upload_of(recording))
    if not is_ours:
        _take_back(recording.pk, name, playable)


def _upload_of(recording: Recording) -> list[str]:
    """The file that its PBX sent, if it did: it is stored now, and what was sent can go."""
    sent = RecordingUpload.objects.filter(recording=recording)
    names = [name for name in sent.values_list("file", flat=True) if name]
    sent.delete()
    return names


def _put(path: Path, name: str) -> None:
    try:
        files.put(path, name)
    except OSError:
        raise
    except Exception as error:  # A storage far away fails in its own ways.
        raise NotFetched(Reason.STORAGE, detail=f"{type(error).__name__}: {error}", is_ours=True) from error


def _stored_values(fetched: Fetched) -> dict[str, object]:
    prepared = fetched.prepared
    return {
        "state": State.STORED,
        "reason": "" if prepared else Reason.NOT_PREPARED,
        "detail": "",
        "sha256": fetched.sha256,
        "size": fetched.size,
        "content_type": fetched.kind.content_type,
        "seconds": prepared.seconds if prepared else None,
        "peaks": prepared.peaks if prepared else [],
        "stored_at": timezone.now(),
    }


def _take_back(pk: int, *names: str) -> None:
    """Somebody else took over, or the recording is no more: leave no file that no row names."""
    row = Recording.objects.filter(pk=pk).values_list("file", "playable").first()
    files.discard(*(set(names) - set(row or ())))


def _note(recording: Recording, trouble: NotFetched) -> None:
    """Write down why it did not come, and when it is tried again, if it is."""
    connection: Connection = recording.call.connection
    detail = connection.without_secrets(trouble.detail)[:LONGEST_DETAIL]
    pause: timedelta | None
    if trouble.is_ours:
        log.warning("Recording %s: try %s failed: %s", recording.pk, recording.attempts, detail)
        pause = schedule.OWN_PAUSES.after(recording.attempts)
    else:
        hopeful = trouble.is_of_the_way or recording.call.status not in UNANSWERED
        pause = schedule.pause_after(tries=recording.attempts, hopeful=hopeful, asked_for=trouble.wait)
    end = trouble.end or (State.WAITING if pause else State.LOST)
    at = timezone.now() + pause if pause and end == State.WAITING else None
    claiming.QUEUE.release(recording, at=at, state=end, reason=trouble.reason, detail=detail)


def _announce(recording: Recording) -> None:
    recording_stored.send_robust(sender=Recording, recording=recording)
