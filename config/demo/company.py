"""The demo's company: people with roles and phones, a connection to each PBX, contacts. Made once, kept after."""

from __future__ import annotations

import random

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.db import transaction

from config.demo.after_calls import make_rules
from config.demo.contacts import make_contacts
from crm.models import Contact
from telephony.connections.settings import add_connection, change_connection, save_extension
from telephony.domain.numbers import match_key
from telephony.models import Connection, Disposition, Extension, Line, Team

OWNER = "owner"
EMAIL_DOMAIN = "demo.invalid"
"""Marks the users that the demo made: it touches no others."""
STAFF = {
    "orlova": ("Анна", "Орлова", "101", "Supervisor"),
    "petrov": ("Сергей", "Петров", "102", "Operator"),
    "lebedeva": ("Мария", "Лебедева", "103", "Operator"),
    "volkov": ("Илья", "Волков", "104", "Operator"),
}
"""Who has phones: first and last name, extension, role."""
ADMINISTRATOR = ("zaytseva", "Ольга", "Зайцева")
"""Sets things up, and has no phone."""
TEAMS = {"Отдел продаж": ("orlova", "petrov", "lebedeva"), "Склад": ("volkov",)}
AFTER_CALL = 30
"""Seconds of after-call work."""
OWNERS_NUMBER = "100"
CONNECTIONS = {
    "sipuni": ("Отдел продаж (Sipuni)", {"user": "012345", "secret": "demo-secret"}),
    "mobilon": ("Склад (Мобилон)", {"token": "demo-token"}),
    "wirecrm": ("Поддержка (API PBX)", {"dial_token": "demo-token"}),
    "xvb": ("Филиал (XVB-PBX)", {"access_code": "10019", "token": "demo-token"}),
    "zadarma": ("Интернет-магазин (Zadarma)", {"api_key": "demo-key", "secret": "demo-secret"}),
    "mango": ("Второй офис (Mango Office)", {"api_key": "demo-key", "api_salt": "demo-salt"}),
    "asterisk": ("Производство (Asterisk)", {"secret": "demo-secret", "trunks": "trunk"}),
}
API_ADDRESSES = {
    "sipuni": ("api_url", "/sipuni/api/callback/call_number"),
    "mobilon": ("api_url", "/mobilon/api/call/"),
    "wirecrm": ("dial_url", "/wirecrm/dial"),
    "xvb": ("cloud_url", "/xvb/cloud"),
    "zadarma": ("api_url", "/zadarma"),
    "mango": ("api_url", "/mango"),
}
"""Which setting of each PBX that has an API says where it is, and where the simulator serves it."""
THIS_MACHINE = ["127.0.0.0/8"]
LINES = {"+74951234567": "Реклама", "+78123094455": "Сайт"}
"""The simulator's numbers of the company."""
RESULTS = ("Заказ", "Консультация", "Перезвонить", "Жалоба", "Ошиблись номером")


class NotADemoError(Exception):
    """The database holds somebody's own users under the demo's names."""


@transaction.atomic
def make_company(*, password: str, api_url: str) -> None:
    """Make what is missing of the demo company, and give its people this password.

    `api_url` is where the simulator serves the PBXs' own APIs this time.
    """
    _make_users(password)
    staff = list(User.objects.filter(username__in=STAFF).order_by("username"))
    _make_connections(staff, api_url)
    _make_desk()
    make_rules(User.objects.get(username="orlova"))
    if not Contact.objects.exists():
        source = random.Random(7)  # noqa: S311  (names, not secrets)
        make_contacts(staff=staff, owner=User.objects.get(username=OWNER), source=source)


def _make_desk() -> None:
    """Labels of our numbers, and what calls may come to."""
    for place, label in enumerate(RESULTS):
        Disposition.objects.get_or_create(label=label, defaults={"position": place})
    for connection in Connection.objects.filter(pk__in=demo_connections()):
        for number, label in LINES.items():
            if not Line.objects.filter(connection=connection, match=match_key(number)).exists():
                Line.objects.create(connection=connection, number=number, label=label)


def client_numbers(limit: int) -> list[str]:
    """Numbers of contacts, for the simulator to call from."""
    phones = Contact.objects.order_by("?").values_list("phones__e164", flat=True)
    return [number for number in phones[:limit] if number]


def demo_connections() -> list[int]:
    """Keys of the connections that the demo made."""
    names = [name for name, _ in CONNECTIONS.values()]
    return list(Connection.objects.filter(name__in=names).order_by("pk").values_list("pk", flat=True))


def _make_users(password: str) -> None:
    people = [_make_user(OWNER, "Виктор", "Воронов"), _make_user(*ADMINISTRATOR, role="Administrator")]
    people[0].is_superuser = True
    for username, (first, last, _, role) in STAFF.items():
        people.append(_make_user(username, first, last, role=role))
    hashed = make_password(password)  # Once for all: it is slow on purpose.
    for user in people:
        user.is_staff, user.password = True, hashed
        user.save()
    for name, members in TEAMS.items():
        team, made = Team.objects.get_or_create(name=name, defaults={"after_call_seconds": AFTER_CALL})
        if made:
            team.members.set(User.objects.filter(username__in=members))


def _make_user(username: str, first_name: str, last_name: str, *, role: str = "") -> User:
    """The user, with this role if new. Raises NotADemoError for somebody else's."""
    email = f"{username}@{EMAIL_DOMAIN}"
    defaults = {"first_name": first_name, "last_name": last_name, "email": email}
    user, made = User.objects.get_or_create(username=username, defaults=defaults)
    if user.email != email:
        raise NotADemoError(username)
    if made and role:
        user.groups.add(Group.objects.get(name=role))
    return user


def _make_connections(staff: list[User], api_url: str) -> None:
    owner = User.objects.get(username=OWNER)
    for vendor, (name, secrets) in CONNECTIONS.items():
        setting, path = API_ADDRESSES.get(vendor, ("", ""))
        settings = secrets | ({setting: api_url + path} if setting else {})
        # Nobody runs an agent here that would send Asterisk's recordings: they are asked for, one by one.
        policy = {"internal_networks": THIS_MACHINE, "fetch_recordings": vendor != "asterisk"}
        known = Connection.objects.filter(vendor=vendor, name=name).first()
        if known is not None:
            change_connection(connection=known, settings=settings, policy=policy)
            known.extensions.update(key_is_asked=False)  # The demo may take another port each time.
            continue
        connection = add_connection(
            vendor=vendor, name=name, time_zone="Europe/Moscow", phone_region="RU", settings=settings, policy=policy
        )
        for user in (owner, *staff):
            number = OWNERS_NUMBER if user == owner else STAFF[user.username][2]
            key = f"demo{number}key" if vendor == "mobilon" else ""
            save_extension(extension=Extension(connection=connection, user=user, number=number, key=key))
