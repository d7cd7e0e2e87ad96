"""Tables of words beside a vendor's code."""

from __future__ import annotations

from pathlib import Path

import pytest

from telephony.domain.events import CallStatus
from telephony.vendors.tables import read_table
from tests.vendors.payloads import VENDORS_FOLDER

TABLE = """\
# Source: a document.
word     | status | said
b usy    | busy   | the line  # two words
gone     |        | away
"""


def test_a_table_is_read_by_its_columns(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text(TABLE)
    table = read_table(str(tmp_path / "module.py"), "words.txt")
    assert table.column("status", CallStatus) == {"b": CallStatus.BUSY, "usy": CallStatus.BUSY}
    assert table.column("said", str) == {"b": "the line", "usy": "the line", "gone": "away"}


@pytest.mark.parametrize("row", ["x | busy", "x | busy | y | z", "x | bussy | y"])
def test_a_row_that_does_not_fit_is_no_row(row: str, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text(TABLE + row)
    with pytest.raises(ValueError, match=r"bussy|argument"):
        read_table(str(tmp_path / "module.py"), "words.txt").column("status", CallStatus)


def test_each_names_its_source_and_says_each_word_once() -> None:
    found = sorted(VENDORS_FOLDER.glob("*/*.txt"))
    assert found
    for path in found:
        assert path.read_text().startswith("# Source:"), path
        words = [word for row in read_table(str(path), path.name).rows for word in row["words"].split()]
        assert len(words) == len(set(words)), path
