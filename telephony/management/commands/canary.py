"""`manage.py canary`: a call that nobody made goes the whole way of a real one, now."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from telephony import conf
from telephony.canary import echo, runs
from telephony.canary.calling import PATIENCE
from telephony.models import CanaryRun, Connection


class Command(BaseCommand):
    help = "Makes a canary call of each enabled connection, over the public address; fails if one does not arrive."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--connection", type=int, metavar="ID", help="of this connection alone")
        parser.add_argument(
            "--seconds",
            type=float,
            help=f"to wait for an answer ({PATIENCE:.0f}), or for the end of a real call ({echo.PATIENCE:.0f})",
        )
        parser.add_argument("--echo", action="store_true", help="have the PBX really call the connection's echo number")
        parser.add_argument("--json", action="store_true", help="one object a line for each call")

    def handle(self, **options: Any) -> None:
        if not conf.site_address():
            raise CommandError("Set TELEPHONY_PUBLIC_URL to the address that PBXs call, like https://crm.example.com.")
        made = _echoed(options) if options["echo"] else _played(options)
        for row in made:
            self.stdout.write(json.dumps(_as_json(row), ensure_ascii=False) if options["json"] else _in_words(row))
        if lost := [row for row in made if not row.has_arrived]:
            raise CommandError(f"{len(lost)} of {len(made)} did not arrive.")


def _played(options: dict[str, Any]) -> list[CanaryRun]:
    connections = runs.playable(connection_id=options["connection"])
    if not connections:
        raise CommandError("There is no such enabled connection whose PBX has a simulator.")
    return runs.run(connections, patience=options["seconds"] or PATIENCE)


def _echoed(options: dict[str, Any]) -> list[CanaryRun]:
    chosen = Connection.objects.filter(enabled=True).exclude(echo_number="").order_by("pk")
    if options["connection"] is not None:
        chosen = chosen.filter(pk=options["connection"])
    connections = [one for one in chosen if echo.can_call(one)]
    if not connections:
        raise CommandError("There is no such enabled connection with an echo number whose PBX keeps our order's id.")
    return [echo.run(one, patience=options["seconds"] or echo.PATIENCE) for one in connections]


def _in_words(row: CanaryRun) -> str:
    name = f"{row.connection_id} {row.connection.name}"
    if row.has_arrived:
        return f"{name}: arrived; answered within {row.answer_ms} ms, on a screen after {row.heard_ms} ms"
    return f"{name}: {row.get_problem_display()}" + (f" ({row.said})" if row.said else "")


def _as_json(row: CanaryRun) -> dict[str, object]:
    return {
        "connection": row.connection_id,
        "ok": row.has_arrived,
        "problem": row.problem or None,
        "said": row.said or None,
        "answer_ms": row.answer_ms,
        "heard_ms": row.heard_ms,
    }
