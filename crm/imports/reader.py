"""Reads one file in a process of its own: `python -m crm.imports.reader TASK <FILE >ANSWER` (isolated.py).

Knows neither the database nor any secret. It answers in lines of JSON: how the file was read, then each row.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from telephony.privacy.tracebacks import where
from telephony.sandbox import die_with, limit

MEMORY = 1_000_000_000
"""Bytes of address space. 20 MB of a good list take a third of it."""
CPU_SECONDS = 60
LARGEST_ANSWER = 400_000_000
SHOWN_LINES, SHOWN_CELLS, SHOWN_SIGNS = 12, 12, 60


def main(argument: str) -> None:
    """Read standard input as the task says, and write the answer."""
    task = json.loads(argument)
    die_with(task["parent"])
    limit(memory=MEMORY, cpu_seconds=CPU_SECONDS, largest_file=LARGEST_ANSWER)
    _set_up(task)
    for line in answer(task, sys.stdin.buffer.read()):
        sys.stdout.write(line + "\n")


def answer(task: Mapping[str, Any], content: bytes) -> Iterator[str]:
    """`{"refused": words}`, of a fault of ours with `where`, or `{"columns", "fields", "reading", "top", "count"}` and
    `count` lines of rows.

    A row is [number, cells, noted].

    `options` and `head` of the task are how somebody wants it read; `before`, how this file was read the last time.
    """
    from django.utils.translation import gettext as _

    from crm.imports.reading import UnreadableTable

    try:
        yield from _read(task, content)
    except UnreadableTable as reason:
        yield json.dumps({"refused": str(reason)})
    except MemoryError:
        yield json.dumps({"refused": _("Reading the file takes too much memory. Split it, or save it as CSV.")})
    except Exception as error:
        text = _("The file can't be read: save it once more as .xlsx, or as CSV.")
        yield json.dumps({"refused": text, "where": where(error)})


def _read(task: Mapping[str, Any], content: bytes) -> Iterator[str]:
    from crm.imports.columns import propose
    from crm.imports.layout import lay_out
    from crm.imports.reading import Options, UnreadableTable, read_grid

    options, head, before = Options(**task["options"]), task["head"], task["before"]
    try:
        if before is not None:
            options, head = Options(**{name: before[name] for name in asdict(options)}), before["head"]
        grid = read_grid(content, options)
        table = lay_out(grid, head if task["sheet"] in (None, grid.sheet) else None)
    except UnreadableTable:
        if before is None:
            raise
        grid = read_grid(content)  # It no longer can be read as it was.
        table = lay_out(grid)
    said = {name: getattr(grid, name) for name in ("kind", "sheets", "sheet", "encoding", "delimiter")}
    top = [
        (line.number, [cell[:SHOWN_SIGNS] for cell in line.cells[:SHOWN_CELLS]]) for line in grid.lines[:SHOWN_LINES]
    ]
    yield json.dumps(
        {
            "columns": table.columns,
            "fields": propose(table.columns, [line.cells for line in table.rows]),
            "reading": {**said, "head": table.head},
            "top": top,
            "count": len(table.rows),
        }
    )
    for line in table.rows:
        yield json.dumps([line.number, line.cells, line.noted])


def _set_up(task: Mapping[str, Any]) -> None:
    """As much of Django as words and numbers need."""
    import django
    from django.conf import settings
    from django.utils import translation

    locale = Path(__file__).resolve().parents[1] / "locale"
    settings.configure(USE_I18N=True, LOCALE_PATHS=[locale], CRM_PHONE_REGION=task["region"])
    django.setup()
    translation.activate(task["language"])


if __name__ == "__main__":
    main(sys.argv[1])
