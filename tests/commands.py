"""`manage.py` and servers without a new start for each: a process that has loaded the project forks one for each.

Loading it takes more than a second of CPU, and a story in a browser types dozens of commands.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
import weakref
from contextlib import suppress
from pathlib import Path
from select import select

from tests.databases import ROOT
from tests.garbage import spare_what_is_loaded

LONGEST_SECONDS = 120


class Commands:
    """Runs `manage.py ARGUMENTS` in one environment. It ends with its last user."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = dict(environment)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.commands"],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._one_at_a_time = threading.Lock()
        weakref.finalize(self, _end, self._process)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        if not self._one_at_a_time.acquire(blocking=False):
            return self._run_beside(arguments)
        try:
            return self._run(arguments)
        finally:
            self._one_at_a_time.release()

    def start(self, module: str, *arguments: str) -> Forked:
        """`python -m MODULE ARGUMENTS`, in a session of its own; it goes on until somebody ends it."""
        with self._one_at_a_time:
            pid = int(self._order({"module": module, "arguments": arguments}))
        return Forked(pid, self)

    def _run_beside(self, arguments: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        """While another command runs: in a process of its own."""
        command = [sys.executable, "manage.py", *arguments]
        options = {"cwd": ROOT, "env": self.environment, "capture_output": True, "text": True}
        return subprocess.run(command, timeout=LONGEST_SECONDS, check=False, **options)  # type: ignore[call-overload]

    def _run(self, arguments: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        with tempfile.TemporaryDirectory() as folder:
            printed = [Path(folder) / "stdout", Path(folder) / "stderr"]
            status = self._order({"arguments": arguments, "printed": [str(path) for path in printed]})
            return subprocess.CompletedProcess(arguments, int(status), *(path.read_text() for path in printed))

    def _order(self, order: dict[str, object]) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answered, _, _ = select([self._process.stdout], [], [], LONGEST_SECONDS)
        answer = self._process.stdout.readline() if answered else ""
        if not answer:
            self._process.kill()
            raise AssertionError(f"This did not end: {order}")
        return answer


class Forked:
    """A process that is the child of another one: what subprocess.Popen can do, but for the exit code."""

    def __init__(self, pid: int, parent: Commands) -> None:
        self.pid = pid
        self._parent = parent  # Which waits for it.
        self._descriptor = os.pidfd_open(pid)
        weakref.finalize(self, os.close, self._descriptor)

    def poll(self) -> int | None:
        """None while it runs, then 0."""
        return 0 if self._has_ended(0) else None

    def wait(self, timeout: float | None = None) -> int:
        if not self._has_ended(timeout):
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return 0

    def _has_ended(self, seconds: float | None) -> bool:
        return bool(select([self._descriptor], [], [], seconds)[0])


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def _load_project() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.core.management import get_commands
    from django.urls import get_resolver

    django.setup()
    get_commands()
    # Commands that check the project read its addresses.
    get_resolver().url_patterns  # noqa: B018
    spare_what_is_loaded()


def _serve() -> dict[str, object]:
    """Forks for each order; returns, in the child only, what it has to do."""
    going_on: set[int] = set()
    signal.signal(signal.SIGCHLD, lambda *_: _bury(going_on))
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            return order
        if "module" in order:
            going_on.add(child)
            sys.stdout.write(f"{child}\n")
        else:
            _, status = os.waitpid(child, 0)
            sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
    os._exit(0)


def _bury(going_on: set[int]) -> None:
    for pid in list(going_on):
        with suppress(ChildProcessError):
            if os.waitpid(pid, os.WNOHANG)[0]:
                going_on.discard(pid)


def _run_command(arguments: list[str], printed: list[str]) -> None:
    for descriptor, path in enumerate(["/dev/null", *printed]):
        opened = os.open(path, os.O_RDONLY if descriptor == 0 else os.O_WRONLY | os.O_CREAT)
        os.dup2(opened, descriptor)
    from django.core.management import execute_from_command_line

    sys.argv = ["manage.py", *arguments]
    execute_from_command_line(sys.argv)


def _run_module(module: str, arguments: list[str]) -> None:
    os.setsid()
    os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def main() -> None:
    _load_project()
    order = _serve()
    if "module" in order:
        _run_module(**order)  # type: ignore[arg-type]
    else:
        _run_command(**order)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
