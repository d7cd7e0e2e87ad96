"""Recordings: whole, signed, only from the one folder, and only those that hold sound."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from tests.agent.collector import PATH, SECRET, Collector, Sent
from tests.agent.running import Agent

SOUND = b"RIFF" + bytes(range(256)) * 5000
HEADER_ONLY = b"RIFF" + bytes(40)


def upload(file: str, *, to: str = "recordings/7", name: str = "upload-7") -> dict[str, Any]:
    return {"id": name, "do": "upload", "file": file, "to": to}


def write(path: Path, content: bytes = SOUND) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (1_700_000_000, 1_700_000_000))


def sent_for(agent: Agent, collector: Collector, order: dict[str, Any]) -> Sent:
    agent.start()
    collector.polled = [order]
    found: Sent = collector.wait(collector.puts)[0]
    return found


def test_a_recording_comes_whole_and_signed(agent: Agent, collector: Collector) -> None:
    write(agent.recordings / "1795808276.7.wav")
    sent = sent_for(agent, collector, upload("1795808276.7.wav"))
    digest = hashlib.sha256(SOUND).hexdigest()
    assert sent.path == f"{PATH}recordings/7"
    assert sent.body == SOUND
    assert sent.headers["x-content-sha256"] == digest
    assert sent.is_signed(SECRET.encode(), digest.encode())


def test_freepbx_files_them_by_day(agent: Agent, collector: Collector) -> None:
    name = "in-74951234567-79161234567-20261127-193756-1795808276.7.wav"
    write(agent.recordings / "2026/11/27" / name)
    assert sent_for(agent, collector, upload(name)).body == SOUND


@pytest.mark.parametrize(
    "file",
    [
        "../secret.wav",
        "/etc/passwd",
        "link.wav",
        "folder",
        "",
        "nothing.wav",
        "empty.wav",
        "in/../../secret.wav",
        "a\0b",
    ],
)
def test_nothing_else_leaves_the_folder_and_the_crm_is_told_so(file: str, agent: Agent, collector: Collector) -> None:
    write(agent.folder / "secret.wav")
    (agent.recordings / "folder").mkdir()
    (agent.recordings / "in").mkdir()
    (agent.recordings / "link.wav").symlink_to(agent.folder / "secret.wav")
    write(agent.recordings / "empty.wav", HEADER_ONLY)
    sent = sent_for(agent, collector, upload(file))
    assert sent.body == b""
    assert sent.headers["x-content-sha256"] == hashlib.sha256(b"").hexdigest()
    assert sent.is_signed(SECRET.encode(), hashlib.sha256(b"").hexdigest().encode())


def test_without_a_folder_none_leaves_the_machine(agent: Agent, collector: Collector) -> None:
    agent.settings["recordings"] = {}
    assert sent_for(agent, collector, upload(str(Path(__file__)))).body == b""


def test_it_goes_to_the_crm_and_nowhere_else(agent: Agent, collector: Collector) -> None:
    write(agent.recordings / "a.wav")
    write(agent.recordings / "b.wav")
    agent.start()
    elsewhere = upload("a.wav", to="http://127.0.0.2:9/steal", name="upload-1")
    collector.polled = [elsewhere, upload("b.wav", to="/other/place", name="upload-2")]
    assert collector.wait(collector.puts)[0].path == "/other/place"
    assert "upload-1 is not carried out" in agent.said()


def test_one_that_is_ordered_again_and_again_is_sent_once(agent: Agent, collector: Collector) -> None:
    write(agent.recordings / "a.wav")
    sent_for(agent, collector, upload("a.wav"))
    before = len(collector.requests)
    collector.wait(lambda: len(collector.requests) > before + 5)
    assert len(collector.puts()) == 1


def test_one_that_did_not_arrive_is_sent_again(agent: Agent, collector: Collector) -> None:
    write(agent.recordings / "a.wav")
    collector.put_status = 503
    sent_for(agent, collector, upload("a.wav"))
    collector.put_status = 200
    collector.wait(lambda: len(collector.puts()) == 2)
    assert [sent.body for sent in collector.puts()] == [SOUND, SOUND]


def test_one_that_is_still_written_is_waited_for(agent: Agent, collector: Collector) -> None:
    (agent.recordings / "a.wav").write_bytes(HEADER_ONLY)
    agent.start()
    collector.polled = [upload("a.wav")]
    collector.wait(lambda: [sent for sent in collector.requests if sent.method == "GET"])
    (agent.recordings / "a.wav").write_bytes(SOUND)
    assert [sent.body for sent in collector.wait(collector.puts)] == [SOUND]
