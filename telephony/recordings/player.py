"""The player of a recording, as far as it is the same for every page: what it shows, and what this user may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from telephony.calls import access
from telephony.models import Call, Recording
from telephony.recordings import words
from telephony.ui.presentation import CallRow, length
from telephony.ui.presentation import call_rows as presented

BARS = 160
"""Of the picture; more can't be told apart in a player."""
SPEEDS = ("1", "1.25", "1.5", "1.75", "2")
COMING = (Recording.State.EXPECTED, Recording.State.WAITING, Recording.State.FETCHING)
ON_DEMAND = (Recording.State.LINKED, Recording.State.WAITING, Recording.State.LOST, Recording.State.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """What `telephony/player.html` shows."""

    recording: Recording
    may_listen: bool
    may_download: bool

    @property
    def speeds(self) -> tuple[str, ...]:
        return SPEEDS

    @property
    def is_stored(self) -> bool:
        return self.recording.state == Recording.State.STORED

    @property
    def is_coming(self) -> bool:
        """Whether it may be here any moment."""
        return self.recording.state in COMING

    @property
    def may_fetch(self) -> bool:
        return self.may_listen and self.recording.state in ON_DEMAND

    @property
    def url(self) -> str:
        return self._address("audio")

    @property
    def fetch_url(self) -> str:
        return self._address("fetch")

    @property
    def own_url(self) -> str:
        """Where this player can be had by itself."""
        return self._address("player")

    @property
    def has_other_original(self) -> bool:
        return bool(self.recording.playable)

    @property
    def original_format(self) -> str:
        """As its file is called: G722."""
        return (self.recording.file.name or "").rpartition(".")[2].upper()

    @property
    def seconds(self) -> str:
        """For scripts; empty if nobody knows."""
        return "" if self.recording.seconds is None else f"{self.recording.seconds:.3f}"

    @property
    def length(self) -> str:
        return length(self.recording.seconds)

    @property
    def state(self) -> tuple[str, str]:
        """The state in a word or two, and its colour."""
        return words.state_text(self.recording), words.tone(self.recording)

    @property
    def explanation(self) -> str:
        return words.explanation(self.recording)

    @property
    def advice(self) -> str:
        return words.advice(self.recording)

    @property
    def bars(self) -> int:
        """Width of the picture in its own units."""
        return min(len(self.recording.peaks), BARS)

    @property
    def wave(self) -> str:
        """The waveform as the path of an SVG of `bars` by 100."""
        peaks, bars = self.recording.peaks, self.bars
        highs = [max(peaks[at * len(peaks) // bars : (at + 1) * len(peaks) // bars]) for at in range(bars)]
        return "".join(f"M{at}.5 {50 - max(high, 2) / 2:g}v{max(high, 2):g}" for at, high in enumerate(highs))

    def _address(self, what: str) -> str:
        return reverse(f"telephony:recording-{what}", args=[self.recording.pk])


def player_of(user: Any, recording: Recording) -> Player:
    """One recording's player."""
    return players_of(user, [recording])[0]


def players_of(user: Any, recordings: Iterable[Recording]) -> list[Player]:
    """The players of several recordings, with one look at this user's rights."""
    found = list(recordings)
    wanted = Recording.objects.filter(pk__in=[recording.pk for recording in found])
    audible = set(access.audible_recordings(user, wanted).values_list("pk", flat=True)) if found else set()
    download = access.may_download(user)
    return [
        Player(recording=recording, may_listen=recording.pk in audible, may_download=download) for recording in found
    ]


def call_rows(user: Any, calls: QuerySet[Call]) -> list[CallRow]:
    """The rows of a short list of calls, with the players of their recordings."""
    found = list(calls.prefetch_related("recordings"))
    players: dict[int, list[Player]] = {}
    for player in players_of(user, [recording for call in found for recording in call.recordings.all()]):
        players.setdefault(player.recording.call_id, []).append(player)
    rows = zip(found, presented(found), strict=True)
    return [replace(row, players=tuple(players.get(call.pk, ()))) for call, row in rows]
