"""A plugin that tells how many seconds of CPU each file of tests took, those of the processes it started with it.

And how many it took beyond that, waiting for something or for its turn: wall time alone says little where several run
at once. `pytest -p tests.cost`; docs/tests.md keeps what it told.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import pytest

from tests import commands

SHOWN = 60
SHOWN_WAITING = 20

_seconds: Counter[str] = Counter()
_waited: Counter[str] = Counter()
_began = 0.0


def _cpu() -> float:
    """Of this process, and of those that it or its commands started and have seen end."""
    return sum(os.times()[:4]) + commands.cpu_seconds()


def pytest_runtest_logstart() -> None:
    global _began  # noqa: PLW0603  (a plugin is a module)
    if not _began:
        _began = _cpu()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> Iterator[None]:
    """A test's seconds are told with its last report: to ask for them is not cheap."""
    global _began
    report = yield
    if call.when == "teardown":
        now = _cpu()
        report.cpu_seconds, _began = now - _began, now  # type: ignore[attr-defined]
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    name, seconds = report.nodeid.partition("::")[0], getattr(report, "cpu_seconds", 0.0)
    _seconds[name] += seconds
    _waited[name] += report.duration - seconds


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _seconds:
        return
    terminalreporter.section(f"{sum(_seconds.values()):.0f} seconds of CPU")
    for name, seconds in _seconds.most_common(SHOWN):
        terminalreporter.line(f"{seconds:7.1f} {name}")
    terminalreporter.section(f"{sum(max(0.0, waited) for waited in _waited.values()):.0f} seconds of waiting")
    for name, seconds in _waited.most_common(SHOWN_WAITING):
        terminalreporter.line(f"{seconds:7.1f} {name}")
