"""Puts small faults into the code, one at a time, and counts what tests find: `python -m tests.mutants [PART...]`.

mutmut comes with `pip install -r requirements/attacks.txt`. A part is changed in a copy under var/mutants, where
mutmut's own commands work, too; what is written to the log stays as it is. Goal: 85 % of each part; hours. With
`--sample 200` only so many of each part, always the same ones (others with another `--seed`): minutes.
docs/mutants.md has the survivors.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.figures import figure

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "var" / "mutants"
GOAL = 85
SURVIVED = (0, 33)
"""mutmut's codes for "all tests passed" and "no test comes here"; of what is not tried at all: None, and 34."""
NOT_TRIED = (None, 34)
SETUP = """[mutmut]
source_paths={sources}
only_mutate={files}
also_copy={copied}
pytest_add_cli_args={options}
pytest_add_cli_args_test_selection={tests}
do_not_mutate_patterns=
    ^\\s*log\\.
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
    without: tuple[str, ...] = ()
    """Tests that mutmut's own frames in a traceback mislead."""


PARTS = {
    "guard": Part(
        files=tuple(f"telephony/http/{name}.py" for name in ("addresses", "gate", "networks", "remote_address")),
        tests=("tests/http", "tests/telephony/test_sender_networks.py", "tests/telephony/test_hook_metadata.py"),
    ),
    "access": Part(
        files=("telephony/calls/access.py",),
        tests=(
            *("tests/call_log/test_who_sees.py", "tests/call_log/test_many.py", "tests/listening/test_rights.py"),
            *("tests/desk/test_board.py", "tests/admin/test_dials.py"),
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
        tests=(
            *("tests/signin", "tests/soap", "tests/vendors", "tests/health/test_secrets.py"),
            *("tests/telephony/test_signed_messages.py", "tests/telephony/test_sender_networks.py"),
        ),
    ),
    "intake": Part(
        files=("telephony/intake/*.py", "telephony/intake/spool/*.py"),
        tests=(
            *("tests/telephony", "tests/spool", "tests/messages", "tests/surface/test_quota.py", "tests/canary"),
            *("tests/admin/test_deliveries.py", "tests/recordings/test_uploads.py", "tests/agent/test_uploads.py"),
            *("tests/config/test_any_host.py", "tests/health/test_secrets.py"),
        ),
        without=("tests/telephony/test_faults.py",),
    ),
    "domain": Part(
        files=("telephony/domain/*.py", "telephony/domain/*/*.py"),
        tests=(
            *("tests/fields", "tests/numbers", "tests/properties", "tests/missed", "tests/hours", "tests/vendors"),
            *("tests/test_legs.py", "tests/test_causes.py", "tests/test_ends.py", "tests/test_phone.py"),
            *("tests/test_projection.py", "tests/telephony/test_event_values.py", "tests/callinfo"),
            *(
                "tests/after_call/test_matching.py",
                "tests/call_log/test_parts_of_numbers.py",
                "tests/desk/test_card_contents.py",
                "tests/desk/test_views.py",
            ),
        ),
    ),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("parts", nargs="*", default=list(PARTS), metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="so many at once")
    parser.add_argument("--sample", type=int, metavar="N", help="so many mutants of each part, always the same ones")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these mutants, as they are listed")
    parser.add_argument("--seed", default="", help="another sample of as many")
    asked = parser.parse_args()
    few = []
    for name in asked.parts:
        copied(name)
        chosen = sample(name, asked.sample, asked.only, asked.seed)
        command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(asked.jobs), *chosen]
        subprocess.run(command, cwd=KEPT / name, check=True, stdout=subprocess.DEVNULL)
        if tell(name, chosen) < GOAL:
            few.append(name)
    return int(bool(few))


def copied(name: str) -> None:
    """The code as it is committed, with mutmut's settings for this part."""
    folder, part = KEPT / name, PARTS[name]
    folder.mkdir(parents=True, exist_ok=True)
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "x", "-C", str(folder)], input=archive, check=True)
    lists = {"sources": ("telephony", "crm", "config"), "files": part.files, "tests": part.tests}
    lists["options"] = OPTIONS + tuple(f"--deselect={test}" for test in part.without)
    lists["copied"] = ("manage.py", "templates", "static", "docs", "README.md")
    shown = {key: "".join(f"\n    {value}" for value in values) for key, values in lists.items()}
    (folder / "setup.cfg").write_text(SETUP.format(**shown))


def sample(name: str, most: int | None, only: list[str], seed: str) -> list[str]:
    """The mutants that are tried. Which ones there are is known once mutmut made them all."""
    made = [sys.executable, "-m", "mutmut", "run", "--max-children", "1", "none of them"]
    told = subprocess.run(made, cwd=KEPT / name, capture_output=True, text=True, check=False)
    every = sorted(results(name))
    if "nothing matches" not in told.stderr:
        raise SystemExit(f"{told.stdout}\n{told.stderr}")
    if only:
        return [mutant for mutant in every if mutant in only]
    chosen = every if most is None else random.Random(name + seed).sample(every, min(most, len(every)))
    figure(f"mutants, {name}", "tried", 100 * len(chosen) / len(every), unit=f"% of {len(every)}")
    return chosen


def results(name: str) -> dict[str, int | None]:
    """How the tests ended with each mutant."""
    found: dict[str, int | None] = {}
    for path in (KEPT / name / "mutants").rglob("*.py.meta"):
        found |= json.loads(path.read_text())["exit_code_by_key"]
    return found


def tell(name: str, chosen: list[str]) -> float:
    """The share that was found, in percent, and the survivors' names."""
    codes = results(name)
    tried = [mutant for mutant in chosen if codes[mutant] not in NOT_TRIED]
    survivors = [mutant for mutant in tried if codes[mutant] in SURVIVED]
    share = 100 * (len(tried) - len(survivors)) / len(tried) if tried else 0.0
    figure(f"mutants, {name}", "found by a test", share, unit=f"% of {len(tried)}", goal=f"at least {GOAL}")
    for mutant in survivors:
        shown = [sys.executable, "-m", "mutmut", "show", mutant]
        print(subprocess.run(shown, cwd=KEPT / name, capture_output=True, text=True, check=False).stdout)  # noqa: T201  (it is what is asked for)
    return share


if __name__ == "__main__":
    raise SystemExit(main())
