"""Several people save their forms in the same moment, and programs their requests, on PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.servers import Server

pytestmark = [pytest.mark.postgresql, pytest.mark.proof]

BEGINNING = """
import json
from threading import Barrier, Thread
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from crm.models import Contact
from crm.services.contacts import add_contact
from tests.editing.pages import form_of
user = User.objects.create_superuser("owner")
CHANGES = {"name": "Vera", "position": "director", "email": "v@example.ru", "source": "a fair"}
rounds = []
for number in range(10):
    contact = add_contact(name="somebody", phones=["+79235292926"])
    barrier = Barrier(len(CHANGES))
    threads = [Thread(target=save, args=(contact, barrier, field)) for field in CHANGES]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    contact.refresh_from_db()
    rounds.append({field: getattr(contact, field) for field in CHANGES})
print(json.dumps([rounds, CHANGES]))
"""
FORMS = """
def save(contact, barrier, field):
    client = Client(headers={"accept": "text/html", "host": "localhost"})
    client.force_login(user)
    address = f"/crm/contacts/{contact.pk}/edit/"
    form = form_of(client, address)
    barrier.wait()
    client.post(address, {**form, field: CHANGES[field]}, headers={"HX-Request": "true"})
    connection.close()
"""
REQUESTS = """
def save(contact, barrier, field):
    from crm.services.api_keys import make_key, scopes_for
    key = make_key(user=user, name="test", scopes=scopes_for(user))[1]
    client = Client(headers={"authorization": f"Bearer {key}", "host": "localhost"})
    barrier.wait()
    answer = client.patch(f"/api/v1/contacts/{contact.pk}/", {field: CHANGES[field]}, "application/json")
    assert answer.status_code == 200, answer.content
    connection.close()
"""


@pytest.mark.parametrize("way", [FORMS, REQUESTS], ids=["pages", "api"])
def test_every_change_is_there(make_server: Callable[..., Server], postgresql_database: str, way: str) -> None:
    server = make_server(database_url=postgresql_database)
    told = server.manage("shell", "--command", way + BEGINNING).stdout.splitlines()[-1]
    rounds, changes = json.loads(told)
    assert rounds == [changes] * 10
