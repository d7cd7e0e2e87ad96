"""Whose phone is which: those that rang, those that the PBX lists, with a suggestion for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from telephony.connections.nobodys import nobodys_phones
from telephony.connections.owners import owner_elsewhere
from telephony.connections.settings import key_of_leg, save_extension, sends_keys_to_its_own_host
from telephony.http import Limits, RequestFailed
from telephony.models import Connection, Extension
from telephony.talks import hold
from telephony.vendors.listing import AskFailed
from telephony.vendors.office import Employee

LIMITS = Limits(total_seconds=6)
MOST = 50


@dataclass(slots=True, kw_only=True)
class Phone:
    """One that is nobody's yet."""

    row: str
    """Names it in the form."""
    number: str
    leg: int | None = None
    """One that rang it, where only that tells its key."""
    key: str = field(default="", repr=False)
    name: str = ""
    """Whose it is in the PBX's own list."""
    email: str = ""
    has_rung: bool = False
    suggested: int | None = None


def employees_of(connection: Connection) -> tuple[tuple[Employee, ...], str]:
    """Everybody whom the PBX lists, and why not, in words; both empty where it can't be asked."""
    office = connection.vendor_object.office
    if office is None or not office.lists_employees:
        return (), ""
    if not office.is_set_up(connection.profile()):
        return (), gettext("The PBX could list its employees, once the connection has what asking its API takes.")
    try:
        return hold(office.employees(connection.talk_profile()), connection=connection, limits=LIMITS), ""
    except (RequestFailed, AskFailed) as error:
        said = connection.without_secrets(error.text)
        return (), gettext("The PBX did not list its employees: %(reason)s") % {"reason": said or "–"}


def nobodys(connection: Connection, employees: Iterable[Employee]) -> list[Phone]:
    """Phones without an owner: those that rang first, then those that are only listed."""
    owned = set(connection.extensions.values_list("number", flat=True))
    found = {phone.number or phone.row: phone for phone in _rang(connection)}
    for employee in employees:
        number = employee.extension
        if number in owned or not (number or employee.key):
            continue
        phone = found.setdefault(number or employee.key, Phone(row=_row(employee), number=number))
        phone.key, phone.name, phone.email = employee.key or phone.key, employee.name, employee.email
    phones = [phone for phone in found.values() if not _is_owned(phone, connection)][:MOST]
    for phone in phones:
        phone.suggested = _suggested(phone, connection)
    return phones


def give(connection: Connection, phones: Iterable[Phone], owners: Mapping[str, str]) -> tuple[int, list[str]]:
    """Give phones to the people chosen, by row; returns how many, and what went wrong."""
    done, wrong = 0, []
    for phone in phones:
        user = get_user_model()._default_manager.filter(pk=owners.get(phone.row) or 0, is_active=True).first()
        if user is None:
            continue
        key = phone.key
        if phone.leg and not key and sends_keys_to_its_own_host(connection):
            key = key_of_leg(pk=phone.leg, connection=connection)
        try:
            save_extension(extension=Extension(connection=connection, user=user, number=phone.number, key=key))
            done += 1
        except ValidationError as error:
            wrong.append(f"{phone.number or phone.name}: {' '.join(error.messages)}")
    return done, wrong


def _row(employee: Employee) -> str:
    """No page shows a key."""
    return f"ext-{employee.extension or sha256(employee.key.encode()).hexdigest()[:16]}"


def _rang(connection: Connection) -> list[Phone]:
    return [
        Phone(
            row=f"leg-{phone.leg}",
            number=phone.number,
            leg=phone.leg if phone.key_hash else None,
            has_rung=True,
        )
        for phone in nobodys_phones(connection, most=MOST)
    ]


def _is_owned(phone: Phone, connection: Connection) -> bool:
    return bool(phone.number) and connection.extensions.filter(number=phone.number).exists()


def _suggested(phone: Phone, connection: Connection) -> int | None:
    """By e-mail or name in the PBX's list, else whose this number is at another connection; nobody if not one."""
    people = get_user_model()._default_manager.filter(is_active=True)
    if phone.email and (same := list(people.filter(email__iexact=phone.email)[:2])) and len(same) == 1:
        return same[0].pk
    if phone.name:
        wanted = set(phone.name.casefold().split())
        named = [one.pk for one in people if wanted == set(f"{one.first_name} {one.last_name}".casefold().split())]
        if len(named) == 1:
            return named[0]
    owner = owner_elsewhere(connection, phone.number, "")
    return owner.pk if owner else None
