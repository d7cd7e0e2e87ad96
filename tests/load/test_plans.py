"""What each message asks is found by the index that is made for it, also where PostgreSQL knows nothing of a table."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.servers import Server

pytestmark = [pytest.mark.proof, pytest.mark.postgresql]

ASK = """
import json
from itertools import count
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from telephony.calls import adopting, legs, loading, locks, of_id
from telephony.cards import status
from telephony.missed import clients
from telephony.models import Connection, Extension
from telephony.recordings import noting

def plan(prepared, name):
    numbers = count(1)
    sql = "".join(part + f"${next(numbers)}" for part in prepared.statement("postgresql").sql.split("%s"))
    sql = sql.removesuffix(f"${next(numbers) - 1}")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT " + locks._ONE_PLAN)  # As a message's transaction begins.
        cursor.execute(f"PREPARE {name} AS {sql}")
        nothing = ", ".join(["NULL"] * len(prepared.statement("postgresql")._parameters))
        cursor.execute(f"EXPLAIN EXECUTE {name} ({nothing})")
        return " ".join(line for (line,) in cursor.fetchall())

asked = {
    "call": of_id.OF_ID, "events": loading._LATEST_OF_ID, "legs": legs._LATEST_OF_ID, "recordings": noting._OF_ID,
    "minutes": status._MINUTES, "client": adopting._RUNG_OR_ENDED, "listed": adopting._LISTED_LATER,
    "waits": clients._ANY_OF_CALL, "items": clients._ITEMS, "calls": clients._CALLS, "numbers": clients._NUMBERS,
    "contact": clients._CONTACT_OF_CALL, "its items": clients._ITEMS_OF_CALL, "its numbers": clients._NUMBERS_OF_CALL,
}
found = {name: plan(prepared, name.replace(" ", "_")) for name, prepared in asked.items()}
pbx = Connection.objects.create(name="PBX", vendor="sipuni")
user = get_user_model().objects.create(username="anna")
Extension.objects.bulk_create([Extension(connection=pbx, user=user, number=str(one)) for one in range(1000)])
with connection.cursor() as cursor:
    cursor.execute("ANALYZE")
found["phones"] = plan(legs._NAMED, "phones")
print(json.dumps(found))
"""


def test_a_calls_own_index_is_used_and_none_that_all_calls_of_a_connection_share(
    postgresql_database: str, make_server: Callable[..., Server]
) -> None:
    server = make_server(database_url=postgresql_database)
    plans = json.loads(server.manage("shell", "-v0", "-c", ASK).stdout)
    for name in ("call", "events", "legs", "recordings", "minutes", "contact"):
        assert "call_once" in plans[name], name
    for name in ("waits", "items", "its items"):
        assert "misseditem_client_key" in plans[name], name
        assert "misseditem_contact" in plans[name], name
    assert "call_of_number" in plans["calls"]
    for name in ("numbers", "its numbers"):
        assert "call_of_contact" in plans[name], name
    for name in ("client", "listed", "calls"):
        assert "call_of_last_digits" in plans[name], name
    assert "call_of_connection" not in json.dumps(plans)
    assert "extension_number_once" in plans["phones"], "one of a thousand phones"
