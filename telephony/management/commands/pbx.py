"""`manage.py pbx ID employees|registered|address|set-address`: what the PBX itself says of its set-up."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError

from telephony.http import Limits, RequestFailed, Talk
from telephony.models import Connection
from telephony.talks import hold
from telephony.vendors.listing import AskFailed
from telephony.vendors.office import Office, is_own

T = TypeVar("T")
LIMITS = Limits(total_seconds=30)


class Command(BaseCommand):
    help = "Asks a connection's PBX for its employees, its phones, and where it sends its messages; sets that address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", type=int, help="the connection's number in `connection list`")
        actions = parser.add_subparsers(
            dest="action", required=True, metavar="employees|registered|address|set-address"
        )
        actions.add_parser("employees", help="everybody whom the PBX lists, one JSON object a line")
        registered = actions.add_parser("registered", help="whether a phone is connected with the PBX now")
        registered.add_argument("extension", help="its internal number")
        actions.add_parser("address", help="where the PBX sends its messages, and which of them")
        setting = actions.add_parser("set-address", help="have all messages that we read sent to this address")
        setting.add_argument("site", help="our public address, like https://crm.example.com")

    def handle(self, *, id: int, action: str, **options: Any) -> None:
        connection = Connection.objects.filter(pk=id).first()
        if connection is None:
            raise CommandError(f"id: there is no connection {id}; `connection list` shows them.")
        asked: Callable[[Connection, dict[str, Any]], None] = getattr(self, "_" + action.replace("-", "_"))
        asked(connection, options)

    def _employees(self, connection: Connection, options: dict[str, Any]) -> None:
        office = _office(connection, "lists_employees", "tells nothing of its employees")
        for employee in _held(connection, office.employees(connection.talk_profile())):
            shown = {name: getattr(employee, name) for name in ("name", "extension", "key", "email")}
            self.stdout.write(json.dumps(shown, ensure_ascii=False))

    def _registered(self, connection: Connection, options: dict[str, Any]) -> None:
        office = _office(connection, "tells_registration", "does not tell whether a phone is connected")
        extension = options["extension"]
        found = _held(connection, office.registration(connection.talk_profile(), extension))
        self.stdout.write(json.dumps({"extension": extension, "registered": found}))

    def _address(self, connection: Connection, options: dict[str, Any]) -> None:
        office = _office(connection, "sets_address", "does not tell where it sends its messages")
        found = _held(connection, office.address(connection.talk_profile(), own_path=connection.hook_path))
        is_ours = is_own(found.url, connection.hook_path)
        # The address holds the secret: it is compared, not shown.
        self.stdout.write(json.dumps({"is_ours": is_ours, "switches": dict(found.switches)}, ensure_ascii=False))

    def _set_address(self, connection: Connection, options: dict[str, Any]) -> None:
        office = _office(connection, "sets_address", "can't be told where to send its messages")
        url = options["site"].rstrip("/") + connection.hook_path
        _held(connection, office.set_address(connection.talk_profile(), url))
        self.stdout.write("The PBX sends its messages to this connection now.")


def _office(connection: Connection, flag: str, cannot: str) -> Office:
    """Raises CommandError where the PBX can't be asked for this, or not yet."""
    vendor = connection.vendor_object
    if vendor.office is None or not getattr(vendor.office, flag):
        raise CommandError(f"id: {vendor.label} {cannot}.")
    if not vendor.office.is_set_up(connection.profile()):
        raise CommandError("id: the connection's settings lack what asking its PBX takes; see `connection set`.")
    return vendor.office


def _held(connection: Connection, talk: Talk[T]) -> T:
    try:
        return hold(talk, connection=connection, limits=LIMITS)
    except RequestFailed as error:
        raise CommandError(f"The PBX gave no answer. {error.text}") from None
    except AskFailed as error:
        said = connection.without_secrets(error.text)
        raise CommandError(f"The PBX did not tell it ({error.code}). {said}".strip()) from None
