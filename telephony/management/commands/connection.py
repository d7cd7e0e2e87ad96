"""`manage.py connection add|set|list|rotate`."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from telephony.connections import settings as connections
from telephony.management import connection_options
from telephony.management.errors import readable
from telephony.models import Connection
from telephony.vendors import installed


class Command(BaseCommand):
    help = "Adds, changes, lists and renews connections to PBXs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="add|set|list|rotate")
        add = actions.add_parser("add", help="add a connection and print the address for its PBX")
        add.add_argument("vendor", help="which PBX, like sipuni; a wrong name shows all")
        add.add_argument("--name", required=True, help="what people call this PBX")
        add.add_argument("--timezone", default="Europe/Moscow", help="zone of the PBX's clock (Europe/Moscow)")
        add.add_argument("--region", default="RU", help="country that numbers without a country code belong to (RU)")
        connection_options.add_arguments(add)
        change = actions.add_parser("set", help="change some of a connection's settings; the rest stays")
        change.add_argument("id", type=int, help="the connection's number in `connection list`")
        connection_options.add_arguments(change)
        change.add_argument(
            "--keep-hours", type=int, default=0, help="how long a secret of before proves messages, too (0: not)"
        )
        shown = actions.add_parser("list", help="list the connections, addresses included")
        rotate = actions.add_parser("rotate", help="give a connection a new address")
        rotate.add_argument("id", type=int, help="the connection's number in `connection list`")
        rotate.add_argument(
            "--keep-hours", type=int, default=0, help="how long the old address is taken, too (0: it stops at once)"
        )
        for action in (add, change, shown, rotate):
            action.add_argument("--json", action="store_true", help="print JSON, one object a line")

    def handle(self, *, action: str, **options: Any) -> None:
        {"add": self._add, "set": self._set, "list": self._list, "rotate": self._rotate}[action](options)

    def _add(self, options: dict[str, Any]) -> None:
        if options["vendor"] not in installed():
            raise CommandError(f"vendor: there is no {options['vendor']!r}; there are: {', '.join(installed())}.")
        try:
            connection = connections.add_connection(
                vendor=options["vendor"],
                name=options["name"],
                time_zone=options["timezone"],
                phone_region=options["region"].upper(),
                settings=connection_options.settings(options),
                policy=connection_options.policy(options),
            )
        except ValidationError as error:
            raise CommandError(readable(error)) from None
        self._print(connection, options["json"])

    def _set(self, options: dict[str, Any]) -> None:
        connection = _connection(options["id"])
        settings, policy = connection_options.settings(options), connection_options.policy(options)
        if not settings and not policy:
            raise CommandError("Say what to change; `connection set --help` lists it.")
        try:
            connections.change_connection(
                connection=connection,
                settings=settings,
                policy=policy,
                keep=timedelta(hours=max(0, options["keep_hours"])),
            )
        except ValidationError as error:
            raise CommandError(readable(error)) from None
        self._print(connection, options["json"])

    def _list(self, options: dict[str, Any]) -> None:
        for connection in Connection.objects.order_by("id"):
            self._print(connection, options["json"])

    def _rotate(self, options: dict[str, Any]) -> None:
        connection = _connection(options["id"])
        connections.rotate(connection=connection, keep=timedelta(hours=max(0, options["keep_hours"])))
        self._print(connection, options["json"])

    def _print(self, connection: Connection, as_json: bool) -> None:
        if not as_json:
            vendor = installed().get(connection.vendor)
            state = "" if connection.enabled else " (disabled)"
            state += "" if vendor else " (this kind of PBX is not installed any more)"
            address = connection.hook_path + (vendor.address_suffix if vendor else "")
            self.stdout.write(f"{connection.pk}  {connection.vendor}  {connection.name}{state}\n    {address}")
            return
        shown = {
            "id": connection.pk,
            "vendor": connection.vendor,
            "name": connection.name,
            "enabled": connection.enabled,
            "time_zone": connection.time_zone,
            "phone_region": connection.phone_region,
            "hook_path": connection.hook_path,
            "fetch_recordings": connection.fetch_recordings,
            "keep_recordings_days": connection.keep_recordings_days,
            "longest_recording": connection.longest_recording,
            "recording_hosts": connection.recording_hosts,
            "allow_ftp": connection.allow_ftp,
            "internal_networks": connection.internal_networks,
            "sender_networks": connection.sender_networks,
        }
        self.stdout.write(json.dumps(shown, ensure_ascii=False))


def _connection(pk: int) -> Connection:
    connection = Connection.objects.filter(pk=pk).first()
    if connection is None:
        raise CommandError(f"id: there is no connection {pk}; `connection list` shows them.")
    return connection
