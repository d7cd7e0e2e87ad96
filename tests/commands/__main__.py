"""The processes behind `Commands`: one has the libraries, its forks the project, and their forks do what is ordered."""

from __future__ import annotations

import atexit
import json
import os
import runpy
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Client, Connection
from typing import Any

from tests.garbage import spare_what_is_loaded

LIBRARIES = (
    *("celery", "cryptography.fernet", "django.contrib.postgres.search", "django.core.handlers.asgi"),
    *("django.core.management", "django.db.backends.postgresql.base", "django.db.backends.sqlite3.base"),
    *("django.db.models", "django.test.utils", "django.views.generic", "django_filters", "environ", "fido2.server"),
    *("granian", "openpyxl", "phonenumbers", "prometheus_client", "psycopg_pool", "pycurl", "redis"),
    *("rest_framework.serializers", "sentry_sdk", "urllib3", "uvicorn"),
    # Newer Pythons load it only as telephony/soap/library.py of the ordered folder has put it right.
    *(("spyne.protocol.soap", "spyne.server.django") if sys.version_info < (3, 12) else ()),
)
"""Those that read no settings while they are loaded, and take long."""


def main(address: str) -> None:
    line = Client(address, "AF_UNIX")  # First: if anything fails now, whoever waits learns of it.
    for name in LIBRARIES:
        import_module(name)
    spare_what_is_loaded()
    order = _next_order(line)
    os.environ.clear()
    os.environ.update(order["environment"])
    # The first place of all modules is where this process was started.
    sys.path[0] = order["folder"]
    os.chdir(order["folder"])
    line = Client(order["address"], "AF_UNIX")
    _load_project()
    order = _next_order(line)
    _part_from_the_others()
    run = _run_module if "module" in order else _run_command
    _end_with(lambda: run(**order))


def _next_order(line: Connection) -> dict[str, Any]:
    """Forks for each order; returns, in the child only, what it has to do.

    A command is answered when it has ended, with its status; what goes on by itself at once, with its process's number.
    """
    going_on: set[int] = set()
    signal.signal(signal.SIGCHLD, lambda *_: _bury(going_on))
    while True:
        try:
            order: dict[str, Any] = json.loads(line.recv_bytes())
        except (EOFError, OSError):
            os._exit(0)
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            line.close()
            return order
        if "printed" in order:
            told = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        else:
            going_on.add(child)
            told = child
        line.send_bytes(str(told).encode())


def _bury(going_on: set[int]) -> None:
    for pid in list(going_on):
        with suppress(ChildProcessError):
            if os.waitpid(pid, os.WNOHANG)[0]:
                going_on.discard(pid)


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


def _part_from_the_others() -> None:
    """The flag that ends a worker is shared with all that it forks: here, with whoever else comes from this process."""
    from telephony.jobs import runs

    runs._stopping = runs.SharedFlag()


def _run_command(arguments: list[str], printed: list[str]) -> None:
    for descriptor, path in enumerate(["/dev/null", *printed]):
        opened = os.open(path, os.O_RDONLY if descriptor == 0 else os.O_WRONLY | os.O_CREAT)
        os.dup2(opened, descriptor)
    from django.core.management import execute_from_command_line

    sys.argv = ["manage.py", *arguments]
    execute_from_command_line(sys.argv)


def _end_with(run: Callable[[], None]) -> None:
    """As Python ends, but without taking apart what the parent loaded: that copies all of it, and costs more than most
    commands."""
    status = 0
    try:
        run()
    except SystemExit as ending:
        status = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
        if not isinstance(ending.code, int | None):
            sys.stderr.write(f"{ending.code}\n")
    except BaseException:
        traceback.print_exc()
        status = 1
    threading._shutdown()  # type: ignore[attr-defined]  (as multiprocessing ends its children)
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _run_module(module: str, arguments: list[str], log: str) -> None:
    os.setsid()
    os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
    if log:
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1])
