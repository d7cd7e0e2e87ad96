"""What real life sends where a number should be (tests/numbers/cases), each with what it has to come to."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client

from crm.models import Contact
from crm.services import add_contact
from telephony.models import Call, Connection
from tests.numbers.http_cases import CASES, DIALLED, lines, play
from tests.telephony.factories import ConnectionFactory, ExtensionFactory, make_user
from tests.telephony.messages import deliver, multipart

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(db: None) -> dict[str, Connection]:
    """Connections of two kinds, with the phones 101 and 102."""
    connections = {vendor: ConnectionFactory.create(vendor=vendor) for vendor in ("wirecrm", "mobilon", "sipuni")}
    for number in ("101", "102"):
        user = make_user(f"u{number}")
        for connection in connections.values():
            ExtensionFactory.create(connection=connection, user=user, number=number, key=f"KEY{number}")
    return connections


NUMBERS = [tuple(line.split(" ; ")) for file in sorted(CASES.glob("*.num")) for line in lines(file.name)]


@pytest.mark.parametrize(("stored", "caller", "expected"), NUMBERS)
def test_who_calls(office: dict[str, Connection], stored: str, caller: str, expected: str) -> None:
    contact = add_contact(name="Иван", phones=[stored])
    sent = {"event": "NOTIFY_START", "pbx_call_id": "in_1", "caller_id": caller, "called_did": "74957770000"}
    deliver(office["wirecrm"], multipart(**sent))
    assert Call.objects.get().contact == (contact if expected.strip() == "found" else None)


@pytest.mark.parametrize("name", DIALLED)
def test_the_contacts_own_button_calls_it(admin_client: Client, name: str) -> None:
    for written in lines(name):
        contact = add_contact(name="Иван", phones=[written])
        page = admin_client.get(f"/crm/contacts/{contact.pk}/").content.decode()
        assert f'data-dial="{DIALLED[name]}' in page


def test_the_extension_is_shown_beside_the_number(admin_client: Client) -> None:
    contact = add_contact(name="Иван", phones=["8 916 200-29-09 доб. 5"])
    page = admin_client.get(f"/crm/contacts/{contact.pk}/").content.decode()
    assert "+7 916 200-29-09, ext. 5" in page
    assert 'data-dial="+79162002909;ext=5"' in page


def test_hidden_numbers_are_none_and_nobody_is_the_same(office: dict[str, Connection]) -> None:
    Contact.objects.create(name="Unknown").phones.create(raw="000")
    play("k10_hidden.http", office)
    assert set(Call.objects.values_list("client_raw", "client_e164", "client_match", "contact")) == {("", "", "", None)}
    assert Call.objects.filter(connection=office["wirecrm"]).count() == 3
    assert Call.objects.filter(connection=office["mobilon"]).count() == 2


def test_a_number_inside_of_something_else(office: dict[str, Connection]) -> None:
    play("k11_name_addr.http", office)
    assert Call.objects.get().client_e164 == "+79165551101"


def test_swapped_parties_and_an_outside_lines_prefix(office: dict[str, Connection]) -> None:
    play("k17_swapped.http", office)
    swapped = Call.objects.get(external_id__startswith="out_k17a")
    assert (swapped.direction, swapped.client_e164) == ("outgoing", "+79165551701")
    assert [leg.user.username for leg in swapped.legs.all()] == ["u101"]
    prefixed = Call.objects.get(external_id__startswith="out_k17b")
    assert (prefixed.client_e164, prefixed.client_match) == ("+79165551702", "9165551702")


@pytest.mark.parametrize(
    ("prefix", "countries", "number", "expected"),
    [
        ("", [], "989165551702", "+989165551702"),
        ("9", ["RU", "IR"], "989165551702", "+989165551702"),
        ("9", [], "+989165551702", "+989165551702"),
        ("9", [], "9165551702", "+79165551702"),
        ("0", [], "089165551702", "+79165551702"),
        ("9", [], "9810442071838750", "+442071838750"),
    ],
)
def test_the_prefix_is_the_connections(prefix: str, countries: list[str], number: str, expected: str) -> None:
    connection = ConnectionFactory.create(vendor="wirecrm", outside_prefix=prefix, dial_countries=countries)
    sent = {"event": "NOTIFY_OUT_START", "pbx_call_id": "out_1", "internal": "101", "caller_id": "0"}
    deliver(connection, multipart(**sent, destination=number))
    assert Call.objects.get().client_e164 == expected


def test_a_call_to_a_colleague_is_not_swapped(office: dict[str, Connection]) -> None:
    sent = {"event": "NOTIFY_OUT_START", "pbx_call_id": "out_1", "internal": "102", "destination": "101"}
    deliver(office["wirecrm"], multipart(**sent))
    call = Call.objects.get()
    assert (call.client_raw, call.legs.get().extension_number) == ("101", "102")


@pytest.mark.parametrize("line", lines("k20_filter.txt"))
def test_an_unknown_filter_is_named(admin_client: Client, line: str) -> None:
    address = line.split()[1]
    answer = admin_client.get(address)
    assert answer.status_code == 400
    (name,) = json.loads(answer.content)
    assert f"{name}=" in address


@pytest.mark.parametrize("path", ["calls", "calls/live", "recordings", "extensions", "contacts", "companies", "tasks"])
def test_every_list_names_the_nearest_parameter(admin_client: Client, path: str) -> None:
    answer = admin_client.get(f"/api/v1/{path}/?page_siz=3")
    nearest = "format" if path == "calls/live" else "page_size"
    assert answer.status_code == 400
    assert f"the nearest is {nearest}" in answer.json()["page_siz"][0]
    assert admin_client.get(f"/api/v1/{path}/").status_code == 200
    assert User.objects.count() == 1
