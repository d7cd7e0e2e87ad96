"""`manage.py contact add`."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from crm.services import add_contact
from telephony.management.errors import readable


class Command(BaseCommand):
    help = "Adds contacts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="add")
        add = actions.add_parser("add", help="add a contact")
        add.add_argument("--name", required=True, help="first and last name")
        add.add_argument("--phone", required=True, action="append", help="a number in any form; may be repeated")
        add.add_argument("--company", default="", help="the company's name; made if it is not there")
        add.add_argument("--responsible", default="", metavar="USERNAME", help="who looks after this contact")
        add.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, **options: Any) -> None:
        responsible = None
        if options["responsible"]:
            users = get_user_model()
            responsible = users._default_manager.filter(**{users.USERNAME_FIELD: options["responsible"]}).first()
            if responsible is None:
                raise CommandError(f"responsible: there is no user {options['responsible']!r}.")
        try:
            contact = add_contact(
                name=options["name"], phones=options["phone"], company=options["company"], responsible=responsible
            )
        except ValidationError as error:
            raise CommandError(readable(error)) from None
        plain = f"{contact.pk}  {contact.name}"
        self.stdout.write(
            json.dumps({"id": contact.pk, "name": contact.name}, ensure_ascii=False) if options["json"] else plain
        )
