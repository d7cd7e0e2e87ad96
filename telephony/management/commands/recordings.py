"""`manage.py recordings`: whether the files of recordings are what their rows say."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from telephony.recordings.keeping import agreement

MOST_SHOWN = 20


class Command(BaseCommand):
    help = "Compares stored recordings with their files, and mends what differs. For after a backup was restored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--check", action="store_true", help="compare; ends with an error if anything differs")
        which.add_argument("--mend", action="store_true", help="fetch from the PBX again what is missing")
        parser.add_argument(
            "--discard", action="store_true", help="with --mend: delete the files that belong to no recording, too"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, **options: Any) -> None:
        if options["discard"] and not options["mend"]:
            raise CommandError("--discard: only with --mend.")
        missing, of_nobody = list(agreement.missing_files()), list(agreement.files_of_nobody())
        if options["mend"]:
            for one in missing:
                agreement.fetch_again(one)
            for name in of_nobody if options["discard"] else ():
                agreement.discard(name)
        if options["json"]:
            told = {"missing": [asdict(one) for one in missing], "of_nobody": of_nobody}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            self._print(missing, of_nobody, options)
        if options["check"] and (missing or of_nobody):
            raise CommandError("To have what is missing fetched from the PBX again: manage.py recordings --mend")

    def _print(self, missing: list[agreement.Missing], of_nobody: list[str], options: dict[str, Any]) -> None:
        for one in missing[:MOST_SHOWN]:
            state = "is asked for at the PBX" if one.can_be_fetched else "can't be asked for"
            self.stdout.write(f"missing: {one.file}, of call {one.call}" + (f", {state}" if options["mend"] else ""))
        for name in of_nobody[:MOST_SHOWN]:
            self.stdout.write(f"of no recording: {name}" + (", will be deleted" if options["discard"] else ""))
        counts = f"{len(missing)} files are missing, {len(of_nobody)} belong to no recording."
        self.stdout.write(counts if missing or of_nobody else "All files are what their rows say.")
