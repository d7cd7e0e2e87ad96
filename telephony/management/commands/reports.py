"""`manage.py reports`: whether what reports count is what the calls say."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from telephony.database.writing import Writes
from telephony.missed import rang
from telephony.models import StaleDay
from telephony.reports import people_sums, people_weeks, sums
from telephony.reports.rebuilding import differences

EPOCH = date(1970, 1, 1)
MOST_SHOWN = 20


class Command(BaseCommand):
    help = "Compares the rows and sums that reports count with the calls, or works them out anew."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--check", action="store_true", help="compare; ends with an error if a row is wrong")
        which.add_argument("--rebuild", action="store_true", help="write anew what is wrong")

    def handle(self, **options: Any) -> None:
        count = 0
        for count, found in enumerate(differences(mend=options["rebuild"]), 1):
            if count <= MOST_SHOWN:
                self.stdout.write(f"call {found.call_pk}: {', '.join(found.columns) or 'no row'}")
        items = self._who_was_rung(mend=options["rebuild"])
        days = sorted({*sums.wrong_days(), *people_sums.wrong_days(), *people_weeks.wrong_days()})
        for day in days[:MOST_SHOWN]:
            self.stdout.write(f"sums of {EPOCH + timedelta(days=day)} (UTC)")
        if options["rebuild"]:
            StaleDay.objects.bulk_create(StaleDay(day=day) for day in days)
            self.stdout.write(f"{count + items} rows written; {len(days)} days are summed anew by the worker.")
        elif count or items or days:
            raise CommandError(
                f"{count + items} rows and {len(days)} days' sums are not what their calls say. "
                "To mend them: manage.py reports --rebuild"
            )
        else:
            self.stdout.write("All rows and sums are what their calls say.")

    def _who_was_rung(self, *, mend: bool) -> int:
        """How many missed clients have others as those whose phones rang than the legs of their calls."""
        count = 0
        for rows in rang.differing():
            for row in rows[: max(0, MOST_SHOWN - count)]:
                self.stdout.write(f"missed client {row.pk}: whose phones rang")
            count += len(rows)
            if mend:
                writes = Writes()
                rang.keep(writes, rows, {})
                writes.write()
        return count
