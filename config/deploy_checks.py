"""What `manage.py check --deploy` says beside Django's own: what Health sees now, and what a stranger could use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.auth.models import User
from django.core.checks import CheckMessage, Info, Warning, register
from django.db import DatabaseError
from django.db.models import Q

from config import deploy_parts
from telephony.health.report import all_health
from telephony.models import Connection

GUESSED_FIRST = ("admin", "password", "12345678", "1234567890", "qwerty123", "administrator", "changeme", "telephony")
"""Beside the user's own name: what a stranger tries."""


def _with_database(check: Callable[[], Iterator[CheckMessage]]) -> Callable[..., list[CheckMessage]]:
    """Registered for `--deploy`; where no database answers, or its tables are older, that is what is said."""

    def checked(**_: Any) -> list[CheckMessage]:
        try:
            return list(check())
        except DatabaseError as error:
            text = f"The database can't be asked ({type(error).__name__}), so this was not looked at: {check.__doc__}"
            return [Info(text, hint="Start it, run manage.py migrate, and check again.", id="deploy.I001")]

    register(checked, deploy=True)
    return checked


@_with_database
def all_is_well() -> Iterator[CheckMessage]:
    """Worker, beat, disk, storage, clock, certificate, jobs and connections, as on the page Health."""
    for one in all_health():
        place = f"{one.connection.name}: " if one.connection else ""
        for said in one.findings:
            yield Warning(f"{place}{said.text}", hint=said.url and f"Mended at {said.url}", id=f"health.{said.code}")


@_with_database
def nobody_has_a_password_to_guess() -> Iterator[CheckMessage]:
    """Passwords of those who may do everything."""
    mighty = Q(is_superuser=True) | Q(groups__name="Administrator")
    for user in User.objects.filter(mighty, is_active=True).distinct().order_by("pk"):
        if any(user.check_password(guess) for guess in (user.get_username(), *GUESSED_FIRST)):
            yield Warning(
                f"The password of {user.get_username()} is one that everybody tries first.",
                hint=f"manage.py changepassword {user.get_username()}",
                id="deploy.W002",
            )


@_with_database
def messages_are_proved() -> Iterator[CheckMessage]:
    """Whether more than the secret address proves messages."""
    for connection in Connection.objects.filter(enabled=True).order_by("pk"):
        if _takes_anything(connection):
            yield Warning(
                f"{connection.name}: whoever learns the connection's address can send calls.",
                hint="Enter what its PBX signs with, or list “Addresses of the PBX” "
                f"(manage.py connection set {connection.pk} --sender-networks ADDRESS ...).",
                id="deploy.W003",
            )


def _takes_anything(connection: Connection) -> bool:
    """From anywhere, and nothing is entered that its messages would have to be signed with, or carry."""
    names = connection.vendor_object.settings_form.proving_names()
    return not connection.sender_networks and not any(connection.settings.get(name) for name in names)


for _check in (
    deploy_parts.all_servers_answer,
    deploy_parts.all_workers_are_there,
    deploy_parts.redis_forgets_nothing,
    deploy_parts.databases_password_is_no_example,
):
    _with_database(_check)
