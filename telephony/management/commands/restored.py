"""`manage.py restored`: what a backup that was restored has, and what came after it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Max
from django.utils import timezone

from telephony.intake.spool import files
from telephony.models import Delivery
from telephony.reconcile.comparing import Entry, Standing
from telephony.reconcile.since_backup import Lacking, lacking
from telephony.recordings.keeping import agreement


class Command(BaseCommand):
    help = "After a restore: what agrees, what waits in the spool, and which calls since the backup the PBXs list."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", required=True, metavar="YYYY-MM-DD", help="the day on which the backup was made")
        parser.add_argument("--json", action="store_true", help="print a JSON object")

    def handle(self, **options: Any) -> None:
        told = look(since=_moment(options["since"]))
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        for line in _lines(told):
            self.stdout.write(line)


def look(*, since: datetime) -> dict[str, Any]:
    """Changes nothing. Times are ISO 8601."""
    newest = Delivery.objects.aggregate(newest=Max("received_at"))["newest"]
    return {
        "newest_message": newest and timezone.localtime(newest).isoformat(timespec="seconds"),
        "spool": asdict(files.size()),
        "recordings": {
            "missing": [asdict(one) for one in agreement.missing_files()],
            "of_nobody": list(agreement.files_of_nobody()),
        },
        "connections": [_of_connection(one) for one in lacking(since=since)],
    }


def _of_connection(found: Lacking) -> dict[str, Any]:
    return {
        "id": found.connection.pk,
        "name": found.connection.name,
        "calls": [_of_call(entry) for entry in found.calls],
        "untold": found.untold,
    }


def _of_call(entry: Entry) -> dict[str, Any]:
    listed = entry.listed
    return {
        "started_at": timezone.localtime(entry.started_at).isoformat(timespec="seconds"),
        "is_new": entry.standing is Standing.PBX_ONLY,
        "call_id": listed.call_id if listed else "",
        "client": (listed.client_e164 or listed.client_raw) if listed else "",
    }


def _lines(told: dict[str, Any]) -> list[str]:
    missing, of_nobody = told["recordings"]["missing"], told["recordings"]["of_nobody"]
    spool = told["spool"]
    lines = [
        f"The newest message that is stored: {told['newest_message'] or 'none'}.",
        f"Spool: {spool['files']} files, {spool['bytes']} bytes, {spool['damaged']} damaged.",
        f"Recordings: {len(missing)} files are missing, {len(of_nobody)} belong to no recording"
        + (" (manage.py recordings names and mends them)." if missing or of_nobody else "."),
    ]
    for one in told["connections"]:
        new = sum(call["is_new"] for call in one["calls"])
        lines.append(
            f"{one['id']} {one['name']}: {new} calls are only at the PBX, {len(one['calls']) - new} incomplete here"
            + (f" (manage.py pull_calls {one['id']} brings them)." if one["calls"] else ".")
        )
        lines += [
            f"  {call['started_at']}  {call['client'] or '-'}  {call['call_id']}".rstrip() for call in one["calls"]
        ]
        lines += [f"  not told: {why}" for why in one["untold"]]
    return lines


def _moment(text: str) -> datetime:
    try:
        return timezone.make_aware(datetime.combine(date.fromisoformat(text), datetime.min.time()))
    except ValueError:
        raise CommandError(f"--since {text}: write a day like 2026-11-21.") from None
