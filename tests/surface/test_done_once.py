"""Two equal POSTs to each address that writes leave what one leaves; one after the other, and at once (in full, three).

A new address fails here: it needs a body in writing.py, or an exemption with a reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from tests.rounds import rounds
from tests.servers import Server
from tests.surface.twice import Rows, Twice, differences
from tests.surface.writing import EXEMPT, bodies, writing_addresses

PARTS = rounds(2, full=4)
"""Each within the time that a command of tests may take."""


def test_every_writing_address_has_a_body_or_a_reason() -> None:
    with_body = {address.partition("?")[0] for address in bodies()}
    exempt = {address for address in writing_addresses() if any(re.fullmatch(one, address) for one in EXEMPT)}
    assert sorted(set(writing_addresses()) - with_body - exempt) == [], "Give it a body, or a reason: writing.py."
    assert sorted(with_body - set(writing_addresses())) == [], "These are gone."
    unused = [one for one in EXEMPT if not any(re.fullmatch(one, address) for address in writing_addresses())]
    assert unused == [], "Nothing is exempt by these any more."


@pytest.mark.proof
@pytest.mark.django_db
def test_one_after_the_other() -> None:
    twice, wrong, rows = Twice(), {}, Rows()
    with connection.execute_wrapper(rows):
        for address in bodies():
            before = transaction.savepoint()
            send, client = twice.request(address), twice.client(address)
            was = rows.state()
            first = send(client)
            once = rows.state()
            second = send(client)
            if not differences(was, once):
                wrong[address] = f"The first one changed nothing: {first.status_code} {_errors(first)}"
            elif changed := differences(once, rows.state()):
                wrong[address] = f"The second one ({second.status_code}) changed {changed}"
            transaction.savepoint_rollback(before)
            rows.forget()
    assert twice.is_signed_in()
    assert wrong == {}, "\n".join(f"{address}: {told}" for address, told in wrong.items())


@pytest.mark.proof
@pytest.mark.postgresql
@pytest.mark.parametrize("part", range(PARTS))
def test_at_once(make_server: Callable[..., Server], postgresql_database: str, part: int) -> None:
    server = make_server(database_url=postgresql_database)
    asked = f"at_once(presses={rounds(2, full=3)}, part={part}, of={PARTS})"
    code = f"import json; from tests.surface.twice import at_once; print('FOUND', json.dumps({asked}))"
    told = server.manage("shell", "--command", code).stdout
    assert json.loads(told.rpartition("FOUND ")[2]) == {}, "What one made, and what three at once made."


def _errors(answer: object) -> str:
    text = getattr(answer, "content", b"").decode(errors="replace")
    found = re.findall(r"(?:errorlist|crm-error|text-red-6)[^>]*>(.*?)</", text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>|\s+", " ", one) for one in found)[:200] or text[:200]
