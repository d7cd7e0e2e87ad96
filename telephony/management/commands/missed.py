"""`manage.py missed`: clients who were missed and wait to be called back, for scripts."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from telephony.missed.rebuilding import DAYS, rebuild
from telephony.missed.selectors import item_as_json, waiting, with_details
from telephony.models import MissedItem


class Command(BaseCommand):
    help = "Prints clients who were missed and wait to be called back, the most urgent first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="also those who were talked with, or were closed")
        parser.add_argument("--json", action="store_true", help="print JSON, one object a line")
        parser.add_argument(
            "--rebuild", action="store_true", help="work them out anew from the calls; what people decided stays"
        )
        parser.add_argument("--days", type=int, default=DAYS, help=f"--rebuild: how far back, in days ({DAYS})")

    def handle(self, **options: Any) -> None:
        if options["rebuild"]:
            if options["days"] < 1:
                raise CommandError(f"--days {options['days']}: write 1 or more.")
            self.stdout.write(f"{rebuild(days=options['days'])} changed.")
            return
        now = timezone.now()
        found = MissedItem.objects.order_by("first_at", "pk") if options["all"] else waiting()
        for item in with_details(found).iterator(chunk_size=500):
            shown = item_as_json(item, now=now)
            self.stdout.write(json.dumps(shown, ensure_ascii=False) if options["json"] else _line(shown))


def _line(item: dict[str, Any]) -> str:
    who = item["contact"] or item["client_e164"] or "-"
    return f"{item['due_at']}  {item['state']:8} {item['attempts']:3}x {who}  {item['assignee'] or ''}"
