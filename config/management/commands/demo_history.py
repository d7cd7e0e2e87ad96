"""`manage.py demo_history`: the weeks before the demo. `manage.py demo` runs it beside the rest."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.demo.company import demo_connections
from config.demo.history.mark import being_written
from config.demo.history.writing import DAYS, write_history


class Command(BaseCommand):
    help = "Writes the calls of the demo company's last weeks, the latest first. Days that have calls are left alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--api-port", type=int, default=8001, help="where the simulator serves the PBXs' APIs (8001)"
        )

    def handle(self, **options: Any) -> None:
        if not demo_connections():
            raise CommandError("There is no demo company in this database: run `manage.py demo` first.")
        api_url = f"http://127.0.0.1:{options['api_port']}"
        with being_written():
            written = sum(calls for _, calls in write_history(now=timezone.now(), api_url=api_url))
        if written:
            self.stdout.write(f"The history of {DAYS} days is there: {written} calls.")
