"""Tables of a PBX's words or numbers and their meanings: a file beside the code, as a document prints them.

A line is a row; its cells stand between bars. The first row names the columns; the first cell of each row holds one or
more of the PBX's words, with blanks between them. An empty cell says nothing. What stands after # is a comment; one at
the beginning names the source.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

Meaning = TypeVar("Meaning")


class Table(NamedTuple):
    rows: tuple[dict[str, str], ...]
    """Their cells by the names of the columns, and each row's words as `words`."""

    def column(self, name: str, meaning: Callable[[str], Meaning]) -> dict[str, Meaning]:
        """What each word means by this column: its cell, as one of ours. Raises ValueError for one that is none."""
        told = [(row["words"].split(), row[name]) for row in self.rows if row[name]]
        return {word: meaning(cell) for words, cell in told for word in words}


def read_table(module: str, name: str) -> Table:
    """The file of this name beside the module, whose `__file__` it is. Raises ValueError for a short row."""
    text = Path(module).with_name(name).read_text(encoding="utf-8")
    lines = filter(None, (line.partition("#")[0].strip() for line in text.splitlines()))
    (_, *columns), *rows = ([cell.strip() for cell in line.split("|")] for line in lines)
    return Table(tuple(dict(zip(("words", *columns), row, strict=True)) for row in rows))
