"""What the desk's tests share: people with a group's rights, and calls of contacts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from crm.models import Contact
from crm.services import add_contact
from telephony.models import Call, CallLeg, Connection, Recording
from tests.telephony.factories import ConnectionFactory

NUMBER = "+79235292926"
HTMX = {"HX-Request": "true"}


def member(group: str, username: str = "", **more: Any) -> User:
    """Somebody who comes into the desk with the rights of a group; of "" with none."""
    user = User.objects.create_user(username or group.lower() or "nobody", is_staff=True, **more)
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def vasya(**more: Any) -> Contact:
    return add_contact(name="Вася Пупкин", phones=[NUMBER], **more)


def call_of(
    contact: Contact | None, *, minutes_ago: float = 5, user: User | None = None, recorded: bool = False, **more: Any
) -> Call:
    """An answered incoming call; on the user's phone, if given."""
    connection = Connection.objects.first() or ConnectionFactory.create()
    began: datetime = timezone.now() - timedelta(minutes=minutes_ago)
    values: dict[str, Any] = {
        "external_id": f"call-{Call.objects.count()}",
        "direction": "incoming",
        "status": "answered",
        "client_raw": NUMBER[1:],
        "client_e164": NUMBER,
        "client_match": NUMBER[-10:],
        "started_at": began,
        "answered_at": began,
        "talk_seconds": 61,
        "ended_at": began + timedelta(seconds=61),
        "responsible": user,
    }
    call = Call.objects.create(connection=connection, contact=contact, **{**values, **more})
    if user is not None:
        CallLeg.objects.create(call=call, position=0, role="called", user=user, status="answered")
    if recorded:
        Recording.objects.create(call=call, source_sha256=f"{call.pk:064}", link="https://records.example.ru/1.mp3")
    return call
