"""Sound in every format that recordings come in."""

from __future__ import annotations

import io
import struct
from array import array
from functools import lru_cache
from math import pi, sin
from typing import Any

import av

from telephony.simulator.audio import recording
from telephony.vendors.simulated import AudioFormat

RATE = 8000


@lru_cache(maxsize=64)
def sample(name: str, seconds: int = 5) -> bytes:
    """A file of this format; `name` is one of NAMES."""
    if name in ("mp3", "wav", "g722"):
        return recording("sample", seconds, AudioFormat(name))
    if name == "wav-gsm":
        return gsm_wav(seconds)
    if name == "mp3-without-length":
        return two_rates(seconds)
    if name == "mp3-tagged":
        return id3_tag(100_000) + sample("mp3", seconds)
    container, codec, options = ENCODED[name]
    return encoded(container, codec, seconds, **options)


ENCODED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "wav-alaw": ("wav", "pcm_alaw", {}),
    "wav-mulaw": ("wav", "pcm_mulaw", {}),
    "wav-adpcm": ("wav", "adpcm_ima_wav", {}),
    "wav-stereo": ("wav", "pcm_s16le", {"layout": "stereo"}),
    "opus": ("ogg", "libopus", {"rate": 16000}),
    "m4a": ("ipod", "aac", {}),
    "m4a-alac": ("ipod", "alac", {}),
    "aac": ("adts", "aac", {}),
    "flac": ("flac", "flac", {}),
    "amr": ("amr", "libopencore_amrnb", {}),
    "mp3-stereo": ("mp3", "libmp3lame", {"layout": "stereo", "rate": 44100}),
}
NAMES = ["mp3", "wav", "g722", "wav-gsm", "mp3-tagged", "mp3-without-length", *ENCODED]


def encoded(
    container_format: str,
    codec: str,
    seconds: int,
    *,
    rate: int = RATE,
    layout: str = "mono",
    container_options: dict[str, str] | None = None,
    bit_rate: int = 0,
) -> bytes:
    """A tone, loud in its first half and half as loud in its second."""
    file = io.BytesIO()
    with av.open(file, "w", format=container_format, options=container_options or {}) as container:
        stream: Any = container.add_stream(codec, rate=rate)
        stream.layout = layout
        if bit_rate:
            stream.bit_rate = bit_rate
        for frame in [*tone(seconds, rate, layout), None]:
            container.mux(stream.encode(frame))
    return file.getvalue()


def tone(seconds: int, rate: int, layout: str = "mono") -> list[Any]:
    channels = 2 if layout == "stereo" else 1
    frames = []
    for start in range(0, seconds * rate, 1000):
        loudness = 16000 if start < seconds * rate / 2 else 8000
        count = min(1000, seconds * rate - start)
        values = [round(loudness * sin(2 * pi * 440 * at / rate)) for at in range(start, start + count)]
        frame = av.AudioFrame(format="s16", layout=layout, samples=count)
        frame.planes[0].update(array("h", [value for value in values for _ in range(channels)]).tobytes())
        frame.sample_rate, frame.pts = rate, start
        frames.append(frame)
    return frames


def two_rates(seconds: int) -> bytes:
    """MP3 of a variable bit rate without the header that tells its length: every player has to guess."""
    options = {"container_options": {"write_xing": "0", "id3v2_version": "0"}, "rate": 16000}
    parts = (
        encoded("mp3", "libmp3lame", seconds // 2, bit_rate=16_000, **options),
        encoded("mp3", "libmp3lame", seconds - seconds // 2, bit_rate=128_000, **options),
    )
    return b"".join(parts)


def gsm_wav(seconds: int) -> bytes:
    """WAV as Asterisk records it (“wav49”): blocks of 65 bytes hold 320 samples."""
    data = bytes(range(65)) * (seconds * RATE // 320)
    form = struct.pack("<HHIIHHHH", 0x31, 1, RATE, 1625, 65, 0, 2, 320)
    fact = struct.pack("<I", seconds * RATE)
    chunks = b"".join(name + struct.pack("<I", len(body)) + body for name, body in ((b"fmt ", form), (b"fact", fact)))
    body = b"WAVE" + chunks + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def id3_tag(size: int) -> bytes:
    """An ID3v2 tag with a picture of so many bytes, which hold what looks like sound."""
    sizes = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\x00\x00" + sizes + (b"\xff\xfb\x90\x00" * size)[:size]
