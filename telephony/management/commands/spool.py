"""`manage.py spool`: messages that came while the database was away."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from telephony.intake.spool import draining, files


class Command(BaseCommand):
    help = "Says what lies in the spool, or stores it now. Files that a running server writes to are left to it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--drain", action="store_true", help="store it in the database now; a worker applies it")
        parser.add_argument("--json", action="store_true", help="print a JSON object")

    def handle(self, **options: Any) -> None:
        stored = draining.drain() if options["drain"] else 0
        size = files.size()
        if options["json"]:
            self.stdout.write(json.dumps({"stored": stored, **asdict(size)}))
            return
        if options["drain"]:
            self.stdout.write(f"{stored} messages read and stored.")
        self.stdout.write(f"{size.files} files, {size.bytes} bytes, the oldest {size.oldest_seconds} s old.")
        if size.damaged:
            self.stdout.write(f"{size.damaged} damaged files: what could be read of them is stored.")
