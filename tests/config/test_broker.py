"""The built-in broker: a message is there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection

from config import celery


@pytest.fixture
def connection(tmp_path: Path) -> Any:
    folders = {name: str(tmp_path) for name in ("data_folder_in", "data_folder_out")}
    return Connection("filesystem://", transport_options={**folders, "control_folder": str(tmp_path / "control")})


def test_nobody_sees_half_a_message(connection: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    rename = os.replace

    def note(part: Path, whole: Path) -> None:
        seen.append((list(tmp_path.glob("*.msg")), part.stat().st_size > 0))
        rename(part, whole)

    monkeypatch.setattr(os, "replace", note)
    queue = connection.SimpleQueue("whole")  # kombu keeps bindings per process: each test has a queue of its own.
    queue.put({"task": "x" * 5000})
    assert seen == [([], True)]
    message = queue.get(timeout=5)
    message.ack()
    assert message.payload == {"task": "x" * 5000}
    assert not list(tmp_path.glob("*_*"))
    queue.close()


def test_a_half_written_message_is_not_taken_for_one(connection: Any, tmp_path: Path) -> None:
    queue = connection.SimpleQueue("half")
    (tmp_path / "1_a.part").write_text("")
    with pytest.raises(queue.Empty):
        queue.get(block=False)
    queue.close()


def test_the_project_uses_it() -> None:
    assert celery.app.connection_for_write().transport.__class__.__module__ == "config.broker"
