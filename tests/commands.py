"""`manage.py` without a new start for each command: a process that has loaded the project forks one for each.

Loading it takes a second of CPU, and a story in a browser types dozens of commands.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import weakref
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

    def _run_beside(self, arguments: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        """While another command runs: in a process of its own."""
        command = [sys.executable, "manage.py", *arguments]
        options = {"cwd": ROOT, "env": self.environment, "capture_output": True, "text": True}
        return subprocess.run(command, timeout=LONGEST_SECONDS, check=False, **options)  # type: ignore[call-overload]

    def _run(self, arguments: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.TemporaryDirectory() as folder:
            printed = [Path(folder) / "stdout", Path(folder) / "stderr"]
            order = {"arguments": arguments, "printed": [str(path) for path in printed]}
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            answered, _, _ = select([self._process.stdout], [], [], LONGEST_SECONDS)
            answer = self._process.stdout.readline() if answered else ""
            if not answer:
                self._process.kill()
                raise AssertionError(f"manage.py {' '.join(arguments)} did not end.")
            return subprocess.CompletedProcess(arguments, int(answer), *(path.read_text() for path in printed))


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


def _serve() -> tuple[list[str], list[str]]:
    """Forks for each order; returns, in the child only, what it has to run and where it prints."""
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            return order["arguments"], order["printed"]
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
    os._exit(0)


def main() -> None:
    _load_project()
    arguments, printed = _serve()
    for descriptor, path in enumerate(["/dev/null", *printed]):
        opened = os.open(path, os.O_RDONLY if descriptor == 0 else os.O_WRONLY | os.O_CREAT)
        os.dup2(opened, descriptor)
    from django.core.management import execute_from_command_line

    sys.argv = ["manage.py", *arguments]
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
