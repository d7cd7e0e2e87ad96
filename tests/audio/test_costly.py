"""Small files that claim to be much, and who waits while codecs work."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from telephony.recordings.audio import identify, kinds, prepare, preparing
from tests.audio.samples import sample
from tests.audio.test_hostile import prepare_it, workers_of


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "source"


def test_a_file_of_nothing_but_tags_is_told_at_once(source: Path) -> None:
    source.write_bytes(b"ID3\x04\x00\x00\x00\x00\x00\x00" * 3_000_000)
    begun = time.process_time()
    assert identify(source) is None
    assert time.process_time() - begun < 1


def test_a_header_that_claims_hours_makes_no_hours(source: Path) -> None:
    wave = bytearray(sample("wav"))
    wave[4:8] = wave[40:44] = b"\xff\xff\xff\x7f"
    source.write_bytes(wave)
    assert prepare_it(source).seconds < 10


@pytest.mark.skipif(sys.platform != "linux", reason="Looks into /proc.")
def test_the_codecs_give_way_to_everybody_else(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "ALIVE_EVERY_SECONDS", 0.05)
    source.write_bytes(sample("g722", 61) * 20)
    found: list[int] = []

    def alive() -> None:
        found.extend(os.getpriority(os.PRIO_PROCESS, pid) for pid in workers_of(source))
        if found and found[-1] == 10:
            raise LookupError

    with pytest.raises(LookupError):
        prepare(source, kinds.G722, source.with_name("playable.mp3"), alive=alive)
