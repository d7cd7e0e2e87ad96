"""Recordings for the simulated PBXs: two tones that take turns, in the PBX's own audio format."""

from __future__ import annotations

import hashlib
import io
import math
import wave
from array import array
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from telephony.vendors.simulated import AudioFormat

LOUDNESS = 8000
TURN_SECONDS = 2
FRAME_SAMPLES = 576
LONGEST_SECONDS = 4 * 3600
RATES = {AudioFormat.MP3: 8000, AudioFormat.WAV: 8000, AudioFormat.G722: 16000}
"""Samples a second."""


@lru_cache(maxsize=32)
def recording(recording_id: str, seconds: int, audio_format: AudioFormat) -> bytes:
    """A whole file of this length, mono; the same id, length and format give the same bytes."""
    rate = RATES[audio_format]
    samples = _samples(recording_id, min(seconds, LONGEST_SECONDS), rate)
    if audio_format is AudioFormat.WAV:
        return _wav(samples, rate)
    return _mp3(samples, rate) if audio_format is AudioFormat.MP3 else _g722(samples, rate)


def _samples(recording_id: str, seconds: int, rate: int) -> bytes:
    """16-bit samples; the pitches of the two voices depend on the id."""
    digest = hashlib.sha256(recording_id.encode()).digest()
    voices = [_second_of_tone(low + digest[index] // 2, rate) for index, low in enumerate((200, 400))]
    return b"".join(voices[(second // TURN_SECONDS) % 2] for second in range(seconds))


def _second_of_tone(frequency: int, rate: int) -> bytes:
    """A whole number of periods, so that seconds join without a click."""
    step = 2 * math.pi * frequency / rate
    return array("h", (round(LOUDNESS * math.sin(step * index)) for index in range(rate))).tobytes()


def _wav(samples: bytes, rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(samples)
    return file.getvalue()


def _mp3(samples: bytes, rate: int) -> bytes:
    import av  # Only who asks for a recording needs the codecs.

    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=rate)
        stream.layout = "mono"
        stream.format = "s16p"
        stream.bit_rate = 16_000
        for frame in [*_frames(samples, rate), None]:
            container.mux(stream.encode(frame))
    return file.getvalue()


def _g722(samples: bytes, rate: int) -> bytes:
    """Without any header, as XVB-PBX has it."""
    import av

    codec = av.CodecContext.create("g722", "w")
    codec.sample_rate = rate
    codec.layout = "mono"
    codec.format = "s16"
    return b"".join(bytes(packet) for frame in [*_frames(samples, rate), None] for packet in codec.encode(frame))


def _frames(samples: bytes, rate: int) -> Iterator[Any]:
    import av

    size = FRAME_SAMPLES * 2
    for start in range(0, len(samples), size):
        chunk = samples[start : start + size]
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(chunk) // 2)
        frame.planes[0].update(chunk)
        frame.sample_rate = rate
        frame.pts = start // 2
        yield frame
