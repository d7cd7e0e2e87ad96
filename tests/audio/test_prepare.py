"""Length, waveform, and a copy that browsers play, of real files."""

from __future__ import annotations

import os
from pathlib import Path

import av
import pytest

from telephony.recordings.audio import PLAYABLE, Prepared, identify, prepare
from telephony.recordings.audio.peaks import MOST_PEAKS, Waveform
from tests.audio.samples import NAMES, encoded, sample
from tests.rounds import rounds

COPIED = {"g722", "wav-gsm", "wav-adpcm", "opus", "aac", "amr", "m4a-alac", "mp3-without-length"}
"""What at least one of the browsers can't play, or would seek in wrongly."""

PADDED = {"aac", "m4a", "mp3-without-length", "wav-adpcm"}
"""Their encoders add silence at both ends, which nothing in the file tells from sound."""


def prepared(folder: Path, data: bytes, *, claimed: str = "/a.g722") -> tuple[Prepared, Path]:
    source, playable = folder / "source", folder / "playable.mp3"
    source.write_bytes(data)
    kind = identify(source, claimed_name=claimed)
    assert kind is not None
    return prepare(source, kind, playable), playable


def decoded_seconds(path: Path) -> float:
    with av.open(str(path), format="mp3") as container:
        return float(sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0)))


@pytest.mark.parametrize(
    ("name", "seconds"),
    [*((name, 5) for name in NAMES), *((name, 61) for name in NAMES if name in COPIED or rounds(0, full=1))],
)
def test_every_format_has_its_length_and_plays(tmp_path: Path, name: str, seconds: int) -> None:
    done, playable = prepared(tmp_path, sample(name, seconds))
    assert done.seconds == pytest.approx(seconds, rel=0.01, abs=0.3 if name in PADDED else 0.06)
    assert done.playable_made == (name in COPIED) == playable.exists()
    assert 0 < len(done.peaks) <= MOST_PEAKS
    assert max(done.peaks) == 100
    assert min(done.peaks) >= 0
    if done.playable_made:
        assert done.content_type == PLAYABLE.content_type
        assert decoded_seconds(playable) == pytest.approx(seconds, rel=0.01, abs=0.3 if name in PADDED else 0.15)
        again = identify(playable)
        assert again is not None
        assert again.plays_in_browsers


def test_the_copy_has_a_constant_bit_rate_and_says_its_length(tmp_path: Path) -> None:
    _, playable = prepared(tmp_path, sample("g722", 61))
    with av.open(str(playable), format="mp3") as container:
        stream = container.streams.audio[0]
        assert (stream.sample_rate, stream.codec_context.layout.name, stream.bit_rate) == (16000, "mono", 32000)
        assert float(stream.duration * stream.time_base) == pytest.approx(61, rel=0.002)
        # The first packet is the header with the length, wider than the others.
        sizes = {packet.size for packet in container.demux(stream) if packet.size}
    assert len(sizes) == 1


def test_two_channels_stay_two(tmp_path: Path) -> None:
    done, playable = prepared(tmp_path, encoded("ogg", "libopus", 2, rate=48000, layout="stereo"))
    assert done.playable_made
    with av.open(str(playable), format="mp3") as container:
        assert container.streams.audio[0].codec_context.layout.name == "stereo"


def test_what_is_there_counts_and_not_what_the_header_promises(tmp_path: Path) -> None:
    whole = sample("wav", 10)
    done, _ = prepared(tmp_path, whole[: len(whole) // 2])
    assert done.seconds == pytest.approx(5, abs=0.05)


def test_the_waveform_follows_the_loudness(tmp_path: Path) -> None:
    done, _ = prepared(tmp_path, sample("flac", 10))
    half = len(done.peaks) // 2
    loud, quiet = done.peaks[5 : half - 5], done.peaks[half + 5 : -5]
    assert min(loud) > 90
    assert 40 < min(quiet) <= max(quiet) < 60


def test_silence_is_flat() -> None:
    waveform = Waveform()
    waveform.add(b"\x05\x00" * 20_000)
    assert set(waveform.peaks()) == {0}
    assert Waveform().peaks() == []


@pytest.mark.parametrize("pieces", [1, 799, 800, 801, 1599, 1600, 1601, 5000, 40_000])
def test_the_waveform_is_even_whatever_the_length(pieces: int) -> None:
    """One loud sample in the middle is drawn in the middle."""
    samples = bytearray(b"\x10\x00" * 160 * pieces)
    middle = len(samples) // 4 * 2
    samples[middle : middle + 2] = (-32768).to_bytes(2, "little", signed=True)
    waveform = Waveform()
    for start in range(0, len(samples), 9998):
        waveform.add(bytes(samples[start : start + 9998]))
    peaks = waveform.peaks()
    assert min(pieces, 400) <= len(peaks) <= MOST_PEAKS
    assert max(peaks) == 100
    assert peaks.index(100) == pytest.approx(len(peaks) / 2, abs=1 + len(peaks) / 100)


def test_an_earlier_copy_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "playable.mp3").write_bytes(b"of an earlier try")
    done, playable = prepared(tmp_path, sample("mp3"))
    assert not done.playable_made
    assert not playable.exists()


def test_the_workers_environment_holds_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the worker process is started with is seen by a worker that writes it down."""
    packages = tmp_path / "packages"
    folder = packages / "telephony" / "recordings" / "audio"
    folder.mkdir(parents=True)
    for package in (folder, folder.parent, folder.parent.parent):
        (package / "__init__.py").touch()
    (folder / "worker.py").write_text(
        "import json, os; print(json.dumps({'problem': 'no_sound', 'text': json.dumps(dict(os.environ))}))"
    )
    monkeypatch.setattr("telephony.recordings.audio.preparing.PACKAGES", packages)
    monkeypatch.setenv("SECRET_KEY", "canary")
    with pytest.raises(Exception, match="PYTHONPATH") as told:
        prepared(tmp_path, sample("mp3"))
    assert "canary" not in str(told.value)
    assert os.environ["SECRET_KEY"] == "canary"
