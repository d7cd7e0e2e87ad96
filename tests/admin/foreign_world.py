"""Two worlds in one company: Anna's, and Vera's, of whose calls Anna must learn nothing. Vera's are full of marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from crm.models import Contact, Note, Task
from crm.services import add_contact
from telephony.models import (
    Call,
    CallResult,
    Connection,
    Delivery,
    Dial,
    Export,
    Listening,
    Recording,
    SavedFilter,
    Team,
)
from tests.telephony.factories import ConnectionFactory, ExtensionFactory
from tests.telephony.messages import at, deliver, form, sipuni_answers, sipuni_ends, sipuni_rings

NUMBER = "79161239876"
MARK = re.compile(rb"916\W{0,8}123\W{0,3}98\W{0,3}76|foreign-\w+", re.IGNORECASE)
PART = "9161239"
"""Finds the number in a search, and is no mark where the page repeats it."""


def make_two_worlds() -> None:
    connection: Connection = ConnectionFactory.create(name="Office")
    sales = Team.objects.create(name="Sales")
    people = {}
    for username, phone in {"anna": "101", "boris": "102", "vera": "103"}.items():
        people[username] = User.objects.create(username=username, is_staff=True)
        ExtensionFactory.create(connection=connection, user=people[username], number=phone)
    sales.members.add(people["anna"], people["boris"])
    _rings(connection, "101", "1.1", "79035550001")
    _rings(connection, "103", "foreign-77", NUMBER)
    _rings(connection, "103", "foreign-78", "79035550001")
    deliver(connection, form(event="1", call_id="foreign-79", src_num=NUMBER, note="foreign-raw"), 3)
    unread = Delivery.objects.order_by("pk").last()
    Delivery.objects.filter(pk=unread.pk).update(state=Delivery.State.FAILED, error="foreign-error")
    _write_about(people["vera"])


def _rings(connection: Connection, phone: str, call_id: str, client: str) -> None:
    ended = sipuni_ends(65, "ANSWER", call_id, call_record_link=f"https://pbx.example/{call_id}.mp3")
    for message in (sipuni_rings(1, phone, call_id), sipuni_answers(5, phone, call_id), ended):
        body = message.body.replace(b"src_num=79201119613", f"src_num={client}".encode())
        deliver(connection, type(message)(body=body), 1)


def _write_about(vera: User) -> None:
    shared = add_contact(name="Клиент", phones=["+79035550001"])
    unknown, known = (Call.objects.get(external_id=f"foreign-{number}") for number in (77, 78))
    Note.objects.create(call=unknown, author=vera, text="foreign-note of somebody unknown")
    Note.objects.create(call=known, author=vera, contact=shared, text="foreign-note of a client")
    mine = {"created_by": vera, "due_at": at(0)}
    Task.objects.create(call=unknown, assignee=vera, title="foreign-task", kind="call_back", **mine)
    Task.objects.create(call=known, contact=shared, title="Everybody's", **mine)
    CallResult.objects.create(call=unknown, user=vera, note="foreign-result")
    Dial.objects.create(user=vera, phone_raw=NUMBER, phone_e164=f"+{NUMBER}", idempotency_key="foreign-key-1")
    SavedFilter.objects.create(user=vera, name="foreign-filter", query=f"text={NUMBER}")
    Export.objects.create(user=vera, kind="calls", query="text=foreign-export", words=["foreign-export"])
    Recording.objects.filter(call__in=(unknown, known)).update(state="stored", detail="foreign-detail")
    for recording in Recording.objects.filter(call=unknown):
        Listening.objects.create(user=vera, recording=recording, call=unknown)


def sign_in(username: str, group: str = "") -> Client:
    user = User.objects.get(username=username)
    user.groups.set(Group.objects.filter(name=group))
    client = Client()
    client.force_login(user)
    return client


ROWS: list[type[Model]] = [Call, Note, Task, Recording, Contact, Dial, Export, SavedFilter, Connection]


def every_address(*, searches: bool) -> Iterator[str]:
    """Each address of the URL list, with the numbers of rows where it takes one; lists are searched, too."""
    keys = sorted({pk for model in ROWS for pk in model._default_manager.values_list("pk", flat=True)})
    of_deliveries = Delivery.objects.order_by("pk").values_list("pk", flat=True)
    for route in sorted({_plain(route) for route in _routes(get_resolver(), "")}):
        if "<" not in route:
            yield f"/{route}"
            if searches and not route.endswith("/add/"):
                yield f"/{route}?q={PART}"
                yield f"/{route}?call={Call.objects.get(external_id='foreign-77').pk}"
            if searches and route.startswith(("api/", "telephony/calls")):
                yield from (f"/{route}?{name}={PART}" for name in ("search", "client", "text"))
            continue
        for key in of_deliveries if "/delivery/" in route else keys:
            yield f"/{re.sub('<[^>]*>', str(key), route)}"


def _routes(resolver: Any, before: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _routes(entry, route)
        elif isinstance(entry, URLPattern):
            yield route


def _plain(route: str) -> str:
    route = re.sub(r"\(\?P<(\w+)>[^()]*(?:\([^()]*\)[^()]*)*\)", r"<\1>", route)
    return route.replace("^", "").replace("$", "").replace("/?", "/").replace("\\.", ".").replace("\\Z", "")


def read(client: Client, address: str) -> bytes:
    answer: Any = client.get(address, headers={"accept-language": "en"})
    assert answer.status_code < 500 or answer.status_code == 503, address
    headers = repr(dict(answer.headers)).encode() if answer.status_code < 400 else b""
    return headers + (b"".join(answer.streaming_content) if answer.streaming else answer.content)
