"""`manage.py erase_number`: a person asked for it."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from telephony import erasure
from telephony.domain.exceptions import HeldRecordings, MessagesWait, NumberUnclear
from telephony.erasure import Preview, Target
from telephony.jobs import LeaseLost
from telephony.models import AuditEntry


class Command(BaseCommand):
    help = (
        "Erases a person's number: contacts, recordings, raw deliveries, and the number in calls, of which only "
        "what statistics need stays. What the PBX tells of it later is a new fact: erase it there, too."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", help="the number in any form, like '8 (923) 529-29-26' or +79235292926")
        parser.add_argument("--dry-run", action="store_true", help="only show what would be erased")
        parser.add_argument("--was-erased", action="store_true", help="only show when it was erased, by the journal")
        parser.add_argument("--held-too", action="store_true", help="also recordings that somebody keeps")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument("--json", action="store_true", help="print JSON, one object a line")

    def handle(self, *, number: str, **options: Any) -> None:
        try:
            target = erasure.target_of(number)
            if options["was_erased"]:
                self._tell_when(target, options["json"])
                return
            found = erasure.preview(target=target, whole=True)
            if options["dry_run"]:
                self._show(found, options["json"])
                return
            if not options["yes"]:
                self._show(found, as_json=False)
                self._ask()
            begun = erasure.begin(target=target, user=None, held_too=options["held_too"])
        except (NumberUnclear, MessagesWait) as error:
            raise CommandError(str(error)) from None
        except HeldRecordings as error:
            raise CommandError(f"{error} Give --held-too to erase them, too, or release them first.") from None
        try:
            erasure.finish(erasure=begun)
        except LeaseLost:
            raise CommandError(
                f"This was held up for too long. A worker goes on with it: the journal's entry {begun.entry_id}."
            ) from None
        except erasure.Unfinished as error:
            raise CommandError(
                f"{error} calls could not be erased, everything else is; see the log. A worker tries them again: the "
                f"journal's entry {begun.entry_id}."
            ) from None
        self._show_done(AuditEntry.objects.get(pk=begun.entry_id), options["json"])

    def _ask(self) -> None:
        if not sys.stdin.isatty():
            raise CommandError("Nobody can be asked here: give --yes to erase this, or --dry-run to look.")
        self.stdout.write("This can't be undone. Type yes to erase it: ", ending="")
        self.stdout.flush()
        if input().strip().lower() != "yes":
            raise CommandError("Nothing was erased.")

    def _show(self, found: Preview, as_json: bool) -> None:
        counts = {
            "calls": found.calls,
            "recordings": found.recordings,
            "held": list(found.held),
            "deliveries": found.deliveries,
            "orders": found.orders,
            "contacts": [card.pk for card in found.contacts],
        }
        if as_json:
            self.stdout.write(json.dumps({"erased": False, **counts}))
            return
        self.stdout.write(f"{found.target.shown}: {found.calls} calls, {found.recordings} recordings,")
        self.stdout.write(f"{found.deliveries} raw deliveries, {found.orders} orders to call, ", ending="")
        self.stdout.write(
            f"{len(found.contacts)} contacts: {', '.join(card.name for card in found.contacts) or 'none'}."
        )
        if found.held:
            self.stdout.write(f"Kept by somebody: recordings {', '.join(f'#{key}' for key in found.held)}.")

    def _show_done(self, entry: AuditEntry, as_json: bool) -> None:
        counts = {name: entry.details[name] for name in ("contacts", "calls", "recordings", "deliveries")}
        if as_json:
            self.stdout.write(json.dumps({"erased": True, "journal": entry.pk, **counts}))
            return
        told = ", ".join(f"{count} {name}" for name, count in counts.items())
        self.stdout.write(f"Erased: {told}. The journal's entry is {entry.pk}.")

    def _tell_when(self, target: Target, as_json: bool) -> None:
        entries = list(erasure.was_erased(target))
        if as_json:
            moments = [entry.at.isoformat() for entry in entries]
            self.stdout.write(json.dumps({"was_erased": bool(entries), "at": moments}))
        elif entries:
            self.stdout.write(
                "\n".join(f"Erased {entry.at:%Y-%m-%d %H:%M} UTC, entry {entry.pk}." for entry in entries)
            )
        else:
            raise CommandError("The journal knows of no erasure of this number.")
