"""docs/figures.md: one table, which is also where the figures of earlier runs are kept."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from tests.databases import POSTGRESQL_URL

FILE = Path(__file__).resolve().parents[2] / "docs/figures.md"
HEAD = "| run | figure | value | goal | commit | day | machine |\n|---|---|---|---|---|---|---|\n"
# What a proof promises of a figure that names no goal itself.
GOALS = (
    (r"lost|doubled|done twice|not answered|not applied|faults", "0"),
    (r"18\.2 .*worst answer while", "under 1000"),
    (r"18\.2 .*all applied after its return", "under 60"),
    (r"18\.3 .*ratio of both", "at most 1.2"),
    (r"18\.3 .*latest card", "at most 15"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    run: str
    figure: str
    value: str
    goal: str
    commit: str
    day: str
    machine: str = ""

    @classmethod
    def of(cls, run: str, told: dict[str, Any], *, commit: str, ok: bool) -> Row:
        name, what = str(told["name"]), str(told["what"])
        figure = what if name == run else f"{name}: {what}"
        goal = str(told.get("goal") or "") or next((goal for like, goal in GOALS if re.search(like, figure)), "")
        value = f"{told['value']} {told.get('unit', '')}".strip()
        day = datetime.now(UTC).date().isoformat()
        return cls(run=run if ok else f"{run} (failed)", figure=figure, value=value, goal=goal, commit=commit, day=day)

    @property
    def name(self) -> str:
        return self.run.removesuffix(" (failed)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    rows: list[Row] = field(default_factory=list)
    machines: dict[str, str] = field(default_factory=dict)
    """By letter."""


def read(path: Path) -> Table:
    """What was written there before."""
    text = path.read_text() if path.exists() else ""
    rows = []
    for line in text.partition("|---|")[2].splitlines()[1:]:
        cells = [cell.strip().replace("&#124;", "|") for cell in line.strip("|").split(" | ")]
        if len(cells) == 7:
            rows.append(Row(**dict(zip(Row.__slots__, cells, strict=True))))
    return Table(rows=rows, machines=dict(re.findall(r"^- ([A-Z]): (.+)$", text, re.MULTILINE)))


def merged(before: Table, run: str, rows: Sequence[Row], machine: str) -> Table:
    """With these rows in the place of the run's own."""
    kept = [row for row in before.rows if row.name != run]
    machines = {letter: name for letter, name in before.machines.items() if letter in {row.machine for row in kept}}
    letter = next((one for one, name in machines.items() if name == machine), "")
    letter = letter or next(one for one in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if one not in machines)
    new = [
        Row(**{name: getattr(row, name) for name in Row.__slots__ if name != "machine"}, machine=letter) for row in rows
    ]
    return Table(rows=[*kept, *new], machines={**machines, letter: machine})


def written(table: Table, *, order: Sequence[str]) -> str:
    known = {name: place for place, name in enumerate(order)}
    rows = sorted(table.rows, key=lambda row: known.get(row.name, len(known)))  # Stable: a run's rows stay in order.
    lines = [
        "| " + " | ".join(str(getattr(row, name)).replace("|", "&#124;") for name in Row.__slots__) + " |"
        for row in rows
    ]
    machines = [f"- {letter}: {name}" for letter, name in sorted(table.machines.items())]
    before = FILE.read_text().partition("| run |")[0]
    return before + HEAD + "\n".join([*lines, "", "Machines:", "", *machines, ""])


def machine() -> str:
    """Processors, memory, and the database on it."""
    told = Path("/proc/cpuinfo").read_text()
    model = (re.findall(r"model name\s*: (.+)", told) or ["unknown"])[0]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    with psycopg.connect(POSTGRESQL_URL) as connection:
        version = connection.execute("SHOW server_version").fetchone()
    postgresql = version[0].split(" ")[0] if version else "unknown"
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GB of memory, PostgreSQL {postgresql}"
