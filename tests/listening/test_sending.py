"""Bytes over real HTTP, from granian (WSGI) and uvicorn (ASGI): whole, in parts, with flat memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.listening.http import Listener, add_recording, audio_url, journal
from tests.processes import of_groups
from tests.servers import Server

pytestmark = pytest.mark.proof
SIZE = 300_001
DATA = bytes(number * 7 % 256 for number in range(SIZE))
STORE = """
data = bytes(number * 7 % 256 for number in range(300_001))
recording = store(make_call(), data, ending="g722", content_type="audio/G722", playable=data[::-1])
recording = store(make_call(), data)
"""


@pytest.fixture(scope="module", params=[False, True], ids=["wsgi", "asgi"])
def server(new_var_dir: Callable[[], Path], request: pytest.FixtureRequest) -> Iterator[Server]:
    server = Server(var_dir=new_var_dir(), threads=4, asgi=request.param)
    server.make_tables()
    add_recording(server, STORE)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def boss(server: Server) -> Listener:
    return Listener(server, "boss")


G722, MP3 = audio_url(1), audio_url(2)


def test_ranges_on_the_wire(server: Server, boss: Listener) -> None:
    url = MP3
    digest = hashlib.sha256(DATA).hexdigest()
    whole = boss.get(url)
    assert (whole.status, whole.body == DATA) == (200, True)
    assert whole.headers["content-type"] == "audio/mpeg"
    assert whole.headers["content-length"] == str(SIZE)
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["etag"] == f'"{digest}"'
    assert whole.headers["cache-control"] == "private, no-store"
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert "content-range" not in whole.headers
    assert "content-disposition" not in whole.headers

    for asked, first, last in [
        ("bytes=0-0", 0, 0),
        ("bytes=0-", 0, SIZE - 1),
        ("bytes=1000-1999", 1000, 1999),
        ("bytes=131072-", 131072, SIZE - 1),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
        (f"bytes=100-{SIZE * 9}", 100, SIZE - 1),
        ("bytes=-1", SIZE - 1, SIZE - 1),
        ("bytes=-200000", SIZE - 200_000, SIZE - 1),
        (f"bytes=-{SIZE * 9}", 0, SIZE - 1),
    ]:
        part = boss.get(url, Range=asked)
        assert (part.status, part.headers["content-range"]) == (206, f"bytes {first}-{last}/{SIZE}"), asked
        assert part.headers["content-length"] == str(last - first + 1), asked
        assert part.body == DATA[first : last + 1], asked

    for asked in (f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0"):
        refused = boss.get(url, Range=asked)
        assert (refused.status, refused.headers["content-range"]) == (416, f"bytes */{SIZE}"), asked
        assert refused.body == b"", asked

    for asked in ("bytes=5-2", "seconds=0-5", "bytes=0-9,20-29", "nonsense"):
        ignored = boss.get(url, Range=asked)
        assert (ignored.status, ignored.body == DATA) == (200, True), asked


def test_conditions_on_the_wire(server: Server, boss: Listener) -> None:
    url = MP3
    etag = boss.get(url, "HEAD").headers["etag"]
    assert boss.get(url, Range="bytes=0-9", If_Range=etag).status == 206
    for other in ('"another"', f"W/{etag}", "Mon, 02 Mar 2026 22:30:00 GMT"):
        assert boss.get(url, Range="bytes=0-9", If_Range=other).body == DATA, other
    assert (boss.get(url, If_None_Match=etag).status, boss.get(url, If_Match='"another"').status) == (304, 412)
    assert boss.get(url, If_Match=etag, Range="bytes=0-9").status == 206

    rows = len(journal(server))
    head = boss.get(url, "HEAD", Range="bytes=0-9")
    assert (head.status, head.headers["content-length"], head.body) == (200, str(SIZE), b"")
    assert boss.get(url, "OPTIONS").status == 405
    assert boss.get(url, If_None_Match=etag).status == 304
    assert boss.get(url, Range=f"bytes={SIZE}-").status == 416
    assert len(journal(server)) == rows, "no byte was sent, so nobody listened"


def test_a_part_is_never_compressed(server: Server, boss: Listener) -> None:
    url = MP3
    part = boss.get(url, Range="bytes=0-9", Accept_Encoding="gzip, br")
    assert (part.body, "content-encoding" in part.headers) == (DATA[:10], False)


def test_downloads(server: Server, boss: Listener) -> None:
    before = len(journal(server))
    saved = boss.get(MP3 + "?download=1")
    assert saved.body == DATA
    assert saved.headers["content-disposition"] == 'attachment; filename="2026-03-03 01-31 79235292926.mp3"'
    copy, original = boss.get(G722 + "?download=1"), boss.get(G722 + "?download=original")
    assert (copy.body == DATA[::-1], copy.headers["content-type"]) == (True, "audio/mpeg")
    assert (original.body == DATA, original.headers["content-type"]) == (True, "audio/G722")
    assert original.headers["content-disposition"].endswith('79235292926.g722"')
    assert copy.headers["etag"] != original.headers["etag"]
    assert boss.get(G722).body == DATA[::-1]
    assert journal(server)[before:] == ["boss downloaded 2", "boss downloaded 1", "boss downloaded 1", "boss played 1"]


def test_a_player_gets_piece_after_piece(server: Server, boss: Listener) -> None:
    """What a paused player leaves in the line would hold a thread of the server."""
    url, data = add_recording(server, STORE_LONG, "a third"), b"0123456789" * 250_000
    play = f"{url}?play={'a' * 32}"
    first = boss.get(play, Range="bytes=0-")
    assert (first.status, first.headers["content-range"]) == (206, "bytes 0-1048575/2500000")
    assert first.body == data[:1_048_576]
    second, last = boss.get(play, Range="bytes=1048576-"), boss.get(play, Range="bytes=2097152-")
    assert first.body + second.body + last.body == data
    # Who says where to end gets all of it, and so does who saves the file.
    assert boss.get(play, Range="bytes=0-2499999").body == data
    assert boss.get(play).body == data
    assert boss.get(f"{url}?download=1", Range="bytes=5-").body == data[5:]


def test_a_file_that_is_gone_is_said_to_be(server: Server, boss: Listener) -> None:
    url = add_recording(server, STORE_GONE, "another")
    before = journal(server)
    got = boss.get(url)
    assert (got.status, b"The file is missing" in got.body) == (404, True)
    assert journal(server) == before


STORE_GONE = """
recording = store(make_call(), b"x")
Recording.objects.filter(pk=recording.pk).update(file="gone.mp3")
"""
STORE_LONG = 'recording = store(make_call(), b"0123456789" * 250_000)'
MEGABYTE = 1_000_000
BIG = 100 * MEGABYTE
STORE_BIG = """
recording = store(make_call(), b"begin", size=100_000_000)
os.truncate(recording.file.storage.path(recording.file.name), 100_000_000)
"""


def test_memory_is_flat_while_large_files_are_sent(server: Server, boss: Listener) -> None:
    """Eight listeners at once: four read all of 100 MB, four stop after a megabyte and hold the line."""
    url = add_recording(server, STORE_BIG, "one more")
    boss.get(url, Range="bytes=0-5000000")
    before = memory_of(server)
    idle = [boss.open(url) for _ in range(2 if not server.asgi else 4)]
    for _, answer in idle:
        assert len(answer.read(MEGABYTE)) == MEGABYTE
    grown = 0
    for _ in range(2):
        connection, answer = boss.open(url)
        received = 0
        while piece := answer.read(MEGABYTE):
            received += len(piece)
            grown = max(grown, memory_of(server) - before)
        connection.close()
        assert received == BIG
    for connection, _ in idle:
        connection.close()
    assert grown < 20 * MEGABYTE


def memory_of(server: Server) -> int:
    """Bytes of the server's processes that belong to nobody else."""
    assert server._process is not None
    total = 0
    for pid in of_groups({server._process.pid}):
        with suppress(OSError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))
    return total
