"""Broken and hostile files: an error that says so, no hang, nothing left behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import av
import pytest

from telephony.recordings.audio import AudioError, AudioKind, Problem, identify, kinds, prepare, preparing, sound
from tests.audio.samples import NAMES, sample
from tests.rounds import rounds
from tests.servers import ROOT


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "source"


def prepare_it(source: Path, kind: AudioKind | None = None) -> preparing.Prepared:
    found = kind or identify(source, claimed_name=".g722")
    assert found is not None
    return prepare(source, found, source.with_name("playable.mp3"))


def nothing_but(source: Path) -> bool:
    return list(source.parent.iterdir()) == [source]


def test_what_holds_no_sound_says_so(source: Path) -> None:
    for data, kind in (
        (b"\x00" * 100, kinds.MP3),
        (b"<html>login</html>" * 100, kinds.MP3),
        (sample("wav")[:44], kinds.WAV),
        (sample("flac")[:40], kinds.FLAC),
        (sample("opus")[:100], kinds.OGG),
        (sample("m4a")[:2000], kinds.M4A),
        (b"#!AMR\n", kinds.AMR),
        (b"\x01" * 20, kinds.G722),
        (b"", kinds.MP3),
    ):
        source.write_bytes(data)
        with pytest.raises(AudioError) as told:
            prepare_it(source, kind)
        assert told.value.problem is Problem.NO_SOUND, (kind.name, str(told.value))
        assert told.value.permanent
        assert str(told.value)
        assert nothing_but(source)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_cut_anywhere_is_shorter_or_refused(source: Path, name: str) -> None:
    whole = sample(name)
    for share in (0.1, 0.5, 0.9):
        source.write_bytes(whole[: int(len(whole) * share)])
        if identify(source, claimed_name=".g722") is None:
            continue
        try:
            done = prepare_it(source)
        except AudioError as error:
            assert error.problem is Problem.NO_SOUND  # noqa: PT017
            assert nothing_but(source)
        else:
            assert 0.1 <= done.seconds <= 5.1


@pytest.mark.parametrize("name", ["mp3", "wav", "g722", "opus", "m4a", "aac", "flac", "amr", "wav-gsm"])
def test_damaged_files_come_to_an_end(source: Path, name: str) -> None:
    """Bytes changed at random: whatever is left of the sound is taken, or it is refused; never anything else."""
    luck = random.Random(name)
    for _ in range(rounds(3, full=8)):
        data = bytearray(sample(name))
        for _ in range(luck.choice((1, 20, 500))):
            data[luck.randrange(len(data))] = luck.randrange(256)
        source.write_bytes(data)
        kind = identify(source, claimed_name=".g722")
        if kind is None:
            continue
        try:
            prepare_it(source, kind)
        except AudioError as error:
            assert error.problem in (Problem.NO_SOUND, Problem.TOO_MUCH_WORK, Problem.CRASHED)  # noqa: PT017
            assert nothing_but(source)


@pytest.fixture
def endless_silence(source: Path) -> Path:
    """Hours of silence in a small file: FLAC writes a second of it in some bytes."""
    with av.open(str(source), "w", format="flac") as container:
        stream: Any = container.add_stream("flac", rate=8000)
        stream.layout = "mono"
        silence = av.AudioFrame(format="s16", layout="mono", samples=4608)
        silence.planes[0].update(bytes(4608 * 2))
        silence.sample_rate = 8000
        for number in range(4 * 3600 * 8000 // 4608):
            silence.pts = number * 4608
            container.mux(stream.encode(silence))
        container.mux(stream.encode(None))
    return source


def test_hours_of_silence_in_a_small_file_cost_no_more_than_allowed(
    endless_silence: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert endless_silence.stat().st_size < 3_500_000
    monkeypatch.setattr(preparing, "SECONDS_AT_LEAST", 1)
    monkeypatch.setattr(preparing, "SECONDS_PER_MEGABYTE", 0)
    with pytest.raises(AudioError) as told:
        prepare_it(endless_silence)
    assert told.value.problem is Problem.TOO_MUCH_WORK
    assert nothing_but(endless_silence)


def test_more_than_a_day_is_no_call(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "LONGEST_SECONDS", 4)
    source.write_bytes(sample("g722", 5))
    with pytest.raises(sound.SoundError, match="longer than a day") as told:
        sound.prepare(str(source), demuxer="g722", plays=False, playable=str(source) + ".mp3")
    assert Problem(told.value.problem) is Problem.TOO_LONG


WORKERS = {
    "too_much_time": "while True: pass",
    "too_much_memory": "data = bytearray(3_000_000_000)",
    "too_large_a_file": "open(task['playable'], 'wb').write(bytes(1000)); os.truncate(task['playable'], 600_000_000)",
    "sleeps": "import time; time.sleep(60)",
    "crashes": "os.abort()",
    "babbles": "print('x' * 1000)",
}


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Puts a worker in the real one's place that limits itself as that does, and then misbehaves."""

    def put(what: str) -> None:
        packages = tmp_path.with_name(tmp_path.name + "-packages")
        package = packages / "telephony" / "recordings" / "audio"
        package.mkdir(parents=True)
        for folder in (package, package.parent, package.parent.parent):
            (folder / "__init__.py").touch()
        for path in ("telephony/recordings/audio/worker.py", "telephony/sandbox.py"):
            (packages / path).write_text((ROOT / path).read_text())
        lines = f"    task = {{'playable': playable}}\n    {WORKERS[what]}\n"
        head = "import os\nclass SoundError(Exception): pass\ndef prepare(source, *, demuxer, plays, playable):\n"
        (package / "sound.py").write_text(head + lines)
        monkeypatch.setattr(preparing, "PACKAGES", packages)

    return put


@pytest.mark.parametrize(
    ("what", "problem"),
    [
        ("too_much_time", Problem.TOO_MUCH_WORK),
        ("too_much_memory", Problem.TOO_MUCH_WORK),
        ("too_large_a_file", Problem.TOO_MUCH_WORK),
        ("sleeps", Problem.TOO_MUCH_WORK),
        ("crashes", Problem.CRASHED),
        ("babbles", Problem.CRASHED),
    ],
)
def test_limits_hold(
    source: Path, worker: object, monkeypatch: pytest.MonkeyPatch, what: str, problem: Problem
) -> None:
    worker(what)  # type: ignore[operator]
    monkeypatch.setattr(preparing, "SECONDS_AT_LEAST", 1)
    monkeypatch.setattr(preparing, "ALIVE_EVERY_SECONDS", 0.2)
    source.write_bytes(sample("g722"))
    begun = time.monotonic()
    with pytest.raises(AudioError) as told:
        prepare_it(source)
    assert told.value.problem is problem, str(told.value)
    assert not told.value.permanent
    assert time.monotonic() - begun < 10
    assert nothing_but(source)


def test_who_waits_may_end_it(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "ALIVE_EVERY_SECONDS", 0.05)
    source.write_bytes(sample("g722", 61) * 20)
    looked: list[int] = []

    def alive() -> None:
        looked.append(1)
        if len(looked) == 2:
            raise LookupError

    with pytest.raises(LookupError):
        prepare(source, kinds.G722, source.with_name("playable.mp3"), alive=alive)
    assert nothing_but(source)
    assert not workers_of(source)


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux ends a process with its parent.")
def test_a_killed_worker_takes_the_codecs_with_it(source: Path) -> None:
    source.write_bytes(sample("g722", 61) * 100)
    code = f"""
        from pathlib import Path
        from telephony.recordings.audio import kinds, prepare
        prepare(Path({str(source)!r}), kinds.G722, Path({str(source)!r} + ".mp3"))
    """
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], cwd=ROOT)
    try:
        wait_for(lambda: bool(workers_of(source)))
    finally:
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
    wait_for(lambda: not workers_of(source))


def workers_of(source: Path) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if b"telephony.recordings.audio.worker" in command and str(source).encode() in command:
                found.append(int(folder.name))
    return found


def wait_for(condition: object, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)
