"""The demo's rows: users with extensions, a connection to each PBX, contacts. Made once, kept after."""

from __future__ import annotations

import random

from django.contrib.auth.models import User
from django.db import transaction

from config.demo import names
from crm.models import Company, Contact
from crm.services import add_contact
from telephony.models import Connection, Extension
from telephony.services.connections import add_connection, save_extension

OWNER = "owner"
EMAIL_DOMAIN = "demo.invalid"
"""Marks the users that the demo made: it touches no others."""
STAFF = {
    "orlova": ("Анна", "Орлова", "101"),
    "petrov": ("Сергей", "Петров", "102"),
    "lebedeva": ("Мария", "Лебедева", "103"),
    "volkov": ("Илья", "Волков", "104"),
}
CONNECTIONS = {
    "sipuni": ("Отдел продаж (Sipuni)", {"user": "012345"}),
    "mobilon": ("Склад (Мобилон)", {}),
    "wirecrm": ("Поддержка (API PBX)", {"dial_token": "demo-token"}),
    "xvb": ("Филиал (XVB-PBX)", {"access_code": "10019", "token": "demo-token"}),
}
CONTACTS = 300


class NotADemoError(Exception):
    """The database holds somebody's own users under the demo's names."""


@transaction.atomic
def make_company(*, password: str) -> None:
    """Make what is missing of the demo company, and give its owner this password."""
    _make_users(password)
    staff = list(User.objects.filter(username__in=STAFF).order_by("username"))
    _make_connections(staff)
    if not Contact.objects.exists():
        _make_contacts(staff, random.Random(7))  # noqa: S311  (names, not secrets)


def client_numbers(limit: int) -> list[str]:
    """Numbers of contacts, for the simulator to call from."""
    phones = Contact.objects.order_by("?").values_list("phones__e164", flat=True)
    return [number for number in phones[:limit] if number]


def _make_users(password: str) -> None:
    owner = _make_user(OWNER, "Виктор", "Воронов")
    owner.is_staff = owner.is_superuser = True
    owner.set_password(password)
    owner.save()
    for username, (first, last, _) in STAFF.items():
        _make_user(username, first, last)


def _make_user(username: str, first_name: str, last_name: str) -> User:
    """The user, who can't sign in until given a password. Raises NotADemoError for somebody else's."""
    email = f"{username}@{EMAIL_DOMAIN}"
    defaults = {"first_name": first_name, "last_name": last_name, "email": email}
    user, made = User.objects.get_or_create(username=username, defaults=defaults)
    if user.email != email:
        raise NotADemoError(username)
    if made:
        user.set_unusable_password()
        user.save()
    return user


def _make_connections(staff: list[User]) -> None:
    for vendor, (name, settings) in CONNECTIONS.items():
        if Connection.objects.filter(vendor=vendor, name=name).exists():
            continue
        connection = add_connection(
            vendor=vendor, name=name, time_zone="Europe/Moscow", phone_region="RU", settings=settings
        )
        for user in staff:
            number = STAFF[user.username][2]
            key = f"demo{number}key" if vendor == "mobilon" else ""
            save_extension(extension=Extension(connection=connection, user=user, number=number, key=key))


def _make_contacts(staff: list[User], source: random.Random) -> None:
    companies = sorted({names.company(source) for _ in range(60)})
    for _ in range(CONTACTS):
        numbers = [names.mobile(source)]
        if source.random() < 0.25:
            numbers.append(names.landline(source))
        add_contact(
            name=names.person(source),
            phones=numbers,
            company=source.choice(companies) if source.random() < 0.7 else "",
            responsible=source.choice(staff) if source.random() < 0.8 else None,
        )
    # One number in two contacts: nobody is preferred silently.
    shared = Contact.objects.order_by("id")[1]
    first = shared.phones.first()
    if first is not None:
        add_contact(name=names.person(source), phones=[first.raw], company=Company.objects.all()[0].name)
