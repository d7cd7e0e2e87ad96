"""Runs every benchmark and every proof with figures, and writes docs/figures.md.

`python -m tests.benchmarks.figures [--only NAME...] [--list]`: with --only those runs alone, and the rows of all others
stay as they were, with their own commit and day. It needs what the tests need, hours, and a machine without other work.
Ends with 1 if a run failed; its figures are written all the same.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.figures_table import FILE, Row, machine, merged, read, written
from tests.figures import FILE as VARIABLE

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = {
    "webhook": ["webhook"],
    "flat": ["webhook", "--flat", "--full"],
    "burst": ["webhook", "--burst"],
    "flood": ["flood"],
    "sayname": ["sayname"],
    "long_calls": ["long_calls"],
    "xml_attacks": ["xml_attacks"],
    "cards": ["cards"],
    "real_asterisk": ["real_asterisk"],
    "dials": ["dials"],
    "meanwhile": ["meanwhile", "--full"],
    "lists": ["lists"],
    "reports": ["reports"],
    "growth": ["growth"],
}
PROOFS = {
    "kills": "tests/faults/test_kills.py",
    "kills_long": "tests/faults/test_kills.py",
    "database_away": "tests/faults/test_database_away.py",
    "redis_away": "tests/faults/test_redis_away.py",
    "two_of_each": "tests/faults/test_two_of_each.py",
    "hostile_bodies": "tests/load/test_hostile_bodies.py",
    "under_attack": "tests/load/test_under_attack.py",
    "weight": "tests/e2e/test_weight.py",
}
WITH = {"kills_long": {"FAULTS_EVENTS": "100000", "FAULTS_KILLS": "200"}}
"""Environment variables of some runs."""
OTHERS = {
    "fuzzing": ["-m", "tests.fuzzing", "--seconds", "60"],
    "mutants": ["-m", "tests.mutants"],
}


def runs() -> dict[str, list[str]]:
    """Python's arguments, by the run's name."""
    found = {name: ["-m", f"tests.benchmarks.{module}", *more] for name, (module, *more) in BENCHMARKS.items()}
    for name, path in PROOFS.items():
        found[name] = ["-m", "pytest", "-n0", "-q", "-m", "", "--full", "-p", "no:randomly", path]
    return found | OTHERS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--only", nargs="+", default=[], choices=list(runs()), metavar="NAME", help="these runs alone")
    parser.add_argument("--list", action="store_true", help="name the runs and end")
    asked = parser.parse_args()
    if asked.list:
        sys.stdout.write("".join(f"{name}: python {' '.join(command)}\n" for name, command in runs().items()))
        return 0
    failed = []
    for name, command in runs().items():
        if asked.only and name not in asked.only:
            continue
        sys.stdout.write(f"\n=== {name}\n")
        sys.stdout.flush()
        begun = time.monotonic()
        figures, code = _figures_of(command, WITH.get(name, {}))
        failed += [name] if code else []
        took = {"name": name, "what": "the run took", "value": round((time.monotonic() - begun) / 60, 1), "unit": "min"}
        rows = [Row.of(name, one, commit=_commit(), ok=not code) for one in (*figures, took)]
        # After each run, so that none is lost if a later one is ended.
        FILE.write_text(written(merged(read(FILE), name, rows, machine()), order=list(runs())))
    if failed:
        sys.stdout.write(f"\nThese failed: {', '.join(failed)}\n")
    return int(bool(failed))


def _figures_of(command: Sequence[str], more: Mapping[str, str]) -> tuple[list[dict[str, Any]], int]:
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "figures"
        environment = {**os.environ, **more, VARIABLE: str(kept)}
        code = subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=False).returncode
        lines = kept.read_text().splitlines() if kept.exists() else []
        return [json.loads(line) for line in lines], code


def _commit() -> str:
    """Short; with a plus where something is changed that is not committed, but for the table itself."""

    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", f":!{FILE.relative_to(ROOT)}")
    return git("rev-parse", "--short", "HEAD") + ("+" if changed else "")


if __name__ == "__main__":
    raise SystemExit(main())
