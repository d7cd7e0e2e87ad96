"""`manage.py health`: what is wrong, for scripts and people."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError

from telephony.database.troubles import Trouble, trouble_of
from telephony.health.report import Health, connections_health, house_health, without_database
from telephony.models import Connection


class Command(BaseCommand):
    help = "Says what is wrong with each connection and the installation. Exit code 1 if anything is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--connection", type=int, metavar="ID", help="only this connection and the installation")
        parser.add_argument("--json", action="store_true", help="print a JSON list")

    def handle(self, **options: Any) -> None:
        try:
            found = self._found(options["connection"])
        except (DatabaseError, InterfaceError) as error:
            trouble = trouble_of(error)
            if trouble is None:
                raise
            # Of a database that is behind the installation's part says so.
            found = [without_database() if trouble is Trouble.AWAY else house_health()]
        if options["json"]:
            self.stdout.write(json.dumps([one.as_json() for one in found], ensure_ascii=False))
        else:
            for one in found:
                self._print(one)
        if not all(one.ok for one in found):
            sys.exit(1)

    def _found(self, pk: int | None) -> list[Health]:
        if pk is not None and not Connection.objects.filter(pk=pk).exists():
            raise CommandError(f"--connection: there is no {pk}; `connection list` shows them.")
        return [*connections_health(None if pk is None else [pk]), house_health()]

    def _print(self, one: Health) -> None:
        name = f"{one.connection.pk} {one.connection.name}" if one.connection else "installation"
        self.stdout.write(f"{name}: {'ok' if one.ok else 'to mend'}")
        for finding in one.findings:
            self.stdout.write(f"  {finding.code}: {finding.text}")
