"""`manage.py connection add|list|rotate`."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from telephony.management.errors import readable
from telephony.models import Connection
from telephony.services import connections
from telephony.vendors import installed


class Command(BaseCommand):
    help = "Adds, lists and renews connections to PBXs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="add|list|rotate")
        add = actions.add_parser("add", help="add a connection and print the address for its PBX")
        add.add_argument("vendor", help="which PBX, like sipuni; a wrong name shows all")
        add.add_argument("--name", required=True, help="what people call this PBX")
        add.add_argument("--timezone", default="Europe/Moscow", help="zone of the PBX's clock (Europe/Moscow)")
        add.add_argument("--region", default="RU", help="country that numbers without a country code belong to (RU)")
        add.add_argument(
            "--set", action="append", default=[], metavar="KEY=VALUE", nargs="+", help="a setting of this kind of PBX"
        )
        shown = actions.add_parser("list", help="list the connections, addresses included")
        rotate = actions.add_parser("rotate", help="give a connection a new address; the old one stops working")
        rotate.add_argument("id", type=int, help="the connection's number in `connection list`")
        for action in (add, shown, rotate):
            action.add_argument("--json", action="store_true", help="print JSON, one object a line")

    def handle(self, *, action: str, **options: Any) -> None:
        {"add": self._add, "list": self._list, "rotate": self._rotate}[action](options)

    def _add(self, options: dict[str, Any]) -> None:
        if options["vendor"] not in installed():
            raise CommandError(f"vendor: there is no {options['vendor']!r}; there are: {', '.join(installed())}.")
        try:
            connection = connections.add_connection(
                vendor=options["vendor"],
                name=options["name"],
                time_zone=options["timezone"],
                phone_region=options["region"].upper(),
                settings=_settings(options["set"]),
            )
        except ValidationError as error:
            raise CommandError(readable(error)) from None
        self._print(connection, options["json"])

    def _list(self, options: dict[str, Any]) -> None:
        for connection in Connection.objects.order_by("id"):
            self._print(connection, options["json"])

    def _rotate(self, options: dict[str, Any]) -> None:
        connection = Connection.objects.filter(pk=options["id"]).first()
        if connection is None:
            raise CommandError(f"id: there is no connection {options['id']}; `connection list` shows them.")
        connections.rotate(connection=connection)
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
        }
        self.stdout.write(json.dumps(shown, ensure_ascii=False))


def _settings(groups: list[list[str]]) -> dict[str, str]:
    values = {}
    for item in (item for group in groups for item in group):
        name, equals, value = item.partition("=")
        if not equals:
            raise CommandError(f"--set {name}: write it as key=value.")
        values[name] = value
    return values
