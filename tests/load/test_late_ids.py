"""A call gets its id from a later message, on PostgreSQL, where it is asked for by an id that it has not got yet."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.servers import Server

pytestmark = pytest.mark.postgresql

PHONE_THAT_CHANGES_HANDS = """
from telephony.models import Extension
from tests.telephony.factories import ConnectionFactory, ExtensionFactory, make_user
from tests.telephony.messages import deliver, mobilon_rings, only_call
from tests.telephony.test_correlation import state
mobilon = ConnectionFactory.create(vendor="mobilon")
phone = ExtensionFactory.create(connection=mobilon, user=make_user("anna"), number="", key="K1")
deliver(mobilon, mobilon_rings("K1"), 1)
phone.user = make_user("boris")
phone.save()
deliver(mobilon, state("3", "ANSWER", userkey="K1", to=""), 3)
print(only_call().external_id, only_call().legs.get().user.username)
"""


def test_whose_phone_rang_stays_when_the_id_comes_with_the_answer(
    make_server: Callable[..., Server], postgresql_database: str
) -> None:
    server = make_server(database_url=postgresql_database)
    assert server.manage("shell", "-v0", "-c", PHONE_THAT_CHANGES_HANDS).stdout.split() == ["u1", "anna"]
