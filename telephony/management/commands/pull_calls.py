"""`manage.py pull_calls`: a PBX's own list of calls, and what of it is missing here."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from telephony.models import Connection, PbxDay
from telephony.reconcile import pulling, requests
from telephony.reconcile.comparing import Standing, counts, day_of
from telephony.reconcile.words import reason_text

MOST_DAYS = 92


class Command(BaseCommand):
    help = "Pulls a PBX's own list of calls by day, and imports what is missing here or differs. Repeating is harmless."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "connection", type=int, metavar="CONNECTION", help="by number; `connection list` shows them"
        )
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--day", metavar="YYYY-MM-DD", help="this day of the PBX's clock (today)")
        which.add_argument("--days", type=int, metavar="N", help="the last N days, today included")
        parser.add_argument("--dry-run", action="store_true", help="only show what an import would bring")
        parser.add_argument("--json", action="store_true", help="print JSON, one object a day")

    def handle(self, **options: Any) -> None:
        connection = Connection.objects.filter(pk=options["connection"]).first()
        if connection is None:
            raise CommandError(f"There is no connection {options['connection']}; `connection list` shows them.")
        if connection.vendor_object.call_info is None:
            raise CommandError(f"{connection.vendor_object.label} can't be asked for its calls.")
        failed = 0
        for day in _days(connection, options):
            told = _look(connection, day) if options["dry_run"] else _pull(connection, day)
            failed += bool(told.get("error"))
            self.stdout.write(json.dumps(told, ensure_ascii=False) if options["json"] else _line(told, options))
        if failed:
            raise CommandError(f"{failed} of the lists did not come." if failed > 1 else "The list did not come.")


def _days(connection: Connection, options: dict[str, Any]) -> list[date]:
    today = day_of(connection, timezone.now())
    if options["days"] is not None:
        if not 1 <= options["days"] <= MOST_DAYS:
            raise CommandError(f"--days: from 1 to {MOST_DAYS}.")
        return [today - timedelta(days=back) for back in reversed(range(options["days"]))]
    if options["day"] is None:
        return [today]
    try:
        return [date.fromisoformat(options["day"])]
    except ValueError:
        raise CommandError(f"--day {options['day']}: write a day like 2026-11-21.") from None


def _pull(connection: Connection, day: date) -> dict[str, Any]:
    row, _ = PbxDay.objects.get_or_create(connection=connection, day=day)
    row.imports = True
    imported = pulling.pull(day=row)
    if imported is None:
        return {"day": day.isoformat(), "error": reason_text(row.reason, row.detail)}
    done = {"created": imported.created, "completed": imported.completed, "busy": imported.busy}
    return {"day": day.isoformat(), **done, **row.counts, "unread": row.unread}


def _look(connection: Connection, day: date) -> dict[str, Any]:
    try:
        entries = pulling.preview(connection=connection, day=day)
    except requests.NotTold as trouble:
        return {"day": day.isoformat(), "error": reason_text(trouble.code, trouble.detail)}
    completed = sum(entry.can_import and entry.standing is Standing.DIFFERENT for entry in entries)
    created = sum(entry.standing is Standing.PBX_ONLY for entry in entries)
    return {"day": day.isoformat(), "created": created, "completed": completed, **counts(entries)}


def _line(told: dict[str, Any], options: dict[str, Any]) -> str:
    if told.get("error"):
        return f"{told['day']}  {told['error']}"
    mood = "would be " if options["dry_run"] else ""
    parts = [
        f"{told['created']} calls {mood}created",
        f"{told['completed']} {mood}completed",
        f"{told['both']} in both",
        f"{told['different']} differ",
        f"{told['here_only']} only here",
        f"{told['pbx_only']} only in the PBX",
        f"{told['unclear']} unclear",
        f"{told['going_on']} going on",
    ]
    if told.get("unread"):
        parts.append(f"{told['unread']} rows unreadable")
    return f"{told['day']}  {', '.join(parts)}"
