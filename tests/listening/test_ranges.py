"""What a Range header asks for (RFC 9110, section 14), of a file of 1,000 bytes."""

from __future__ import annotations

import pytest

from telephony.recordings.listening.ranges import UnsatisfiableRange, byte_range

SIZE = 1000
WHOLE, NONE = None, "416"

CASES: list[tuple[str, tuple[int, int] | str | None]] = [
    ("bytes=0-0", (0, 0)),
    ("bytes=0-499", (0, 499)),
    ("bytes=500-999", (500, 999)),
    ("bytes=999-999", (999, 999)),
    ("bytes=0-", (0, 999)),
    ("bytes=999-", (999, 999)),
    ("bytes=500-5000", (500, 999)),
    ("bytes=0-99999999999999999999999999", (0, 999)),
    ("bytes=-1", (999, 999)),
    ("bytes=-500", (500, 999)),
    ("bytes=-1000", (0, 999)),
    ("bytes=-2000", (0, 999)),
    ("bytes=-" + "9" * 5000, (0, 999)),
    ("BYTES=0-9", (0, 9)),
    ("bytes= 0-9 ", (0, 9)),
    ("bytes=0007-0009", (7, 9)),
    ("bytes=1000-", NONE),
    ("bytes=1000-2000", NONE),
    ("bytes=99999999999999999999999-", NONE),
    ("bytes=-0", NONE),
    ("bytes=2000-,3000-", NONE),
    ("bytes=2000-,0-9", (0, 9)),
    ("bytes=0-9,-0", (0, 9)),
    ("bytes=0-9,20-29", WHOLE),
    ("bytes=0-9,5-20", WHOLE),
    ("bytes=" + ",".join(f"{at}-{at}" for at in range(500)), WHOLE),
    ("bytes=5-2", WHOLE),
    ("bytes=0-9,5-2", WHOLE),
    ("bytes=", WHOLE),
    ("bytes=,", WHOLE),
    ("bytes=-", WHOLE),
    ("bytes=a-b", WHOLE),
    ("bytes=0x1-5", WHOLE),
    ("bytes=1-2-3", WHOLE),
    ("bytes=+1-2", WHOLE),
    ("bytes=1 - 2", WHOLE),
    ("bytes=٣-٤", WHOLE),
    ("bytes 0-9", WHOLE),
    ("0-9", WHOLE),
    ("seconds=0-9", WHOLE),
    ("bytes", WHOLE),
    ("", WHOLE),
]


@pytest.mark.parametrize(("header", "expected"), CASES, ids=[header[:40] for header, _ in CASES])
def test_range(header: str, expected: tuple[int, int] | str | None) -> None:
    if expected == NONE:
        with pytest.raises(UnsatisfiableRange):
            byte_range(header, SIZE)
        return
    found = byte_range(header, SIZE)
    assert (found and (found.first, found.last)) == expected
    if found:
        assert found.length == found.last - found.first + 1


def test_nothing_of_an_empty_file_can_be_had() -> None:
    for header in ("bytes=0-", "bytes=-5", "bytes=0-0"):
        with pytest.raises(UnsatisfiableRange):
            byte_range(header, 0)
