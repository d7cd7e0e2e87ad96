"""Puts small faults into the code, one at a time, and counts what tests find: `python -m tests.mutants [PART...]`.

mutmut comes with `pip install -r requirements/attacks.txt`. A part is changed in a copy under var/mutants, where
mutmut's own commands work, too. Goal: 85 % of each part; from minutes to hours. docs/mutants.md has the survivors.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.figures import figure

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "var" / "mutants"
GOAL = 85
KILLED = ("killed", "timeout", "segfault", "suspicious", "caught_by_type_check")
SETUP = """[mutmut]
source_paths={sources}
only_mutate={files}
also_copy={copied}
pytest_add_cli_args={options}
pytest_add_cli_args_test_selection={tests}
use_git_change_detection=false
use_setproctitle=false
"""
OPTIONS = (
    "-n0",
    "-p",
    "no:randomly",
    "-p",
    "no:cacheprovider",
    "-q",
    "-m",
    "not proof and not slow and not postgresql",
)


@dataclass(frozen=True)
class Part:
    files: tuple[str, ...]
    tests: tuple[str, ...]
    """Those that know the part best: all tests, for each mutant, would take days."""


PARTS = {
    "guard": Part(
        files=tuple(f"telephony/http/{name}.py" for name in ("addresses", "gate", "networks", "remote_address")),
        tests=("tests/http", "tests/telephony/test_sender_networks.py"),
    ),
    "access": Part(
        files=("telephony/calls/access.py",),
        tests=(
            "tests/api",
            "tests/call_log",
            "tests/desk/test_board.py",
            "tests/listening",
            "tests/admin/test_calls.py",
        ),
    ),
    "authentication": Part(
        files=(
            *("config/signin/*.py", "telephony/privacy/passwords.py", "telephony/intake/proving.py"),
            *(
                "telephony/vendors/proofs.py",
                "telephony/vendors/standard_webhooks.py",
                "telephony/vendors/*/signing.py",
            ),
            *("telephony/soap/login.py", "telephony/soap/logins.py"),
        ),
        tests=("tests/signin", "tests/soap", "tests/vendors", "tests/telephony/test_signed_messages.py"),
    ),
    "intake": Part(
        files=("telephony/intake/*.py", "telephony/intake/spool/*.py"),
        tests=("tests/telephony", "tests/spool", "tests/messages", "tests/surface/test_quota.py", "tests/canary"),
    ),
    "domain": Part(
        files=("telephony/domain/*.py", "telephony/domain/*/*.py"),
        tests=(
            *("tests/fields", "tests/numbers", "tests/properties", "tests/missed", "tests/hours", "tests/vendors"),
            *("tests/test_legs.py", "tests/test_causes.py", "tests/test_ends.py", "tests/test_phone.py"),
            *("tests/test_projection.py", "tests/telephony/test_event_values.py", "tests/callinfo"),
        ),
    ),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("parts", nargs="*", default=list(PARTS), metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="so many at once")
    asked = parser.parse_args()
    few = []
    for name in asked.parts:
        copied(name)
        command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(asked.jobs)]
        subprocess.run(command, cwd=KEPT / name, check=True)
        if tell(name) < GOAL:
            few.append(name)
    return int(bool(few))


def copied(name: str) -> None:
    """The code as it is committed, with mutmut's settings for this part."""
    folder, part = KEPT / name, PARTS[name]
    folder.mkdir(parents=True, exist_ok=True)
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "x", "-C", str(folder)], input=archive, check=True)
    lists = {"sources": ("telephony", "crm", "config"), "files": part.files, "options": OPTIONS, "tests": part.tests}
    lists["copied"] = ("manage.py", "templates", "static", "docs", "README.md")
    shown = {key: "".join(f"\n    {value}" for value in values) for key, values in lists.items()}
    (folder / "setup.cfg").write_text(SETUP.format(**shown))


def tell(name: str) -> float:
    """The share that was found, in percent, and the survivors' names."""
    export = [sys.executable, "-m", "mutmut", "export-cicd-stats"]
    subprocess.run(export, cwd=KEPT / name, check=True, stdout=subprocess.DEVNULL)
    told = json.loads((KEPT / name / "mutants" / "mutmut-cicd-stats.json").read_text())
    killed, total = sum(told.get(key, 0) for key in KILLED), told["total"] - told.get("skipped", 0)
    share = 100 * killed / total if total else 0.0
    figure(f"mutants, {name}", "tried", total)
    figure(f"mutants, {name}", "found by a test", share, unit="%", goal=f"at least {GOAL}")
    subprocess.run([sys.executable, "-m", "mutmut", "results"], cwd=KEPT / name, check=True)
    return share


if __name__ == "__main__":
    raise SystemExit(main())
