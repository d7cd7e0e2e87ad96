"""Listening to a recording, taking it away, asking for it to be fetched."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus

from django.core.files.storage import Storage
from django.db import Error as DatabaseError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from telephony.calls import access
from telephony.http.remote_address import remote_address
from telephony.models import Recording
from telephony.models.recording import recordings_storage
from telephony.privacy.tracebacks import readable_traceback
from telephony.recordings import audio, fetching
from telephony.recordings.listening import journal
from telephony.recordings.listening.streaming import drop, handed_to_nginx, release_connections, whole_or_part
from telephony.recordings.player import player_of
from telephony.ui.entrance import for_known_users, plain_answer

log = logging.getLogger(__name__)

PLAY_WORD = re.compile(r"[\w-]{16,32}", re.ASCII)
PLAYED_AT_ONCE = 1024 * 1024
"""Bytes that a player gets for one request. It reads far ahead, then leaves the rest in the line until it needs it:
and a paused recording would hold one of the few threads of a web server for as long as it is paused."""
NO_STORE = "private, no-store"
"""No cache on the way, nor the browser's own, may keep what only some may hear, and what is journaled."""
NOT_THERE = _("There is no such recording.")


@require_safe
@for_known_users
def recording_audio(request: HttpRequest, pk: int) -> HttpResponse:
    """The sound of a recording, or the part of it that Range asks for.

    `?play=` is the player's word for one play (listening/journal.py). `?download=1` gives what browsers play as a
    file to save, `?download=original` what the PBX made. Answers: 401 to those who are not logged in; 404 for what
    this user may not hear, what is not stored and what does not exist alike; 403 for a download without the right
    to it; 409 for a play that began too long ago; 503 if the journal can't be written; else 200, 206, 304, 412, 416.
    """
    recording = _audible(request).filter(pk=pk, state=Recording.State.STORED).first()
    if recording is None:
        return plain_answer(HTTPStatus.NOT_FOUND, NOT_THERE)
    download, play = request.GET.get("download", ""), request.GET.get("play", "")
    if download and not access.may_download(request.user):
        return plain_answer(HTTPStatus.FORBIDDEN, _("You may listen to recordings, but not download them."))
    if play and not PLAY_WORD.fullmatch(play):
        return plain_answer(HTTPStatus.BAD_REQUEST, _("The address is not complete. Reload the page."))
    sound = Sound(recording, original=download == "original")
    answer = _answer(request, sound, longest=PLAYED_AT_ONCE if play and not download else 0)
    if request.method == "GET" and answer.status_code in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
        refusal = _journal(request, recording, play=play, is_download=bool(download))
        if refusal is not None:
            drop(answer)
            return refusal
    if download:
        answer["Content-Disposition"] = content_disposition_header(True, sound.file_name) or "attachment"
    release_connections()
    return answer


@require_POST
@for_known_users
def fetch_recording(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a recording fetched now. A script gets the player as it is then, a form leads back to its page."""
    recording = _audible(request).filter(pk=pk).first()
    if recording is None:
        return plain_answer(HTTPStatus.NOT_FOUND, NOT_THERE)
    fetching.fetch_now(recording=recording)
    if request.headers.get("X-Requested-With") == "player":
        recording.refresh_from_db()
        return _fragment(request, recording)
    page = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(page if is_ours else "/")


@require_GET
@for_known_users
def recording_player(request: HttpRequest, pk: int) -> HttpResponse:
    """The player alone, for a page on which somebody waits for a recording to come."""
    recording = _audible(request).filter(pk=pk).first()
    return _fragment(request, recording) if recording else plain_answer(HTTPStatus.NOT_FOUND, NOT_THERE)


class Sound:
    """One of the two files of a recording: what browsers play, or the original."""

    def __init__(self, recording: Recording, *, original: bool) -> None:
        is_copy = bool(recording.playable) and not original
        file = recording.playable if is_copy else recording.file
        kind = audio.PLAYABLE.content_type if is_copy else recording.content_type
        self.recording = recording
        self.storage: Storage = recordings_storage()
        self.name = file.name or ""
        self.content_type = kind if kind.startswith("audio/") else "application/octet-stream"
        self.etag = f'"{recording.sha256}{"-copy" if is_copy else ""}"'

    @property
    def file_name(self) -> str:
        """When the call was, and whose: 2026-11-21 14-05 79235292926.mp3."""
        call = self.recording.call
        begun = f"{timezone.localtime(call.started_at):%Y-%m-%d %H-%M}"
        number = re.sub(r"\W", "", call.client_e164 or call.client_raw, flags=re.ASCII)
        return f"{begun} {number}".rstrip() + f".{self.name.rpartition('.')[2]}"


def _answer(request: HttpRequest, sound: Sound, *, longest: int) -> HttpResponse:
    """What is sent when the journal has been written."""
    answer = handed_to_nginx(sound.storage, sound.name, content_type=sound.content_type)
    if answer is None:
        answer = get_conditional_response(request, etag=sound.etag) or _own_answer(request, sound, longest=longest)
    answer["Cache-Control"] = NO_STORE
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _own_answer(request: HttpRequest, sound: Sound, *, longest: int) -> HttpResponse:
    try:
        answer: HttpResponse = whole_or_part(
            request, sound.storage, sound.name, content_type=sound.content_type, etag=sound.etag, longest=longest
        )
    except FileNotFoundError:
        log.error("Recording %s is not in the storage.", sound.recording.pk)
        return plain_answer(HTTPStatus.NOT_FOUND, _("The file is missing. Tell your administrator."))
    except Exception as error:
        # A store in the network has errors of its own for being out of reach.
        log.error("Recording %s can't be read from the storage:\n%s", sound.recording.pk, readable_traceback(error))
        return plain_answer(HTTPStatus.SERVICE_UNAVAILABLE, _("The file can't be read at the moment. Try again later."))
    answer["ETag"] = sound.etag
    answer["Accept-Ranges"] = "bytes"
    return answer


def _journal(request: HttpRequest, recording: Recording, *, play: str, is_download: bool) -> HttpResponse | None:
    """Write who listens. Where that fails, what to answer instead of the recording."""
    address = remote_address(request)
    try:
        if is_download:
            journal.note_download(recording=recording, user=request.user, remote_address=address)
        else:
            journal.note_playing(recording=recording, user=request.user, play=play, remote_address=address)
    except journal.PlayIsOver:
        return plain_answer(HTTPStatus.CONFLICT, _("This was begun too long ago. Press play again."))
    except DatabaseError as error:
        log.error("The listening journal can't be written: %s", type(error).__name__)
        text = _("The listening journal can't be written, so nothing is played. Tell your administrator.")
        return plain_answer(HTTPStatus.SERVICE_UNAVAILABLE, text)
    return None


def _audible(request: HttpRequest) -> QuerySet[Recording]:
    return access.audible_recordings(request.user).select_related("call")


def _fragment(request: HttpRequest, recording: Recording) -> HttpResponse:
    answer = render(request, "telephony/player.html", {"player": player_of(request.user, recording)})
    answer["Cache-Control"] = NO_STORE
    return answer
