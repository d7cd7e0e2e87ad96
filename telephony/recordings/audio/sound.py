"""Decodes a recording once: its length, its waveform and, where it takes one, the copy for browsers.

Runs in the process of worker.py only: what it reads comes from outside.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any

import av
import av.error

from telephony.recordings.audio.peaks import RATE, Waveform

BROWSER_CODECS = frozenset(
    {"mp3", "mp3float", "aac", "flac", "pcm_s16le", "pcm_u8", "pcm_s24le", "pcm_s32le", "pcm_f32le"}
    | {"pcm_alaw", "pcm_mulaw"}
)
FORMAT_OPTIONS = {"protocol_whitelist": "file"}
"""No file may make FFmpeg ask the network."""
SHORTEST_SECONDS, LONGEST_SECONDS = 0.1, 24 * 3600
MISJUDGED, MISJUDGED_SECONDS = 0.01, 0.3
"""Where the file's own idea of its length is further off, browsers show it wrong and seek to wrong places.

A share; but at least so many seconds, because encoders pad both ends.
"""
VOICE_RATE, WIDE_RATE = 16_000, 24_000
BIT_RATE_OF_A_CHANNEL = 32_000
LAME_QUALITY = "7"
"""Three times as fast as lame's own choice, and no difference to be heard in a telephone's voice."""
MOST_DAMAGE = 100
"""Damaged packets in a row at the beginning, after which the rest is not looked at."""

Take = Callable[[Any], None]


class SoundError(Exception):
    """`problem` is a value of preparing.Problem."""

    def __init__(self, problem: str, text: str) -> None:
        super().__init__(text)
        self.problem = problem


def prepare(source: str, *, demuxer: str, plays: bool, playable: str) -> dict[str, Any]:
    """The answer of the worker: `seconds`, `peaks`, `playable_made`. Raises SoundError, MemoryError, OSError."""
    waveform = Waveform()
    with _opened(source, demuxer) as (container, stream):
        declared = float(stream.duration * stream.time_base) if stream.duration else 0.0
        plays = plays and stream.codec_context.name in BROWSER_CODECS
        takers = [_drawing(waveform)]
        if plays:
            seconds = _decode(container, stream, takers)
        else:
            with _encoder(stream, playable) as encode:
                seconds = _decode(container, stream, [*takers, encode])
    if plays and abs(declared - seconds) > max(MISJUDGED * seconds, MISJUDGED_SECONDS):
        plays = False
        with _opened(source, demuxer) as (container, stream), _encoder(stream, playable) as encode:
            _decode(container, stream, [encode])
    return {"seconds": round(seconds, 3), "peaks": waveform.peaks(), "playable_made": not plays}


@contextlib.contextmanager
def _opened(source: str, demuxer: str) -> Iterator[tuple[Any, Any]]:
    try:
        container = av.open(source, format=demuxer, options=FORMAT_OPTIONS, metadata_errors="replace")
    except (av.error.FFmpegError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise SoundError("no_sound", f"It can't be read as {demuxer}: {reason}.") from None
    with container:
        if not container.streams.audio:
            raise SoundError("no_sound", "It holds no sound.")
        yield container, container.streams.audio[0]


def _decode(container: Any, stream: Any, takers: list[Take]) -> float:
    """Hand every decoded frame to the takers; returns the seconds. What is damaged is left out."""
    seconds = 0.0
    for frame in _frames(container, stream):
        seconds += frame.samples / frame.sample_rate
        if seconds > LONGEST_SECONDS:
            raise SoundError("too_long", "It is longer than a day.")
        for take in takers:
            take(frame)
    if seconds < SHORTEST_SECONDS:
        raise SoundError("no_sound", "It holds no sound, or less than a tenth of a second.")
    return seconds


def _frames(container: Any, stream: Any) -> Iterator[Any]:
    good = bad = 0
    packets = container.demux(stream)
    while bad < MOST_DAMAGE or good > 0:
        try:
            frames = next(packets).decode()
        except (StopIteration, av.error.EOFError):
            break
        except MemoryError:
            raise
        except av.error.FFmpegError:
            bad += 1
            continue
        good += len(frames)
        yield from (frame for frame in frames if frame.sample_rate > 0 and frame.samples > 0)
    if bad > good:
        raise SoundError("no_sound", "Most of it is damaged.")


def _drawing(waveform: Waveform) -> Take:
    resample = Resampler("s16", "mono", RATE)

    def take(frame: Any) -> None:
        for part in resample(frame):
            waveform.add(bytes(part.planes[0])[: part.samples * 2])

    return take


@contextlib.contextmanager
def _encoder(stream: Any, playable: str) -> Iterator[Take]:
    """Writes what it is handed to `playable`, as MP3 of a constant bit rate."""
    context = stream.codec_context
    channels = 2 if context.layout.nb_channels == 2 else 1
    layout = "stereo" if channels == 2 else "mono"
    rate = VOICE_RATE if context.sample_rate <= VOICE_RATE else WIDE_RATE
    resample = Resampler("s16p", layout, rate)
    os.close(os.open(playable, os.O_WRONLY | os.O_CREAT, 0o600))  # The library would ask the umask.
    with av.open(playable, "w", format="mp3") as container:
        out: Any = container.add_stream("libmp3lame", rate=rate, options={"compression_level": LAME_QUALITY})
        out.layout, out.format, out.bit_rate = layout, "s16p", BIT_RATE_OF_A_CHANNEL * channels
        written = 0

        def take(frame: Any) -> None:
            nonlocal written
            for part in resample(frame):
                part.pts = written
                written += part.samples
                container.mux(out.encode(part))

        yield take
        container.mux(out.encode(None))


class Resampler:
    """Turns frames into one format, also where a file changes its own in the middle."""

    def __init__(self, sample_format: str, layout: str, rate: int) -> None:
        self._to = {"format": sample_format, "layout": layout, "rate": rate}
        self._from: tuple[str, str, int] | None = None
        self._resampler: Any = None

    def __call__(self, frame: Any) -> list[Any]:
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind != self._from:
            self._from = kind
            self._resampler = av.AudioResampler(**self._to)
        frame.pts = None
        return list(self._resampler.resample(frame))
