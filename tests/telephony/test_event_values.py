"""Values that make no sense are refused where they are made; requests over ASGI are read byte for byte."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.handlers.asgi import ASGIRequest

from telephony.calls.access import visible_dials
from telephony.domain.events import EventKind
from telephony.intake.parties import put_right
from telephony.intake.requests import received_hook
from telephony.models import Dial
from tests.call_events import start
from tests.telephony.factories import ConnectionFactory, ExtensionFactory, make_user
from tests.telephony.messages import sipuni_rings


def test_an_event_says_how_its_call_is_found() -> None:
    with pytest.raises(ValueError, match="no_call_id"):
        replace(start(0), external_id="")


def test_an_event_knows_the_time_zone_of_its_times() -> None:
    with pytest.raises(ValueError, match="occurred_at has no time zone"):
        replace(start(0), occurred_at=datetime(2026, 3, 2, 9, 30))  # noqa: DTZ001


def test_a_query_over_asgi_is_kept_as_its_bytes() -> None:
    query = "a=%D7&b=×".encode()
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/", "query_string": query, "headers": []}
    assert received_hook(ASGIRequest(scope, BytesIO()), b"").query == query


@pytest.mark.django_db
def test_who_sees_only_the_own_calls_sees_only_the_own_orders() -> None:
    anna, boris = make_user("anna"), make_user("boris")
    anna.user_permissions.add(Permission.objects.get(codename="see_own_calls"))
    for number, user in enumerate((anna, boris)):
        Dial.objects.create(user=user, phone_raw="1", idempotency_key=f"key-{number}")
    assert [dial.user for dial in visible_dials(User.objects.get(username="anna"))] == [anna]


@pytest.mark.django_db
def test_parties_are_not_changed_when_both_are_employees() -> None:
    connection = ConnectionFactory.create(vendor="sipuni")
    for number in ("101", "79165551601"):
        ExtensionFactory.create(connection=connection, number=number, user=make_user(f"user{number}"))
    vendor = connection.vendor_object
    parsed = vendor.parse(sipuni_rings(0, "102").hook(start(0).occurred_at), connection.profile())
    event = replace(parsed.events[0], kind=EventKind.LEG_RINGING, client_raw="101", extension="79165551601")
    assert put_right(replace(parsed, events=(event,)), connection=connection).events[0].extension == "79165551601"
