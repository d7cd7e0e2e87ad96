"""`manage.py reports`: whether what reports count is what the calls say."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from telephony.reports.rebuilding import differences

MOST_SHOWN = 20


class Command(BaseCommand):
    help = "Compares the rows that reports count with the calls, or works them out anew."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--check", action="store_true", help="compare; ends with an error if a row is wrong")
        which.add_argument(
            "--rebuild", action="store_true", help="write anew what is wrong: after working hours were changed, say"
        )

    def handle(self, **options: Any) -> None:
        count = 0
        for count, found in enumerate(differences(mend=options["rebuild"]), 1):
            if count <= MOST_SHOWN:
                self.stdout.write(f"call {found.call_pk}: {', '.join(found.columns) or 'no row'}")
        if options["check"] and count:
            raise CommandError(f"{count} rows are not what their calls say. To mend them: manage.py reports --rebuild")
        self.stdout.write(f"{count} rows written." if options["rebuild"] else "All rows are what their calls say.")
