"""A small office for the desk's tests: two phones, their users, and a clock to move."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User

from telephony.cards import live
from telephony.database.writing import Writes
from telephony.intake import stray
from telephony.models import Connection
from tests.desk.people import employee, person
from tests.desk.spoilt_office import Office
from tests.telephony.factories import ConnectionFactory, ExtensionFactory
from tests.telephony.messages import Message, at, deliver


@pytest.fixture
def connection(db: None) -> Connection:
    connection: Connection = ConnectionFactory.create(
        vendor="sipuni", name="Moscow office", settings={"user": "012345", "secret": "s3cret-of-sipuni"}
    )
    return connection


@pytest.fixture
def anna(connection: Connection) -> Any:
    return employee(connection, "anna", "101")


@pytest.fixture
def boris(connection: Connection) -> Any:
    return employee(connection, "boris", "102")


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at(0), tick=False) as traveller:
        yield traveller


@pytest.fixture
def tell(clock: time_machine.Traveller, connection: Connection) -> Callable[[int, Message], None]:
    """The PBX tells of something in this second of the call, and it is that second."""

    def tell(second: int, message: Message, to: Connection | None = None) -> None:
        clock.move_to(at(second))
        deliver(to or connection, message, second)

    return tell


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[set[int]]:
    """Whom each hint was for."""
    calls: list[set[int]] = []
    real = live.add

    def add(writes: Writes, *, users: Any, content: Any, board: bool = False) -> None:
        calls.append(set(users))
        real(writes, users=users, content=content, board=board)

    monkeypatch.setattr(live, "add", add)
    return calls


@pytest.fixture
def office(connection: Connection) -> Iterator[Office]:
    with time_machine.travel(at(0), tick=False) as clock:
        anna = person("anna")
        extension = ExtensionFactory.create(connection=connection, number="101", user=anna)
        chief = User.objects.create_superuser("chief")
        stray._waiting.clear()
        stray._written_at.clear()
        yield Office(clock=clock, connection=connection, anna=anna, extension=extension, chief=chief)
