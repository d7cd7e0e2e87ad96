"""A recording on its way: where its file is to be had, and what of it arrives."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import BinaryIO

from telephony.domain.exceptions import NoRecording, NotReady, NotSetUp
from telephony.http import Limits, Request, RequestFailed, send
from telephony.models import Recording, RecordingUpload
from telephony.models.recording import recordings_storage
from telephony.recordings.fetching.judging import NotFetched, judge_failure, judge_status
from telephony.recordings.storage import has_room
from telephony.talks import hold
from telephony.vendors.listing import AskFailed, AskProblem

Reason, State = Recording.Reason, Recording.State
MEGABYTE = 1_000_000
LOOK_AT_DISK_EVERY = 8 * MEGABYTE
LONGEST_TRANSFER_SECONDS = 1800.0
LIMITS_OF_QUESTIONS = Limits(total_seconds=60)
"""For asking where the file is, before it is fetched."""


class Interrupted(Exception):
    """It can't go on now, through no fault of the recording: it is given back."""


Check = Callable[[], None]
"""Raises `Interrupted` when the work is to end."""


class Download:
    """Writes what arrives, and hashes it on the way."""

    def __init__(self, file: BinaryIO, check: Check) -> None:
        self._file, self.check = file, check
        self._digest = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def take(self, piece: bytes) -> None:
        self.check()
        if self.size // LOOK_AT_DISK_EVERY != (self.size + len(piece)) // LOOK_AT_DISK_EVERY:
            self._look_at_disk()
        self._file.write(piece)
        self._digest.update(piece)
        self.size += len(piece)

    def _look_at_disk(self) -> None:
        if not has_room():
            raise Interrupted


def download_file(recording: Recording, download: Download) -> None:
    """Let the download take the recording's file. Raises NotFetched, and what its check raises."""
    connection = recording.call.connection
    limits = Limits(
        total_seconds=LONGEST_TRANSFER_SECONDS,
        longest=connection.longest_recording * MEGABYTE,
        slowest=1000,
        slow_seconds=20,
    )
    if _take_upload(recording, download):
        return
    try:
        request = _place_of(recording, download.check)
        response = send(
            request, policy=connection.recordings_policy(), limits=limits, sink=download.take, check=download.check
        )
    except RequestFailed as error:
        raise judge_failure(error) from error
    judge_status(response)


def _take_upload(recording: Recording, download: Download) -> bool:
    """Whether its PBX has sent it by itself (recordings/uploads.py): then it is taken from there."""
    upload = RecordingUpload.objects.filter(recording=recording).exclude(file="").first()
    if upload is None:
        return False
    with recordings_storage().open(str(upload.file.name), "rb") as file:
        for piece in file.chunks():
            download.take(piece)
    return True


def _place_of(recording: Recording, check: Check) -> Request:
    """Ask the PBX where the file is, if that has to be asked. Raises NotFetched and `RequestFailed`."""
    connection = recording.call.connection
    talk = connection.vendor_object.recording(
        connection.talk_profile(), link=recording.link, reference=recording.reference
    )
    try:
        return hold(talk, connection=connection, limits=LIMITS_OF_QUESTIONS, check=check)
    except NotSetUp as error:
        raise NotFetched(Reason.NOT_SET_UP, detail=str(error), end=State.REFUSED) from error
    except NotReady as error:
        raise NotFetched(Reason.NOT_READY, detail=str(error)) from error
    except NoRecording as error:
        raise NotFetched(Reason.NO_RECORDING, detail=str(error), end=State.LOST) from error
    except AskFailed as error:
        reason = Reason.DENIED if error.code is AskProblem.REFUSED else Reason.ODD_ANSWER
        raise NotFetched(reason, detail=error.text) from error
