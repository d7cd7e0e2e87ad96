"""Recordings are real audio of the right length, in the PBX's own format."""

from __future__ import annotations

import io
import wave

import av
import pytest

from telephony.simulator.audio import RATES, recording
from telephony.vendors.simulated import AudioFormat


def decoded_seconds(data: bytes, audio_format: AudioFormat) -> float:
    with av.open(io.BytesIO(data), format=str(audio_format)) as container:
        return float(sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0)))


@pytest.mark.parametrize("audio_format", list(AudioFormat))
@pytest.mark.parametrize("seconds", [5, 61])
def test_length_is_right_to_one_percent(audio_format: AudioFormat, seconds: int) -> None:
    data = recording("abc", seconds, audio_format)
    assert decoded_seconds(data, audio_format) == pytest.approx(seconds, rel=0.01)


def test_g722_is_64_kbit_a_second_without_a_header() -> None:
    data = recording("abc", 4, AudioFormat.G722)
    assert len(data) == 4 * 8000
    assert not data.startswith((b"RIFF", b"ID3"))


def test_wav_is_a_wav_file() -> None:
    with wave.open(io.BytesIO(recording("abc", 3, AudioFormat.WAV))) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (1, 8000, 24_000)


def test_the_same_id_sounds_the_same_and_another_differs() -> None:
    first = recording("abc", 2, AudioFormat.MP3)
    recording.cache_clear()
    assert recording("abc", 2, AudioFormat.MP3) == first
    assert recording("abd", 2, AudioFormat.MP3) != first


def test_it_is_no_silence() -> None:
    data = recording("abc", 1, AudioFormat.WAV)
    with wave.open(io.BytesIO(data)) as file:
        samples = memoryview(file.readframes(RATES[AudioFormat.WAV])).cast("h")
    assert max(samples) > 5000
