"""What a file is, told by its bytes alone."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest

from telephony.recordings.audio import AudioKind, identify
from tests.audio.samples import id3_tag, sample

EXPECTED = {
    "mp3": ("MP3", ".mp3", True),
    "mp3-tagged": ("MP3", ".mp3", True),
    "mp3-stereo": ("MP3", ".mp3", True),
    "mp3-without-length": ("MP3", ".mp3", True),
    "wav": ("WAV", ".wav", True),
    "wav-stereo": ("WAV", ".wav", True),
    "wav-alaw": ("WAV", ".wav", True),
    "wav-mulaw": ("WAV", ".wav", True),
    "wav-gsm": ("WAV (GSM)", ".wav", False),
    "wav-adpcm": ("WAV (compressed)", ".wav", False),
    "opus": ("Ogg", ".ogg", False),
    "m4a": ("M4A", ".m4a", True),
    "m4a-alac": ("M4A", ".m4a", True),
    "aac": ("AAC", ".aac", False),
    "flac": ("FLAC", ".flac", True),
    "amr": ("AMR", ".amr", False),
}
HTML = "<!DOCTYPE html><html><head><title>Вход</title></head><body>Войдите</body></html>"
NO_SOUND = {
    "nothing": b"",
    "html": HTML.encode(),
    "html in windows-1251": HTML.encode("cp1251"),
    "html after a mark": b"\xef\xbb\xbf" + HTML.encode(),
    "long html": b"<html>" + b" <p>login</p>\r\n" * 20_000,
    "json": b'{"error": "not ready"}',
    "a sentence": "Файл не найден".encode(),
    "a sentence in windows-1251": "Запись ещё не готова, попробуйте позже".encode("cp1251"),
    "a sentence in utf-16": "Not found".encode("utf-16"),
    "xml": b'<?xml version="1.0"?><error/>',
    "gzip": gzip.compress(HTML.encode()),
    "zip": b"PK\x03\x04" + bytes(100),
    "png": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "jpeg": b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20,
    "pdf": b"%PDF-1.7\n" + bytes(range(256)),
    "a program": b"\x7fELF" + bytes(1000),
    "a film": b"\x1aE\xdf\xa3" + bytes(1000),
    "tar": bytes(257) + b"ustar" + bytes(300),
    "riff that is no wave": b"RIFF\x10\x00\x00\x00AVI LIST" + bytes(100),
    "a tag and nothing else": id3_tag(500),
    "a tag that promises more": id3_tag(500)[:100],
    "one header": b"\xff\xfb\x90\x00",
}


def put(folder: Path, data: bytes) -> Path:
    path = folder / "file.html"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("claimed", ["", "/a.g722", "/login.php"])
def test_sound_is_told_by_its_bytes(tmp_path: Path, name: str, claimed: str) -> None:
    kind = identify(put(tmp_path, sample(name)), claimed_name=claimed)
    assert kind is not None
    assert (kind.name, kind.extension, kind.plays_in_browsers) == EXPECTED[name]
    assert kind.content_type.startswith("audio/")


@pytest.mark.parametrize("what", NO_SOUND)
@pytest.mark.parametrize("claimed", ["", "/records/1.g722", "/records/1.mp3"])
def test_what_is_no_sound_is_refused_whatever_it_is_called(tmp_path: Path, what: str, claimed: str) -> None:
    assert identify(put(tmp_path, NO_SOUND[what]), claimed_name=claimed) is None


def test_g722_has_no_header_so_its_name_counts(tmp_path: Path) -> None:
    path = put(tmp_path, sample("g722"))
    assert identify(path) is None
    kind = identify(path, claimed_name="/records/2026/ABC.G722")
    assert isinstance(kind, AudioKind)
    assert (kind.name, kind.extension, kind.plays_in_browsers) == ("G.722", ".g722", False)


@pytest.mark.parametrize("data", [b"\xfa\xda" * 4000, b"\xff" * 5000, random.Random(1).randbytes(5000)])
def test_coded_silence_and_noise_are_taken_for_g722(tmp_path: Path, data: bytes) -> None:
    assert identify(put(tmp_path, data), claimed_name="1.g722") is not None


@pytest.mark.parametrize("garbage", [b"\x00" * 1000, b"\xff" * 417])
def test_mp3_after_a_little_garbage(tmp_path: Path, garbage: bytes) -> None:
    kind = identify(put(tmp_path, garbage + sample("mp3")))
    assert kind is not None
    assert kind.name == "MP3"


def test_three_whole_frames_are_needed(tmp_path: Path) -> None:
    frame = b"\xff\xfb\x90\x00" + bytes(413)
    assert identify(put(tmp_path, frame * 2 + frame[:-1])) is None
    kind = identify(put(tmp_path, frame * 3))
    assert kind is not None
    assert kind.name == "MP3"
    other_rate = b"\xff\xfb\x94\x00" + bytes(380)
    assert identify(put(tmp_path, frame * 2 + other_rate * 2)) is None


def test_flac_behind_a_tag(tmp_path: Path) -> None:
    kind = identify(put(tmp_path, id3_tag(70_000) + sample("flac")))
    assert kind is not None
    assert kind.name == "FLAC"


def test_random_bytes_are_hardly_ever_taken_for_sound(tmp_path: Path) -> None:
    source = random.Random(7)
    taken = [identify(put(tmp_path, source.randbytes(20_000))) for _ in range(300)]
    assert not any(taken)
