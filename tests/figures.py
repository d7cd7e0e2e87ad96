"""The figures that proofs and benchmarks measure: printed, and kept in a file for whoever makes a table of them."""

from __future__ import annotations

import json
import os
from pathlib import Path

FILE = "TELEPHONY_FIGURES"
"""The variable that names the file. One row a line, as JSON: name, what, value, unit."""


def figure(name: str, what: str, value: float | str, *, unit: str = "", goal: str = "") -> None:
    """`name`: of the run ("18.1 kills"); `what`: the figure of it ("lost acknowledged events"); `goal`: "under 250"."""
    shown = round(value, 3) if isinstance(value, float) else value
    print(f"\n{name}: {what}: {shown} {unit}".rstrip() + (f" (goal: {goal})" if goal else ""))  # noqa: T201  (the figure)
    if path := os.environ.get(FILE):
        row = {"name": name, "what": what, "value": shown, "unit": unit, "goal": goal}
        with Path(path).open("a", encoding="utf-8") as file:  # One write: workers of pytest append side by side.
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
