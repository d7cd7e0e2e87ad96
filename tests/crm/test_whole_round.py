"""From a PBX's question to the name on the phone, with the CRM's own contacts."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from crm.services import add_contact
from telephony.connections.settings import save_extension
from telephony.models import Call, Extension
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import CLIENT, form, send, wirecrm

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    user = User.objects.create(username="anna")
    add_contact(name="Вася", phones=["8 (920) 111-96-13"], company="Рога и копыта", responsible=user)
    return user


def test_wirecrm_shows_the_callers_name_and_the_call_has_its_contact(anna: User) -> None:
    answer = send(ConnectionFactory.create(vendor="wirecrm"), wirecrm("NOTIFY_START"))
    assert answer.json() == {"caller_name": "Вася"}
    assert str(Call.objects.get().contact) == "Вася"


def test_wirecrm_puts_the_caller_through_to_the_responsible(anna: User) -> None:
    connection = ConnectionFactory.create(vendor="wirecrm", settings={"answer_start": "redirect"})
    save_extension(extension=Extension(connection=connection, user=anna, number="101"))
    assert send(connection, wirecrm("NOTIFY_START")).json() == {"redirect": "101"}
    assert send(connection, wirecrm("NOTIFY_START", "in_2", caller_id="79990000000")).json() == {}
    assert send(connection, wirecrm("NOTIFY_END", disposition="busy")).json() == {}


def test_xvb_is_told_name_company_and_responsible(anna: User) -> None:
    connection = ConnectionFactory.create(vendor="xvb", settings={"access_code": "10019"})
    save_extension(extension=Extension(connection=connection, user=anna, number="100"))
    answer = send(connection, form(cmd="contact", access_code="10019", phone=CLIENT))
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.json() == {"contact_name": "Вася/Рога и копыта", "responsible": "100"}
    assert "Вася".encode() in answer.content
    assert not Call.objects.exists()
