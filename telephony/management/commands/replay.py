"""`manage.py replay`: read stored deliveries again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from telephony.intake.replay import replay
from telephony.models import Connection, Delivery


class Command(BaseCommand):
    help = (
        "Reads stored deliveries again with today's parser and mends their calls. Doing it twice changes nothing more."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ids", nargs="*", type=int, metavar="ID", help="deliveries, by number")
        parser.add_argument("--failed", action="store_true", help="all that failed")
        parser.add_argument("--all", action="store_true", help="all that are stored")
        parser.add_argument("--connection", type=int, metavar="ID", help="of these, only this connection's")
        parser.add_argument("--dry-run", action="store_true", help="only show what would change")

    def handle(self, **options: Any) -> None:
        chosen = _chosen(options)
        done = failed = changed = 0
        for delivery in chosen.select_related("connection").order_by("id").iterator(chunk_size=200):
            report = replay(delivery=delivery, dry_run=options["dry_run"])
            done += 1
            failed += report.state == Delivery.State.FAILED
            changed += bool(report.changes)
            if report.error or report.changes:
                self.stdout.write(
                    f"delivery {report.delivery_id}: {report.state}{report.error and ': ' + report.error}"
                )
            for change in report.changes:
                self.stdout.write(f"    {change}")
        mood = "would change" if options["dry_run"] else "changed"
        self.stdout.write(f"{done} deliveries read, {changed} {mood} something, {failed} failed.")


def _chosen(options: dict[str, Any]) -> QuerySet[Delivery]:
    found = Delivery.objects.all()
    if options["ids"]:
        found = found.filter(pk__in=options["ids"])
        missing = sorted(set(options["ids"]) - set(found.values_list("pk", flat=True)))
        if missing:
            raise CommandError(f"ID: there is no delivery {', '.join(map(str, missing))}.")
    elif options["failed"]:
        found = found.filter(state=Delivery.State.FAILED)
    elif not options["all"]:
        raise CommandError("Say which: delivery numbers, --failed or --all.")
    if not options["connection"]:
        return found
    if not Connection.objects.filter(pk=options["connection"]).exists():
        raise CommandError(f"--connection: there is no {options['connection']}; `connection list` shows them.")
    return found.filter(connection_id=options["connection"])
