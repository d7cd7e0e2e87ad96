"""Fuzzes parsers with atheris: `python -m tests.fuzzing [NAME...] [--seconds 60] [--jobs 2] [--list]`.

atheris comes with `pip install -r requirements/attacks.txt`. What reaches new code is kept in var/fuzzing and gone on
with the next time; what broke something lies there, too, under the target's name. Ends with 1 if anything broke.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import django

from tests.figures import figure

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "var" / "fuzzing"
SLOWEST = 10
"""Seconds that one input may take."""
MOST_MEMORY = 2048
"""MB: the limit that the process of a reader has, and what Python and the codecs take."""
UNTIL_STARTED = 600
"""Seconds, on a machine that has other work."""


@dataclass(frozen=True, kw_only=True)
class Result:
    name: str
    broke: bool
    runs: int
    edges: int
    megabytes: int
    told: str


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("names", nargs="*", help="targets, or the beginnings of their names; default: all")
    parser.add_argument("--seconds", type=int, default=60, help="for each")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="so many at once")
    parser.add_argument("--list", action="store_true", help="name the targets and end")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from tests.fuzzing.targets import targets

    found = [name for name in targets() if not asked.names or name.startswith(tuple(asked.names))]
    if asked.list or not found:
        sys.stdout.write("\n".join(found or targets()) + "\n")
        return int(not found)
    if find_spec("atheris") is None:
        sys.stderr.write("atheris is missing: pip install -r requirements/attacks.txt\n")
        return 2
    for name in found:
        plant(name, [seed for seed in targets()[name].seeds() if len(seed) <= targets()[name].most_bytes])
    with ThreadPoolExecutor(asked.jobs) as pool:
        results = list(pool.map(lambda name: run(name, asked.seconds, targets()[name].most_bytes), found))
    tell(results)
    return int(any(result.broke for result in results))


def plant(name: str, seeds: list[bytes]) -> None:
    corpus = KEPT / name / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        (corpus / hashlib.sha256(seed).hexdigest()[:40]).write_bytes(seed)


def run(name: str, seconds: int, most_bytes: int) -> Result:
    folder = KEPT / name
    options = [
        *(
            f"-max_total_time={seconds}",
            f"-timeout={SLOWEST}",
            f"-rss_limit_mb={MOST_MEMORY}",
            f"-max_len={most_bytes}",
        ),
        *(f"-artifact_prefix={folder}/", "-print_final_stats=1", str(folder / "corpus")),
    ]
    told, broke = _ended(name, options, seconds * 10 + UNTIL_STARTED)

    def last(pattern: str) -> int:
        return int((re.findall(pattern, told) or ["0"])[-1])

    result = Result(
        name=name,
        broke=broke,
        runs=last(r"stat::number_of_executed_units: *(\d+)") or last(r"^#(\d+)"),
        edges=last(r"cov: (\d+)"),
        megabytes=last(r"stat::peak_rss_mb: *(\d+)"),
        told=told[-3000:],
    )
    sys.stdout.write(f"{name}: {result.runs} inputs, {result.edges} edges, {'BROKE' if result.broke else 'nothing'}\n")
    sys.stdout.flush()
    return result


def _ended(name: str, options: list[str], seconds: int) -> tuple[str, bool]:
    """What its process printed, and whether something broke; libFuzzer itself ends it long before `seconds`."""
    command = [sys.executable, "-m", "tests.fuzzing.one", name, *options]
    try:
        done = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        return f"{(error.output or b'').decode(errors='replace')}\nIt did not end within {seconds} s.", True
    return done.stdout.decode(errors="replace"), done.returncode != 0


def tell(results: list[Result]) -> None:
    for result in results:
        if result.broke:
            sys.stdout.write(f"\n--- {result.name}\n{result.told}\n")
    broken = sum(result.broke for result in results)
    runs, largest = sum(result.runs for result in results), max(result.megabytes for result in results)
    sys.stdout.write(f"{len(results)} targets, {runs} inputs, {broken} broke; most memory {largest} MB\n")
    figure("fuzzing", "parsers fuzzed", len(results))
    figure("fuzzing", "inputs", runs)
    figure("fuzzing", "parsers that broke (goal: 0)", broken)
    figure("fuzzing", "most memory of a parser's process", largest, unit="MB")


if __name__ == "__main__":
    raise SystemExit(main())
