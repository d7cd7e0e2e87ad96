"""The worker's own process, step by step: what it is limited to, and what it answers."""

from __future__ import annotations

import errno
import json
import os
import resource
from pathlib import Path
from typing import Any

import pytest

from telephony import sandbox
from telephony.recordings.audio import identify, sound, worker
from tests.audio.samples import NAMES, sample
from tests.audio.test_prepare import COPIED


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> dict[int, tuple[int, int]]:
    """What it would be limited to: this process itself stays as it is."""
    found: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "setrlimit", found.__setitem__)
    monkeypatch.setattr(os, "nice", lambda steps: 0)
    return found


@pytest.fixture
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limits: object) -> dict[str, Any]:
    monkeypatch.setattr(worker, "die_with", lambda parent: None)
    source = tmp_path / "source"
    source.write_bytes(sample("g722"))
    playable = str(tmp_path / "playable.mp3")
    return {
        "source": str(source),
        "demuxer": "g722",
        "plays": False,
        "playable": playable,
        "cpu_seconds": 7,
        "parent": 1,
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_format_in_this_process(tmp_path: Path, name: str) -> None:
    source = tmp_path / "source"
    source.write_bytes(sample(name))
    kind = identify(source, claimed_name=".g722")
    assert kind is not None
    playable = tmp_path / "playable.mp3"
    answer = sound.prepare(str(source), demuxer=kind.demuxer, plays=kind.plays_in_browsers, playable=str(playable))
    assert answer["playable_made"] == (name in COPIED) == playable.exists()


def test_it_limits_itself_before_it_opens_anything(task: dict[str, Any], limits: dict[int, tuple[int, int]]) -> None:
    answer = worker.main(json.dumps(task))
    assert answer["playable_made"]
    assert limits == {
        resource.RLIMIT_AS: (worker.MEMORY, worker.MEMORY),
        resource.RLIMIT_CPU: (7, 7),
        resource.RLIMIT_FSIZE: (worker.LARGEST_FILE, worker.LARGEST_FILE),
        resource.RLIMIT_NOFILE: (sandbox.OPEN_FILES, sandbox.OPEN_FILES),
        resource.RLIMIT_CORE: (0, 0),
    }


def test_what_is_wrong_is_an_answer(task: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert worker.main(json.dumps({**task, "demuxer": "flac"}))["problem"] == "no_sound"
    for error, said in (
        (MemoryError(), "memory"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
    ):
        monkeypatch.setattr(sound, "prepare", lambda *_, error=error, **__: (_ for _ in ()).throw(error))
        answer = worker.main(json.dumps(task))
        assert (answer["problem"], said in answer["text"]) == ("too_much_work", True)


def test_damaged_files_in_this_process(tmp_path: Path) -> None:
    source, playable = tmp_path / "source", str(tmp_path / "playable.mp3")

    def prepared(data: bytes, demuxer: str, *, plays: bool) -> dict[str, Any]:
        source.write_bytes(data)
        return sound.prepare(str(source), demuxer=demuxer, plays=plays, playable=playable)

    mp3 = sample("mp3", 61)
    damaged = mp3[:20_000] + bytes(3000) + mp3[23_000:]
    assert 55 < prepared(damaged, "mp3", plays=True)["seconds"] < 62
    with pytest.raises(sound.SoundError, match="can't be read as wav"):
        prepared(b"no sound" * 100, "wav", plays=True)
    with pytest.raises(sound.SoundError, match="less than a tenth"):
        prepared(sample("wav")[: 44 + 160], "wav", plays=True)
    noise = bytearray(sample("amr", 5))
    noise[6:] = b"\xff" * (len(noise) - 6)
    with pytest.raises(sound.SoundError):
        prepared(bytes(noise), "amr", plays=False)


def test_a_film_without_sound_holds_none(tmp_path: Path) -> None:
    import av

    path = tmp_path / "film"
    with av.open(str(path), "w", format="mp4") as container:
        stream: Any = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 16
        stream.pix_fmt = "yuv420p"
        for frame in [av.VideoFrame(16, 16, "yuv420p"), None]:
            container.mux(stream.encode(frame))
    with pytest.raises(sound.SoundError, match="holds no sound"):
        sound.prepare(str(path), demuxer="mov", plays=True, playable=str(tmp_path / "x"))


def test_it_ends_when_nobody_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, ...]] = []

    class Library:
        def __init__(self, name: None) -> None:
            self.prctl = lambda *arguments: told.append(arguments)

    monkeypatch.setattr(sandbox.ctypes, "CDLL", Library)
    monkeypatch.setattr(sandbox.sys, "platform", "linux")
    sandbox.die_with(os.getppid())
    assert [arguments[:2] for arguments in told] == [(1, 9)]
    with pytest.raises(SystemExit):
        sandbox.die_with(os.getppid() + 1)


def test_a_limit_that_the_system_does_not_know_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[int] = []

    def refuse(kind: int, most: tuple[int, int]) -> None:
        if kind == resource.RLIMIT_AS:
            raise ValueError("current limit exceeds maximum limit")
        found.append(kind)

    monkeypatch.setattr(resource, "setrlimit", refuse)
    monkeypatch.setattr(os, "nice", lambda steps: 0)
    sandbox.limit(memory=1, cpu_seconds=1, largest_file=1)
    assert resource.RLIMIT_CPU in found
