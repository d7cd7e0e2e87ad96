"""What people upload, and what is fetched: address books of every kind, recordings."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from crm.imports.columns import propose
from crm.imports.layout import lay_out
from crm.imports.reading import UnreadableTable, read_grid
from telephony.recordings.audio import identify, sound
from tests.audio.samples import NAMES, sample
from tests.crm.imports.bombs import spoilt
from tests.fuzzing.targets import Target, check_stored

BOOKS = Path(__file__).parents[1] / "crm" / "imports"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = f'<worksheet xmlns="{_MAIN}"><dimension ref="A1:B2"/><sheetData>{{}}</sheetData></worksheet>'
CELLS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Имя</t></is></c><c r="B1" t="str"><v>Телефон</v></c></row>',
    '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2"><v>89162000001</v></c><c r="C2" t="e"><v>#REF!</v></c></row>',
    '<row r="9"><c r="A9" t="d"><v>2024-01-29</v></c><c r="B9" t="b"><v>1</v></c><c s="1"><v>1.5E9</v></c></row>',
)
STRINGS = f'<sst xmlns="{_MAIN}" count="1"><si><t>Иван</t></si><si><r><t>a</t></r></si></sst>'


def targets() -> dict[str, Target]:
    return {
        "vcard": Target(read=read_table, seeds=books("vcf")),
        "table": Target(read=read_table, seeds=books("csv", "xls", "htm", "html", "txt", "tsv")),
        "workbook": Target(read=read_table, seeds=books("xlsx"), most_bytes=20_000),
        "sheet": Target(read=in_workbook("xl/worksheets/sheet1.xml"), seeds=sheets),
        "strings": Target(read=in_workbook("xl/sharedStrings.xml"), seeds=lambda: [STRINGS.encode()]),
        "audio": Target(read=read_sound, seeds=sounds, most_bytes=20_000),
    }


def books(*suffixes: str) -> Callable[[], Iterable[bytes]]:
    def found() -> Iterator[bytes]:
        for path in sorted(BOOKS.rglob("*")):
            if path.suffix.removeprefix(".") in suffixes:
                yield path.read_bytes()

    return found


def read_table(raw: bytes) -> None:
    """From the bytes to columns with a meaning, as crm/imports/reader.py does it."""
    with suppress(UnreadableTable):
        table = lay_out(read_grid(raw))
        propose(table.columns, [line.cells for line in table.rows])
        check_stored("".join(table.columns) + "".join("".join(line.cells) for line in table.rows))


def in_workbook(part: str) -> Callable[[bytes], None]:
    """The bytes as one part of a workbook that is else a good one: a zip file that is changed is seldom one."""

    def read(raw: bytes) -> None:
        read_table(spoilt(part, raw))

    return read


def sheets() -> list[bytes]:
    return [SHEET.format(rows).encode() for rows in (*CELLS, "".join(CELLS))]


def sounds() -> list[bytes]:
    return [sample(name, 1) for name in NAMES]


def read_sound(raw: bytes) -> None:
    """What it is by its bytes, and what the codecs make of it. The product runs those in a process that may crash."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        source = Path(folder) / "source"
        source.write_bytes(raw)
        for name in ("", "x.g722"):
            kind = identify(source, claimed_name=name)
        if kind is not None:
            with suppress(sound.SoundError, MemoryError, OSError):
                plays, playable = kind.plays_in_browsers, str(Path(folder) / "playable.mp3")
                sound.prepare(str(source), demuxer=kind.demuxer, plays=plays, playable=playable)
