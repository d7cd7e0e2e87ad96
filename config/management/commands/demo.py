"""`manage.py demo`: everything at once, to look at."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config.celery import PLACES
from config.demo.company import (
    ADMINISTRATOR,
    OWNER,
    STAFF,
    NotADemoError,
    client_numbers,
    demo_connections,
    make_company,
)
from config.demo.processes import Processes, Stopped, answers, claimed

CALM, BUSY = "0.05", "0.4"
"""Simulated calls a second."""
CLIENTS = 60
STRANGERS = ("+79161234567", "+74959876543", "+77085170456", "+375291234567")


class Command(BaseCommand):
    help = "Makes a demo company and runs the web server, the worker and simulated calls until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="port of the web server on this machine (8000)")
        parser.add_argument("--without-calls", action="store_true", help="no simulated calls, and no history of them")
        parser.add_argument("--busy", action="store_true", help="a call every 2 or 3 seconds instead of every 20")

    def handle(self, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo does not run with ENVIRONMENT=production: it makes users and calls.")
        port: int = options["port"]
        if not _is_free(port):
            raise CommandError(f"Port {port} is taken: stop what uses it, or choose another with --port.")
        self._claim = claimed(settings.VAR_DIR)
        if self._claim is None:
            raise CommandError(
                "Another demo runs with the same data: stop it, or set VAR_DIR to an empty folder to run one beside it."
            )
        api_port = _port_of_apis(port)
        self.stdout.write("Preparing the database and the demo company ...")
        # For the programs that are started below, this one among them.
        os.environ["STATIC_COLLECTED"] = "1"
        os.environ["TELEPHONY_PUBLIC_URL"] = f"http://127.0.0.1:{port}"  # Canary calls go there.
        collecting = subprocess.Popen([sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"])  # nosec B603
        call_command("migrate", verbosity=0)
        password = secrets.token_urlsafe(9)
        try:
            make_company(password=password, api_url=f"http://127.0.0.1:{api_port}")
        except NotADemoError as error:
            raise CommandError(
                f"This database has a user {error} that is not the demo's. "
                "Set VAR_DIR to an empty folder (and unset DATABASE_URL) to run the demo beside it."
            ) from None
        if collecting.wait():
            raise CommandError("The demo's scripts and styles could not be written; the last lines above say why.")
        try:
            with Processes() as processes:
                rate = BUSY if options["busy"] else CALM
                self._run(processes, port, password, api_port, rate="" if options["without_calls"] else rate)
        except Stopped:
            self.stdout.write("\nThe demo has stopped. Its data is kept for the next time.")

    def _run(self, processes: Processes, port: int, password: str, api_port: int, *, rate: str) -> None:
        processes.start(
            # Pages and event streams from one process. In production granian serves the pages: it costs a seventh.
            *("web", "-W", "ignore", "-m", "uvicorn", "config.asgi:application", "--lifespan", "off", "--ws", "none"),
            *("--host", "127.0.0.1", "--port", str(port), "--log-level", "warning", "--no-access-log"),
            # Open streams would keep it from stopping.
            *("--timeout-graceful-shutdown", "3"),
        )
        processes.start(
            # Celery's warnings (of running as root, of its own changes) are not for who looks at a demo.
            *("worker", "-W", "ignore", "-m", "celery", "--app", "config.celery", "--quiet", "worker", "--beat"),
            *("--pool", "threads", "--concurrency", str(PLACES), "--loglevel", "warning"),
        )
        ended = processes.wait(lambda: answers(port))
        address = f"http://127.0.0.1:{port}"
        if not ended:
            processes.start(*_simulator(address, api_port, rate=rate))
            if rate:
                processes.start("history", "manage.py", "demo_history", "--api-port", str(api_port), may_end=True)
            self.stdout.write(
                f"\n  The demo runs at  {address}/\n"
                f"  Login             {OWNER}\n"
                f"  Password          {password}\n\n"
                f"With the same password: {', '.join(_others())}.\n"
                "Calls of seven simulated PBXs arrive in the call log. Ctrl-C stops everything.\n"
            )
            self.stdout.flush()
            ended = processes.wait()
        raise CommandError(f"The demo's {ended} process ended by itself; its last lines are above.")


def _others() -> list[str]:
    """A login of each role, in words."""
    roles = {role: username for username, (*_, role) in reversed(STAFF.items())} | {"Administrator": ADMINISTRATOR[0]}
    return [f"{username} ({role.lower()})" for role, username in sorted(roles.items())]


def _write_clients() -> Path:
    """A file with the contacts' numbers, and a few that nobody knows, for the simulator to call from."""
    path: Path = settings.VAR_DIR / "demo-clients.txt"
    path.write_text("\n".join([*client_numbers(CLIENTS), *STRANGERS]) + "\n")
    return path


def _simulator(address: str, api_port: int, *, rate: str) -> tuple[str, ...]:
    """The PBXs' side: their APIs (recordings, results of calls, orders to call), and the calls of clients, if any."""
    whose = [word for pk in demo_connections() for word in ("--connection", str(pk))]
    if rate:
        traffic = ("calls", "manage.py", "simulate", "traffic", "--quiet", "--base-url", address)
        clients = str(_write_clients())
        return (*traffic, "--serve", str(api_port), "--rate", rate, "--clients", clients, *whose)
    return ("APIs", "manage.py", "simulate", "serve", "--quiet", "--base-url", address, "--port", str(api_port), *whose)


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _port_of_apis(port: int) -> int:
    """The next one, so that links of recordings still lead somewhere the next time; any, if that is taken."""
    if port < 65535 and _is_free(port + 1):
        return port + 1
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
    return found
