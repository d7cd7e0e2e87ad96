"""`manage.py demo`: everything at once, to look at."""

from __future__ import annotations

import secrets
import socket
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config.demo.company import OWNER, NotADemoError, client_numbers, make_company
from config.demo.processes import Processes, Stopped, answers

CALLS_PER_SECOND = "0.4"
CLIENTS = 60
STRANGERS = ("+79161234567", "+74959876543", "+77085170456", "+375291234567")


class Command(BaseCommand):
    help = "Makes a demo company and runs the web server, the worker and simulated calls until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="port of the web server on this machine (8000)")
        parser.add_argument("--without-calls", action="store_true", help="no simulated calls")

    def handle(self, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo does not run with ENVIRONMENT=production: it makes users and calls.")
        port: int = options["port"]
        _check_port(port)
        self.stdout.write("Preparing the database and the demo company ...")
        call_command("migrate", verbosity=0)
        password = secrets.token_urlsafe(9)
        try:
            make_company(password=password)
        except NotADemoError as error:
            raise CommandError(
                f"This database has a user {error} that is not the demo's. "
                "Set VAR_DIR to an empty folder (and unset DATABASE_URL) to run the demo beside it."
            ) from None
        try:
            with Processes() as processes:
                self._run(processes, port, password, with_calls=not options["without_calls"])
        except Stopped:
            self.stdout.write("\nThe demo has stopped. Its data is kept for the next time.")

    def _run(self, processes: Processes, port: int, password: str, *, with_calls: bool) -> None:
        processes.start(
            *("web", "-m", "granian", "config.wsgi:application", "--interface", "wsgi", "--no-ws"),
            *("--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"),
            # SQLite takes one writer at a time: more threads only wait for each other.
            *("--workers", "2", "--blocking-threads", "1"),
        )
        processes.start(
            # Celery's warnings (of running as root, of its own changes) are not for who looks at a demo.
            *("worker", "-W", "ignore", "-m", "celery", "--app", "config.celery", "--quiet", "worker", "--beat"),
            *("--pool", "threads", "--concurrency", "2", "--loglevel", "warning"),
        )
        ended = processes.wait(lambda: answers(port))
        address = f"http://127.0.0.1:{port}"
        if not ended and with_calls:
            processes.start(
                *("calls", "manage.py", "simulate", "traffic", "--quiet", "--base-url", address, "--serve"),
                *("--rate", CALLS_PER_SECOND, "--clients", str(_write_clients())),
            )
        if not ended:
            self.stdout.write(
                f"\n  The demo runs at  {address}/\n"
                f"  Login             {OWNER}\n"
                f"  Password          {password}\n\n"
                "Calls of four simulated PBXs arrive in the call log. Ctrl-C stops everything.\n"
            )
            self.stdout.flush()
            ended = processes.wait()
        raise CommandError(f"The demo's {ended} process ended by itself; its last lines are above.")


def _write_clients() -> Path:
    """A file with the contacts' numbers, and a few that nobody knows, for the simulator to call from."""
    path: Path = settings.VAR_DIR / "demo-clients.txt"
    path.write_text("\n".join([*client_numbers(CLIENTS), *STRANGERS]) + "\n")
    return path


def _check_port(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise CommandError(f"Port {port} is taken: stop what uses it, or choose another with --port.") from None
