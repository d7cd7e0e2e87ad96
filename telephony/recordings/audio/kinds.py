"""The formats that recordings come in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioKind:
    """What a file is, judged by its bytes."""

    name: str
    """For people: MP3, WAV (GSM), ..."""
    content_type: str
    extension: str
    """With its dot."""
    demuxer: str
    """FFmpeg's name of the one demuxer that may read it."""
    plays_in_browsers: bool
    """In Chromium, Firefox and Safari alike, and seeks there."""


MP3 = AudioKind(name="MP3", content_type="audio/mpeg", extension=".mp3", demuxer="mp3", plays_in_browsers=True)
WAV = AudioKind(name="WAV", content_type="audio/wav", extension=".wav", demuxer="wav", plays_in_browsers=True)
WAV_GSM = AudioKind(
    name="WAV (GSM)", content_type="audio/wav", extension=".wav", demuxer="wav", plays_in_browsers=False
)
WAV_OTHER = AudioKind(
    name="WAV (compressed)", content_type="audio/wav", extension=".wav", demuxer="wav", plays_in_browsers=False
)
# Safari plays neither Opus nor Vorbis in Ogg before 18.4.
OGG = AudioKind(name="Ogg", content_type="audio/ogg", extension=".ogg", demuxer="ogg", plays_in_browsers=False)
M4A = AudioKind(name="M4A", content_type="audio/mp4", extension=".m4a", demuxer="mov", plays_in_browsers=True)
# Without an index browsers only guess its length and where to seek.
AAC = AudioKind(name="AAC", content_type="audio/aac", extension=".aac", demuxer="aac", plays_in_browsers=False)
FLAC = AudioKind(name="FLAC", content_type="audio/flac", extension=".flac", demuxer="flac", plays_in_browsers=True)
AMR = AudioKind(name="AMR", content_type="audio/amr", extension=".amr", demuxer="amr", plays_in_browsers=False)
G722 = AudioKind(name="G.722", content_type="audio/G722", extension=".g722", demuxer="g722", plays_in_browsers=False)

PLAYABLE = MP3
"""What is made for browsers of all that they can't play: at a constant bit rate, where they seek exactly."""
