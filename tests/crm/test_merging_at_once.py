"""Contacts are merged by several people at once, and while somebody writes about them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.servers import Server

pytestmark = [pytest.mark.postgresql, pytest.mark.proof]

MERGES = """
import json
from threading import Barrier, Thread
from django.contrib.auth.models import User
from django.db import connection
from crm.models import Contact, MergedContact, Note
from crm.services import add_contact
from crm.services.merging import MergeImpossible, merge_contacts
user = User.objects.create(username="anna")
def merge(winner, loser, barrier, outcomes):
    barrier.wait()
    try:
        merge_contacts(winner_pk=winner, loser_pk=loser, user=user)
        outcomes.append("merged")
    except MergeImpossible:
        outcomes.append("gone")
    except Exception as error:
        outcomes.append(repr(error))
    finally:
        connection.close()
rounds = []
for number in range(15):
    a, b, c = (add_contact(name=name, phones=[f"+7923{number:03}{digit:04}"]).pk for digit, name in enumerate("abc"))
    for pk in (a, b, c):
        Note.objects.create(contact_id=pk, text="x")
    pairs = [(a, b), (b, a), (a, b), (c, b)]
    outcomes, barrier = [], Barrier(len(pairs))
    threads = [Thread(target=merge, args=(*pair, barrier, outcomes)) for pair in pairs]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    left = Contact.objects.filter(pk__in=[a, b, c])
    merged = outcomes.count("merged")
    rounds.append({
        "unexpected": [outcome for outcome in outcomes if outcome not in ("merged", "gone")],
        "contacts": left.count() + merged, "merges": merged >= 1,
        "notes": Note.objects.filter(contact__in=left).count(),
        "numbers": sum(contact.phones.count() for contact in left),
        "rows": MergedContact.objects.filter(old_id__in=[a, b, c]).count() == merged,
    })
print(json.dumps(rounds))
"""


NOTES_MEANWHILE = """
import json
from threading import Barrier, Thread
from django.contrib.auth.models import User
from django.db import connection
from crm.models import Contact, Note
from crm.services import add_contact
from crm.services.merging import merge_contacts
from crm.services.notes import add_note
user = User.objects.create(username="anna")
errors = []
def work(barrier, action, **arguments):
    barrier.wait()
    try:
        action(**arguments)
    except Exception as error:
        errors.append(repr(error))
    finally:
        connection.close()
for number in range(15):
    winner, loser = (add_contact(name=name, phones=[f"+7923{number:03}{digit:04}"]) for digit, name in enumerate("ab"))
    barrier = Barrier(4)
    merge = {"action": merge_contacts, "winner_pk": winner.pk, "loser_pk": loser.pk, "user": user}
    note = {"action": add_note, "text": "x", "author": user, "contact": loser}
    threads = [Thread(target=work, args=(barrier,), kwargs=kwargs) for kwargs in (merge, note, note, note)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
print(json.dumps({"errors": errors, "notes": Note.objects.filter(contact__name="a").count()}))
"""


def test_notes_written_while_their_contact_is_merged_follow_it(
    make_server: Callable[..., Server], postgresql_database: str
) -> None:
    server = make_server(database_url=postgresql_database)
    printed = server.manage("shell", "-v0", "-c", f"exec({NOTES_MEANWHILE!r}, globals())").stdout
    assert json.loads(printed.strip().splitlines()[-1]) == {"errors": [], "notes": 45}


def test_merges_at_once_lose_nothing_and_never_wait_for_good(
    make_server: Callable[..., Server], postgresql_database: str
) -> None:
    """The same two in both directions, twice over, and a third contact that wants one of them, too."""
    server = make_server(database_url=postgresql_database)
    printed = server.manage("shell", "-v0", "-c", f"exec({MERGES!r}, globals())").stdout
    expected = {"unexpected": [], "contacts": 3, "merges": True, "notes": 3, "numbers": 3, "rows": True}
    assert json.loads(printed.strip().splitlines()[-1]) == [expected] * 15
