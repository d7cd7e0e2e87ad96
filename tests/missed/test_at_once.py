"""Calls of one client that end at once, at several PBXs and in several processes; and people who press at once."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.servers import Server

pytestmark = [pytest.mark.postgresql, pytest.mark.proof]

CALLS = """
import json, random
from datetime import timedelta
from threading import Barrier, Thread
from crm.models import Contact, ContactPhone
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from telephony.intake import inbox
from telephony.missed.folding import refold
from telephony.missed import deciding
from telephony.models import Delivery, MissedItem
from tests.missed.company import Company, lives
from tests.properties.stored import make_connection
company, rounds = Company(), []
for vendor in ("sipuni", "mobilon", "wirecrm"):
    company.at(vendor)
def tell(messages, barrier, trouble):
    barrier.wait()
    try:
        for message in messages:
            inbox.process(delivery=inbox.receive(connection=company.at(message.vendor), hook=message.hook))
    except Exception as error:
        trouble.append(repr(error))
    finally:
        connection.close()
def at_once(work, arguments):
    barrier, trouble = Barrier(len(arguments)), []
    threads = [Thread(target=work, args=(one, barrier, trouble)) for one in arguments]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return trouble
def snapshot():
    names = ("client_key", "attempts", "first_at", "last_at", "state", "closed_at", "callbacks")
    return sorted(map(str, MissedItem.objects.values_list(*names)))
def clients_of(number):  # One number; or two, of one contact.
    names = [f"7920{number:07}", f"7921{number:07}"]
    if number < 10:
        return names[:1]
    contact = Contact.objects.create(name=f"Contact {number}")
    [ContactPhone.objects.create(contact=contact, raw=f"+{one}") for one in names]
    return names
for number in range(20):
    clients = clients_of(number)
    vendors = random.Random(number).choices(["sipuni", "mobilon", "wirecrm"], k=6)
    talks = [None, None, None, None, 60, None]
    calls = [company.call(600 * place, vendor, client=clients[place % len(clients)], talk=talk)
             for place, (vendor, talk) in enumerate(zip(vendors, talks))]
    begun = -1 if len(clients) > 1 else 0  # Of a contact's calls the ends alone come at once.
    trouble = at_once(tell, [[message for call in calls for message in call[:begun]]])
    trouble += at_once(tell, [call[begun:] for call in calls])
    waited = Delivery.objects.filter(state="received").count()
    # As a worker does it a little later: who met others at work on the same call comes again after a pause.
    inbox.process_due(now=timezone.now() + timedelta(minutes=1))
    before = snapshot()
    keys = [f"+{client}" for client in clients]
    refold(keys=keys, contacts=())
    of_client = sorted(MissedItem.objects.filter(client_key__in=keys).values_list("state", "attempts"))
    rounds.append({"trouble": trouble, "same": snapshot() == before, "items": of_client})
people = [User.objects.create(username=f"p{number}") for number in range(6)]
item, outcomes = MissedItem.objects.filter(state="open").first(), []
def press(user, barrier, trouble):
    barrier.wait()
    try:
        deciding.take(item=item, user=user)
        outcomes.append("taken")
    except deciding.Refused:
        outcomes.append("refused")
    finally:
        connection.close()
at_once(press, people)
print(json.dumps([rounds, sorted(outcomes)]))
"""


def test_calls_of_one_client_that_end_at_once(make_server: Callable[..., Server], postgresql_database: str) -> None:
    """Each a thread with a database connection of its own, as requests to web processes are."""
    server = make_server(database_url=postgresql_database)
    rounds, outcomes = json.loads(server.manage("shell", "-v0", "-c", CALLS).stdout)
    assert [one["trouble"] for one in rounds] == [[]] * 20
    assert all(one["same"] for one in rounds), "a refold changed something: an item had not seen all calls"
    assert [one["items"] for one in rounds] == [[["open", 1], ["returned", 4]]] * 20
    assert outcomes == ["refused"] * 5 + ["taken"]


MEANWHILE = """
import json
from datetime import timedelta
from threading import Thread
from django.db import connection, transaction
from django.utils import timezone
from telephony.intake import inbox
from telephony.models import Delivery, MissedItem
from tests.missed.company import Company
company = Company()
def tell(messages):
    for message in messages:
        inbox.process(delivery=inbox.receive(connection=company.at(message.vendor), hook=message.hook))
    connection.close()
missed, talk = company.call(0), company.call(600, talk=60)
tell([*missed[:-1], *talk[:-1]])
with transaction.atomic():
    inbox.process(delivery=inbox.receive(connection=company.at("sipuni"), hook=missed[-1].hook))
    other = Thread(target=tell, args=(talk[-1:],))
    other.start()
    other.join()
waits = Delivery.objects.filter(state="received").count()
inbox.process_due(now=timezone.now() + timedelta(minutes=1))
print(json.dumps([waits, [item.state for item in MissedItem.objects.all()]]))
"""


def test_a_talk_that_ends_waits_for_what_is_written_of_the_missed_call(
    make_server: Callable[..., Server], postgresql_database: str
) -> None:
    """Else it would see nobody who waits, and the client would stand in the list after the talk."""
    server = make_server(database_url=postgresql_database)
    assert json.loads(server.manage("shell", "-v0", "-c", MEANWHILE).stdout) == [1, ["returned"]]
