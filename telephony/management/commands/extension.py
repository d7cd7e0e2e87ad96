"""`manage.py extension add|list`."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from telephony.connections import settings
from telephony.management.errors import readable
from telephony.models import Connection, Extension


class Command(BaseCommand):
    help = "Says whose phone is which at a PBX."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="add|list")
        add = actions.add_parser("add", help="give a user an extension")
        add.add_argument("connection", type=int, help="the connection's number in `connection list`")
        add.add_argument("--user", required=True, help="the user's name for signing in")
        add.add_argument("--number", default="", help="internal number, like 101")
        add.add_argument("--key", default="", help="the user's key at the PBX (Mobilon)")
        shown = actions.add_parser("list", help="list the extensions")
        for action in (add, shown):
            action.add_argument("--json", action="store_true", help="print JSON, one object a line")

    def handle(self, *, action: str, **options: Any) -> None:
        {"add": self._add, "list": self._list}[action](options)

    def _add(self, options: dict[str, Any]) -> None:
        connection = Connection.objects.filter(pk=options["connection"]).first()
        if connection is None:
            raise CommandError(f"connection: there is no {options['connection']}; `connection list` shows them.")
        users = get_user_model()
        user = users._default_manager.filter(**{users.USERNAME_FIELD: options["user"]}).first()
        if user is None:
            raise CommandError(
                f"user: there is no {options['user']!r}; make one with `createsuperuser` or in the admin."
            )
        extension = Extension(connection=connection, user=user, number=options["number"], key=options["key"])
        try:
            settings.save_extension(extension=extension)
        except ValidationError as error:
            raise CommandError(readable(error)) from None
        self._print(extension, options["json"])

    def _list(self, options: dict[str, Any]) -> None:
        for extension in Extension.objects.select_related("connection", "user").order_by("id"):
            self._print(extension, options["json"])

    def _print(self, extension: Extension, as_json: bool) -> None:
        shown = {
            "id": extension.pk,
            "connection": extension.connection_id,
            "user": extension.user.get_username(),
            "number": extension.number,
            "key": extension.key_label,
        }
        plain = f"{extension.pk}  {extension.connection}  {shown['user']}  {extension.number}  {extension.key_label}"
        self.stdout.write(json.dumps(shown, ensure_ascii=False) if as_json else plain)
