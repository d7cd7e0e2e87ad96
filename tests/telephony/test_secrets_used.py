"""By which secret a message was proved is noted, once a minute, and costs no message."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from telephony.intake import canary_mark
from telephony.intake.secret_use import note_use
from telephony.models import Connection
from telephony.vendors.proofs import ProvedBy
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import send, xvb

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, 0).astimezone()


def noted(connection: Connection, proved_by: ProvedBy, second: float = 0) -> tuple[datetime | None, datetime | None]:
    fresh = Connection.objects.get(pk=connection.pk)
    with time_machine.travel(NOON + timedelta(seconds=second), tick=False):
        note_use(fresh, proved_by)
    fresh.refresh_from_db()
    return fresh.present_secrets_used_at, fresh.former_secrets_used_at


def test_each_has_a_time_of_its_own(connection: Connection) -> None:
    assert noted(connection, ProvedBy.PRESENT) == (NOON, None)
    assert noted(connection, ProvedBy.FORMER, 1) == (NOON, NOON + timedelta(seconds=1))


def test_it_is_written_once_a_minute(connection: Connection) -> None:
    noted(connection, ProvedBy.FORMER)
    assert noted(connection, ProvedBy.FORMER, 59) == (None, NOON)
    assert noted(connection, ProvedBy.FORMER, 60) == (None, NOON + timedelta(seconds=60))


def test_where_there_is_one_secret_nothing_is_asked(connection: Connection, django_assert_num_queries: object) -> None:
    others = [one for one in ProvedBy if one not in (ProvedBy.PRESENT, ProvedBy.FORMER)]
    with django_assert_num_queries(0):  # type: ignore[operator]
        for one in others:
            note_use(connection, one)
    assert others


@pytest.mark.parametrize(("is_canarys", "is_noted"), [(False, True), (True, False)])
def test_a_canary_call_is_no_use_of_a_secret(is_canarys: bool, is_noted: bool) -> None:
    office = ConnectionFactory.create(vendor="xvb", settings={"access_code": "10019"})
    office.former_secrets, office.former_secrets_until = {"access_code": "10018"}, timezone.now() + timedelta(hours=1)
    office.save()
    message = xvb("INCOMING", "1", type="in", access_code="10018")
    if is_canarys:
        message.headers[canary_mark.HEADER] = canary_mark.mark(connection_id=office.pk, run_id=1)
    assert send(office, message).status_code == 200
    office.refresh_from_db()
    assert (office.former_secrets_used_at is not None) is is_noted
