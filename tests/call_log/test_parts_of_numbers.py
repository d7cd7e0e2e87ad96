"""Parts of a client's number on PostgreSQL: an index finds them, and nothing is missed that is longer than it reads."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.servers import Server

pytestmark = [pytest.mark.proof, pytest.mark.postgresql]

ASK = """
import json
from django.db import connection
from django.utils import timezone
from telephony.call_log import search
from telephony.models import Call, Connection
pbx = Connection.objects.create(name="PBX", vendor="sipuni")
for number in {numbers!r}:
    Call.objects.create(
        connection=pbx, external_id=number, direction="incoming", status="answered", client_raw=number,
        client_match=number, started_at=timezone.now(),
    )
found = {{}}
for text in {texts!r}:
    found[text] = sorted(Call.objects.filter(search.calls_matching(text)).values_list("client_match", flat=True))
with connection.cursor() as cursor:
    cursor.execute("SET enable_seqscan = off; SET enable_indexonlyscan = off")
    sql, values = search._calls_with(["4712"]).query.sql_with_params()
    cursor.execute("EXPLAIN " + sql, values)
    found["plan"] = " ".join(line for (line,) in cursor.fetchall())
print(json.dumps(found))
"""
NUMBERS = ["9235292926", "4712035929", "1234", "sip:call%_centre-471203592926@example"]
TEXTS = {
    "5292": ["9235292926"],
    "52929": ["9235292926"],
    "2926": ["9235292926", "sip:call%_centre-471203592926@example"],
    "1234": ["1234"],
    "471203": ["4712035929", "sip:call%_centre-471203592926@example"],
    "0000": [],
}


def test_parts_of_numbers_are_found_by_an_index(postgresql_database: str, make_server: Callable[..., Server]) -> None:
    server = make_server(database_url=postgresql_database)
    code = ASK.format(numbers=NUMBERS, texts=list(TEXTS))
    found = json.loads(server.manage("shell", "-v0", "-c", code).stdout)
    plan = found.pop("plan")
    assert found == TEXTS
    assert "call_parts_of_number" in plan
    assert "call_of_longer_number" in plan
