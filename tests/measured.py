"""Which lines and branches of the product the tests run: a plugin of pytest, and a command that judges what it wrote.

    COVERAGE_FOLDER=FOLDER .venv/bin/python -m pytest -p tests.measured
    .venv/bin/python -m tests.measured FOLDER 95 [FILE_PATTERN ...]

SlipCover puts its marks into the code and takes them out once they were passed, so measuring costs next to nothing.
A tracer that looks at each line each time makes these tests take twice their CPU. Each process of the tests
writes a file of its own into the folder.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

SOURCES = ["telephony", "crm", "config"]
# The agent runs in processes of its own, on other Pythons.
LEFT_OUT = ["*/migrations/*", "telephony/agent/*"]
UNREACHED = [r"#\s*pragma: no cover", r"if TYPE_CHECKING:", r"\.\.\.$"]
PASSED_OFTEN = 500
"""How often a mark is passed before all that were passed are taken out, which takes 0.2 s each time."""

_measuring: Any = None


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """Before anything of the product is imported: what is there already gets no marks."""
    global _measuring  # noqa: PLW0603  (a plugin is a module)
    import slipcover

    _measuring = slipcover.Slipcover(
        branch=True, source=SOURCES, omit=LEFT_OUT, exclude_lines=UNREACHED, d_miss_threshold=PASSED_OFTEN
    )
    slipcover.ImportManager(_measuring, slipcover.FileMatcher(sources=SOURCES, omit=LEFT_OUT)).__enter__()
    return (yield)


def pytest_sessionfinish() -> None:
    folder = Path(os.environ["COVERAGE_FOLDER"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{os.getpid()}.json").write_text(json.dumps(_measuring.get_coverage()))


def main(folder: str, least: str, *patterns: str) -> int:
    import slipcover
    from slipcover.slipcover import add_summaries, print_coverage

    first, *others = (json.loads(path.read_text()) for path in sorted(Path(folder).glob("*.json")))
    for other in others:
        slipcover.merge_coverage(first, other)
    first["files"] = {
        name: file
        for name, file in first["files"].items()
        if any(fnmatch(name, pattern) for pattern in patterns or ["*"])
    }
    add_summaries(first)
    print_coverage(first, skip_covered=True)
    covered = float(first["summary"]["percent_covered"])
    print(f"{covered:.2f} % of {', '.join(patterns) or 'all'}; at least {least} %")  # noqa: T201  (a command)
    return 0 if covered >= float(least) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
