"""No page asks the database more for more rows."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission, User
from django.core.cache import cache
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.models import Company, Contact, Note, Tag, Task
from crm.services import add_contact
from telephony.connections.settings import add_connection
from telephony.models import Call, CallLeg, Connection, Delivery, Export, Extension, Recording, Team

pytestmark = pytest.mark.django_db

FEW, MORE = 3, 12
RECORDINGS = {"stored": "", "waiting": "busy", "lost": "pbx_error", "refused": "not_audio", "expired": "time_over"}
"""Of each call one in each of these states, with its reason."""
PAGES = (
    "/telephony/calls/",
    "/telephony/calls/?text=Иван",
    "/telephony/calls/?text=529",
    "/telephony/calls/?text=5292",
    "/telephony/calls/?text=8 (923) 529-20-00",
    "/telephony/calls/?employee={user}",
    "/telephony/calls/?outcome=answered&has_recording=true",
    "/telephony/calls/export.csv",
    "/telephony/exports/",
    "/crm/contacts/",
    "/crm/contacts/?q=Иван",
    "/crm/contacts/{contact}/",
    "/crm/companies/",
    "/crm/companies/{company}/",
    "/crm/tasks/?whose=all",
    "/crm/tasks/?whose=all&done=1",
    "/crm/search/?q=Иван",
    "/admin/",
    "/admin/telephony/recording/",
    "/api/v1/calls/",
    "/api/v1/calls/live/",
    "/api/v1/recordings/",
    "/api/v1/contacts/?search=Иван",
    "/api/v1/companies/",
    "/api/v1/tasks/",
    "/api/v1/notes/",
    "/api/v1/extensions/",
)
ONLY_OWNERS = (
    "/telephony/desk/board/",
    "/admin/telephony/delivery/",
    "/admin/telephony/extension/",
)


@pytest.fixture
def office() -> Connection:
    return add_connection(
        vendor="sipuni", name="Office", time_zone="Europe/Moscow", phone_region="RU", settings={}, policy={}
    )


@pytest.fixture
def user(office: Connection) -> User:
    return User.objects.create(username="anna", is_staff=True)


def signed_in(user: User, *rights: str, group: str = "") -> Client:
    if group:
        user.groups.set([Group.objects.get(name=group)])
    for right in rights:
        user.user_permissions.add(Permission.objects.get(codename=right))
    client = Client()
    client.force_login(user)
    return client


def add_rows(office: Connection, user: User, count: int) -> tuple[Contact, Company]:
    """So many of everything: calls with legs and recordings, of one contact and of as many others, notes and tasks."""
    # A while ago for all of them, whenever they are made: what is late is another list than what is due.
    now, first = timezone.now() - timedelta(minutes=10), Contact.objects.filter(name="Иван Первый").first()
    first = first or add_contact(name="Иван Первый", phones=["+79235292000"], company="Вектор")
    company = first.company
    assert company is not None
    for number in range(Contact.objects.count(), Contact.objects.count() + count):
        other = add_contact(name=f"Иван {number}", phones=[f"+7923529{number:04}", f"+7923530{number:04}"])
        colleague = User.objects.create(username=f"user{number}", first_name="Пётр")
        Extension.objects.create(connection=office, user=colleague, number=f"7{number}")
        Team.objects.get_or_create(name="Sales")[0].members.add(user, colleague)
        tag = Tag.objects.create(name=f"Tag {number}")
        Export.objects.create(user=user, kind="calls", query=f"employee={colleague.pk}", words=["Employee: Пётр"])
        other.tags.add(tag, *Tag.objects.all()[:2])
        another_company = Company.objects.create(name=f"Альянс {number}", responsible=colleague)
        another_company.tags.add(tag)
        Contact.objects.create(name=f"Ольга {number}", company=company)
        for place, contact in enumerate((first, other)):
            add_call(office, user, colleague, contact, at=now - timedelta(minutes=number), place=f"{number}-{place}")
        for done_at in (None, now):
            values = {"title": "Позвонить", "due_at": now, "assignee": colleague, "company": company}
            Task.objects.create(**values, contact=other, done_at=done_at, done_by=colleague if done_at else None)
            Task.objects.create(**values, contact=first, done_at=done_at)
        Note.objects.create(contact=first, author=colleague, text="Перезвонить")
    return first, company


def add_call(
    office: Connection, user: User, colleague: User, contact: Contact, *, at: timezone.datetime, place: str
) -> None:
    number = str(contact.phones.all()[0])
    delivery = Delivery.objects.create(connection=office, received_at=at, method="GET", state="applied")
    for status in ("answered", "talking"):
        call = Call.objects.create(
            connection=office,
            external_id=f"{place}-{status}",
            direction="incoming",
            status=status,
            client_raw=number,
            client_e164=number,
            client_match=number[-10:],
            started_at=at,
            answered_at=at,
            ended_at=at if status == "answered" else None,
            responsible=colleague,
            contact=contact,
        )
        call.events.create(delivery=delivery, fingerprint=place, kind="answered", occurred_at=at, content={})
        for position, person in enumerate((user, colleague)):
            CallLeg.objects.create(call=call, position=position, role="called", user=person, status=status)
        for position, (state, reason) in enumerate(RECORDINGS.items()):
            values = {
                "state": state,
                "reason": reason,
                "attempts": 3,
                "detail": "busy",
                "seconds": 9,
                "next_try_at": at,
            }
            Recording.objects.create(call=call, position=position, source_sha256=str(position), **values)


def queries(client: Client, address: str) -> list[str]:
    cache.clear()
    with CaptureQueriesContext(database) as seen:
        answer = client.get(address)
        assert answer.status_code == 200, answer.content
        _ = b"".join(answer) if answer.streaming else answer.content
    return [query["sql"] for query in seen.captured_queries]


def assert_none_asks_more(client: Client, user: User, office: Connection, pages: tuple[str, ...]) -> None:
    first, company = add_rows(office, user, FEW)
    names = {"user": user.pk, "contact": first.pk, "company": company.pk}
    addresses = [quote(page.format(**names), safe="/?&=") for page in pages]
    for address in addresses:
        client.get(address)  # What a process looks up only once.
    # The clock stands: a new minute would be one more row that counts requests.
    with time_machine.travel(timezone.now().replace(second=1) + timedelta(minutes=1), tick=False):
        compare(client, user, office, addresses)


def compare(client: Client, user: User, office: Connection, addresses: list[str]) -> None:
    before = {address: queries(client, address) for address in addresses}
    add_rows(office, user, MORE)
    for address in addresses:
        after = queries(client, address)
        assert len(after) <= len(before[address]), (address, [sql for sql in after if sql not in before[address]])


@pytest.mark.parametrize("group", ["Operator", "Supervisor", "Administrator"])
def test_no_page_asks_more_for_more_rows(office: Connection, user: User, group: str) -> None:
    client = signed_in(user, group=group)
    assert_none_asks_more(client, user, office, PAGES)


def test_no_list_of_the_owners_asks_more_for_more_rows(office: Connection, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    user.refresh_from_db()
    assert_none_asks_more(signed_in(user), user, office, ONLY_OWNERS)


def test_who_sees_more_calls_than_one_may_listen_to_is_asked_about_once(office: Connection, user: User) -> None:
    client = signed_in(user, "view_call", "see_all_calls", "listen_own")
    assert_none_asks_more(client, user, office, ("/telephony/calls/", "/api/v1/calls/", "/api/v1/recordings/"))
