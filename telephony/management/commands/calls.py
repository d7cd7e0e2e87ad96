"""`manage.py calls`: the calls, for scripts."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from telephony.calls.selectors import call_as_json, calls_with_details
from telephony.models import Connection


class Command(BaseCommand):
    help = "Prints calls, oldest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--connection", type=int, metavar="ID", help="only this connection's calls")
        parser.add_argument(
            "--since", metavar="TIME", help="only calls begun since, like 2026-11-21 or 2026-11-21T09:30+03:00"
        )
        parser.add_argument("--json", action="store_true", help="print JSON, one object a line")

    def handle(self, **options: Any) -> None:
        if options["connection"] and not Connection.objects.filter(pk=options["connection"]).exists():
            raise CommandError(f"--connection: there is no {options['connection']}; `connection list` shows them.")
        since = _moment(options["since"]) if options["since"] else None
        for call in calls_with_details(connection_id=options["connection"], since=since).iterator(chunk_size=500):
            shown = call_as_json(call)
            self.stdout.write(json.dumps(shown, ensure_ascii=False) if options["json"] else _line(shown))


def _moment(text: str) -> datetime:
    """A time as typed; without a zone it is in the site's."""
    try:
        moment = parse_datetime(text)
        day = parse_date(text)
    except ValueError:
        moment = day = None
    if moment is None and day is not None:
        moment = datetime.combine(day, datetime.min.time())
    if moment is None:
        raise CommandError(f"--since {text}: write a time like 2026-11-21 or 2026-11-21T09:30+03:00.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _line(call: dict[str, Any]) -> str:
    who = call["contact"] or call["client_e164"] or call["client_raw"] or "-"
    talked = "" if call["talk_seconds"] is None else f" {call['talk_seconds']} s"
    return (
        f"{call['started_at']}  {call['vendor']:8} {call['direction']:9} {call['status']:10}"
        f" {who}{talked}  {call['responsible'] or ''}"
    )
