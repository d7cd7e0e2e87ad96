"""The spool itself: a disk that takes nothing, and what a power cut leaves."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from telephony.agent.asterisk_agent import spool as module
from telephony.agent.asterisk_agent.spool import Spool, SpoolTaken


def made(folder: Path, *, megabytes: float = 1) -> Spool:
    return Spool(str(folder), megabytes=megabytes)


def add(spool: Spool, *names: str) -> None:
    for name in names:
        spool.add({"Event": "Newchannel", "Uniqueid": name})
    spool.close_batch()


def everything(spool: Spool) -> list[list[str]]:
    found = []
    while batch := spool.wait(0):
        found.append([event["Uniqueid"] for event in batch.events])
        spool.done(batch)
    return found


def test_batches_come_in_order_with_numbers_that_go_on_after_a_restart(tmp_path: Path) -> None:
    spool = made(tmp_path)
    add(spool, "1", "2")
    add(spool, "3")
    first = spool.wait(0)
    assert first is not None
    spool.done(first)
    spool._claimed.close()  # As when its process ends.
    again = made(tmp_path)
    second = again.wait(0)
    assert second is not None
    assert (first.seq, second.seq) == (1, 2)
    again.done(second)
    again._claimed.close()
    last = made(tmp_path)
    add(last, "4")
    batch = last.wait(0)
    assert batch is not None
    assert batch.seq == 3


def test_an_open_batch_of_a_killed_agent_is_found_again_without_its_torn_line(tmp_path: Path) -> None:
    spool = made(tmp_path)
    spool.add({"Event": "Hangup", "Uniqueid": "1"})
    [path] = tmp_path.glob("*.open")
    with path.open("a") as file:
        file.write('{"Event": "Hang')
    spool._claimed.close()
    assert everything(made(tmp_path)) == [["1"]]


def test_a_batch_of_which_nothing_was_written_yet_when_the_agent_was_killed_leaves_no_gap(tmp_path: Path) -> None:
    spool = made(tmp_path)
    add(spool, "1")
    (tmp_path / "000000000002.open").touch()
    spool._claimed.close()
    again = made(tmp_path)
    add(again, "2")
    seqs = []
    while batch := again.wait(0):
        seqs.append(batch.seq)
        again.done(batch)
    assert seqs == [1, 2]
    assert not list(tmp_path.glob("*.open"))


def test_a_batch_that_was_closed_when_the_agent_was_killed_is_there_once(tmp_path: Path) -> None:
    spool = made(tmp_path)
    spool.add({"Event": "Hangup", "Uniqueid": "1"})
    [path] = tmp_path.glob("*.open")
    opened = path.read_bytes()
    spool.close_batch()
    path.write_bytes(opened)  # It was killed between closing the one and deleting the other.
    spool._claimed.close()
    assert everything(made(tmp_path)) == [["1"]]
    assert not list(tmp_path.glob("*.open"))


def test_what_was_answered_is_not_sent_again_though_its_file_was_left(tmp_path: Path) -> None:
    spool = made(tmp_path)
    add(spool, "1")
    [path] = tmp_path.glob("*.batch")
    content = path.read_bytes()
    assert everything(spool) == [["1"]]
    path.write_bytes(content)
    spool._claimed.close()
    assert everything(made(tmp_path)) == []


def test_what_a_power_cut_left_unreadable_holds_up_nothing(tmp_path: Path) -> None:
    spool = made(tmp_path)
    add(spool, "1")
    add(spool, "2")
    min(tmp_path.glob("*.batch")).write_bytes(b"")
    assert everything(spool) == [["2"]]


def test_on_a_full_disk_batches_wait_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = made(tmp_path)
    add(spool, "1")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(module, "write_whole", full)
        patch.setattr("builtins.open", full)
        add(spool, "2", "3")
        add(spool, "4")
    add(spool, "5")
    assert len(spool) == 4
    assert everything(spool) == [["1"], ["2", "3"], ["4"], ["5"]]
    assert not list(tmp_path.glob("*.batch"))


def test_a_batch_is_whole_though_the_disk_was_full_for_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = made(tmp_path)
    spool.add({"Event": "Hangup", "Uniqueid": "1"})

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("builtins.open", full)
        spool.add({"Event": "Hangup", "Uniqueid": "2"})
    spool.add({"Event": "Hangup", "Uniqueid": "3"})
    spool._claimed.close()
    assert everything(made(tmp_path)) == [["1", "2", "3"]]


def test_a_large_burst_becomes_several_batches(tmp_path: Path) -> None:
    spool = made(tmp_path)
    add(spool, *map(str, range(450)))
    assert [len(names) for names in everything(spool)] == [200, 200, 50]


def test_a_heartbeat_is_made_only_where_nothing_waits(tmp_path: Path) -> None:
    spool = made(tmp_path)
    add(spool, "1")
    spool.beat()
    assert everything(spool) == [["1"]]
    spool.beat()
    assert everything(spool) == [[]]


def test_a_folder_has_one_agent(tmp_path: Path) -> None:
    first = made(tmp_path)
    with pytest.raises(SpoolTaken):
        made(tmp_path)
    first._claimed.close()
    assert len(made(tmp_path)) == 0


def test_only_its_user_may_look_into_it(tmp_path: Path) -> None:
    made(tmp_path / "spool")
    assert os.stat(tmp_path / "spool").st_mode & 0o007 == 0
