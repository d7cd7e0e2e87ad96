"""Sends each writing request as a browser or a program does, and tells what it changed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from http.cookies import SimpleCookie
from threading import Thread
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from lxml.etree import ParserError

from crm.models import Contact
from crm.services.api_keys import make_key, scopes_for
from crm.services.contacts import add_contact
from telephony.models import (
    Call,
    Card,
    Connection,
    Recording,
    ReportSubscription,
    SavedFilter,
    Subscription,
)
from telephony.recordings.keeping.holding import hold
from tests.editing.pages import values_in
from tests.surface.addresses import filled
from tests.surface.matrix_world import make_world, model_of
from tests.surface.writing import bodies, with_ids

NOT_OF_THE_REQUEST = frozenset({"sessions.Session", "telephony.OnceAnswer", "telephony.ApiUse", "config.SignIn"})
WRITES = re.compile(r'(?:INTO|UPDATE|DELETE FROM) "(\w+)"')
State = dict[str, list[Any]]


class Twice:
    """A superuser with a browser and an API key, in a world with a row of everything."""

    def __init__(self) -> None:
        self._pairs, _ = make_world()
        self.owner = User.objects.create_superuser("owner", "owner@example.ru")
        for row in _of_owner(self.owner, self._pairs):
            self._pairs[type(row)] = (row, row)
        self._key = make_key(user=self.owner, name="all", scopes=scopes_for(self.owner))[1]
        self._signed_in = Client()
        self._signed_in.force_login(self.owner)

    def client(self, address: str) -> Client:
        """A tab: all of them are of one browser, which signed in once."""
        if address.startswith("api/"):
            return Client(headers={"authorization": f"Bearer {self._key}", "host": "localhost"})
        client = Client(headers={"accept": "text/html", "host": "localhost"})
        client.cookies = SimpleCookie(self._signed_in.cookies.output(header=""))
        return client

    def is_signed_in(self) -> bool:
        """Else nothing that was sent since has done anything."""
        return self.client("").get("/admin/").status_code == 200

    def request(self, address: str) -> Callable[[Client], Any]:
        """The request, ready to be sent by any client; its key is in it."""
        cache.clear()
        model = ReportSubscription if "reports/mail/<" in address else model_of(address)
        if address.endswith("/release/"):
            hold(recording=self._pairs[Recording][0], user=self.owner)
        pk = str(self._pairs[model][0].pk) if model else self._listed(address)
        path = with_ids(filled(address, {"pk": pk, "object_id": pk, "other_pk": self._other(pk)}), self._known(pk))
        body = {name: with_ids(value, self._known(pk)) for name, value in bodies()[address].items()}
        if address.startswith("api/"):
            headers = {"Idempotency-Key": "the-programs-word"}
            return lambda client: client.post(path, json.dumps(body), "application/json", headers=headers)
        values = {**self._form(address, path), **body, "once_key": "the-forms-own-key"}
        htmx = {"HX-Request": "true"} if address.startswith("crm/") and "new" not in address.split("/")[2] else {}
        return lambda client: client.post(path, {**values, **_files(values)}, headers=htmx)

    def _form(self, address: str, path: str) -> dict[str, Any]:
        shown = self.client(address).get(path)
        try:
            return values_in(shown.content.decode(), "once_key", path)
        except (StopIteration, ValueError, ParserError):
            return {}

    def _known(self, pk: str) -> Callable[[str], str]:
        found: dict[str, Callable[[], Any]] = {
            "pk": lambda: pk,
            "owner": lambda: self.owner.pk,
            "connection": lambda: Connection.objects.order_by("pk")[0].pk,
            "contact": lambda: self._pairs[Contact][0].pk,
            "call": lambda: self._pairs[Card][0].call_id,  # type: ignore[attr-defined]
            "role": lambda: Group.objects.get(name="Operator").pk,
        }
        return lambda name: str(found[name]())

    def _listed(self, address: str) -> str:
        parts = address.split("/")
        if parts[0] != "admin" or len(parts) < 4:
            return "1"
        return str(self._pairs[apps.get_model(parts[1], parts[2])][0].pk) if parts[3] == "" else "1"

    def _other(self, pk: str) -> int:
        others = Contact.objects.exclude(pk=pk if pk.isdecimal() else 0).order_by("pk").values_list("pk", flat=True)
        return others[0] if others else 0


def _of_owner(owner: User, pairs: Any) -> list[Any]:
    """Rows of the superuser's, and some that nothing hangs on: these can be deleted."""
    contact = add_contact(name="One more", phones=["+74952000999"])
    call = Call.objects.filter(cards=None)[0]
    Call.objects.filter(pk=call.pk).update(client_raw="+74952000999", client_e164="+74952000999")
    return [
        contact,
        Subscription.objects.create(name="New", url="https://example.com/new", topics=["call.ended"]),
        SavedFilter.objects.create(user=owner, name="Own", query="text=1"),
        Card.objects.create(call=call, user=owner, created_at=timezone.now()),
        ReportSubscription.objects.create(
            user=owner, hour=7, time_zone="Europe/Moscow", language="en", next_at=timezone.now()
        ),
        Group.objects.create(name="Fresh"),
        User.objects.create(username="fresh"),
    ]


class Rows:
    """Every row of every table, but what each request leaves behind. Tables are read again only if they were written.

    Listens to the statements of `connection.execute_wrapper(rows)`.
    """

    def __init__(self) -> None:
        self._read: State = {}
        self._written: set[str] = set()
        self._since: set[str] = set()

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self._written.update(WRITES.findall(sql))
        return execute(sql, params, many, context)

    def state(self) -> State:
        self._since |= self._written
        for model in _models():
            label = model._meta.label
            if label not in self._read or model._meta.db_table in self._written:
                self._read[label] = sorted(map(repr, model._base_manager.values_list()))
        self._written.clear()
        return dict(self._read)

    def forget(self) -> None:
        """All that was written since the last time is undone."""
        self._written |= self._since
        self._since.clear()


def _models() -> list[Any]:
    found = [model for model in apps.get_models() if not model._meta.proxy and model._meta.managed]
    return [model for model in found if model._meta.label not in NOT_OF_THE_REQUEST]


def at_once(*, presses: int, part: int, of: int) -> dict[str, list[Any]]:
    """Each request from several threads at once: where that made other rows than one alone. Needs PostgreSQL.

    What takes rows away comes last, so that the rest finds them.
    """
    twice, wrong = Twice(), {}
    for address in sorted(list(bodies())[part::of], key=_takes_away):
        send = twice.request(address)
        was = counts()
        with transaction.atomic():
            send(twice.client(address))
            one = _more(was, counts())
            transaction.set_rollback(True)
        several = [Thread(target=_press, args=(send, twice.client(address))) for _ in range(presses)]
        for thread in several:
            thread.start()
        for thread in several:
            thread.join()
        if (found := _more(was, counts())) != one:
            wrong[address] = [one, found]
    assert twice.is_signed_in()
    return wrong


def _files(values: dict[str, Any]) -> dict[str, Any]:
    """A file is read to its end by being sent."""
    return {name: SimpleUploadedFile("a.csv", value) for name, value in values.items() if isinstance(value, bytes)}


def _press(send: Callable[[Client], Any], client: Client) -> None:
    try:
        send(client)
    finally:
        connection.close()


def _takes_away(address: str) -> bool:
    words = ("delete", "merge", "erase", "cancel")
    return any(word in address or word in str(bodies()[address]) for word in words)


def _more(was: dict[str, int], now: dict[str, int]) -> dict[str, int]:
    return {name: now[name] - was[name] for name in now if now[name] != was[name] and name != "axes.AccessLog"}


def counts() -> dict[str, int]:
    """Rows of each table, as one statement."""
    each = [f"SELECT '{model._meta.label}', count(*) FROM \"{model._meta.db_table}\"" for model in _models()]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        return dict(cursor.fetchall())


def differences(one: State, other: State) -> dict[str, Any]:
    return {name: sorted(set(one[name]) ^ set(other[name])) for name in one if one[name] != other[name]}
