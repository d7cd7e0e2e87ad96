"""The journal of who listened to what. Its row is committed before the first byte is sent.

A *play* is one press of the play button, to the end of the recording or until the page is left: the player
makes up a word for it and sends it with every request, and a browser makes several for one play. So one play
is one row; what comes without such a word is a play of its own each time.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from telephony.domain.exceptions import TelephonyError
from telephony.models import Listening, Recording

PLAY_LASTS = timedelta(hours=12)
"""After it the same word is refused: else one row would do for ever."""


class PlayIsOver(TelephonyError):
    """The play began too long ago: it has to be begun anew."""


def note_playing(*, recording: Recording, user: Any, play: str, remote_address: str) -> None:
    """Write that this user listens. `play`: the player's word for this play, or empty. Raises PlayIsOver."""
    values = _values(recording, user, Listening.Kind.PLAYED, remote_address)
    if not play:
        Listening.objects.create(**values)
        return
    row, made = Listening.objects.get_or_create(
        recording=values.pop("recording"), user=values.pop("user"), play=play, defaults=values
    )
    if not made and row.at < timezone.now() - PLAY_LASTS:
        raise PlayIsOver


def note_download(*, recording: Recording, user: Any, remote_address: str) -> None:
    """Write that this user takes the file away. Every request is a row."""
    Listening.objects.create(**_values(recording, user, Listening.Kind.DOWNLOADED, remote_address))


def _values(recording: Recording, user: Any, kind: Listening.Kind, remote_address: str) -> dict[str, Any]:
    return {
        "recording": recording,
        "call_id": recording.call_id,
        "user": user,
        "username": user.get_username(),
        "kind": kind,
        "remote_address": remote_address,
    }
