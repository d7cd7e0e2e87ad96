"""Who is the client and who the employee: what only the connection's own extensions and settings tell."""

from __future__ import annotations

import pytest
from django.utils import timezone

from telephony.domain.events import CallEvent, Direction, EventKind, Parsed
from telephony.intake.parties import put_right
from telephony.models import Connection
from tests.telephony.factories import ConnectionFactory, ExtensionFactory

pytestmark = pytest.mark.django_db
CLIENT = "79201119613"


@pytest.fixture
def connection() -> Connection:
    made: Connection = ConnectionFactory.create(vendor="sipuni", phone_region="RU", outside_prefix="9")
    ExtensionFactory.create(connection=made, number="101")
    return made


def read(connection: Connection, **fields: object) -> tuple[str, str, str | None]:
    """Employee, client as the PBX wrote it, and its E.164."""
    values = {"direction": Direction.OUTGOING, "extension": "101", "client_raw": CLIENT, "client_e164": ""}
    event = CallEvent(
        kind=EventKind.CALL_STARTED,
        external_id="1",
        occurred_at=timezone.now(),
        fingerprint="1",
        **values | fields,  # type: ignore[arg-type]
    )
    [found] = put_right(Parsed(events=(event,)), connection=connection).events
    return found.extension, found.client_raw, found.client_e164


def test_the_prefix_of_an_outside_line_is_no_part_of_the_clients_number(connection: Connection) -> None:
    assert read(connection, client_raw="989201119613") == ("101", "89201119613", "+" + CLIENT)


def test_a_number_that_was_dialled_as_it_is_stays_as_it_was_read(connection: Connection) -> None:
    assert read(connection, client_raw=CLIENT, client_e164="+70000000000") == ("101", CLIENT, "+70000000000")


def test_of_a_call_that_came_in_no_prefix_is_taken(connection: Connection) -> None:
    told = read(connection, direction=Direction.INCOMING, client_raw="989201119613", client_e164="x")
    assert told == ("101", "989201119613", "x")


@pytest.mark.parametrize("direction", [Direction.INCOMING, Direction.INTERNAL])
def test_an_employee_where_the_client_should_be_changes_places_with_it(
    connection: Connection, direction: Direction
) -> None:
    swapped = read(connection, direction=direction, extension=CLIENT, client_raw="101")
    assert swapped == ("101", CLIENT, "+" + CLIENT)


def test_a_short_number_that_is_nobodys_is_a_client(connection: Connection) -> None:
    assert read(connection, extension=CLIENT, client_raw="102", direction=Direction.INCOMING) == (CLIENT, "102", "")


def test_a_long_number_that_is_an_employees_stays_one(connection: Connection) -> None:
    ExtensionFactory.create(connection=connection, number=CLIENT)
    assert read(connection, extension=CLIENT, client_raw="101", direction=Direction.INCOMING) == (CLIENT, "101", "")


def test_a_message_without_events_is_left_alone(connection: Connection) -> None:
    nothing = Parsed(ignored="nothing")
    assert put_right(nothing, connection=connection) is nothing
