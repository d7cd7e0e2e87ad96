"""Orders to call in the admin: who sees which, how they are found, and which countries may be called."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from telephony.models import Call, Connection, Dial, Extension, Team
from tests.admin.world import connect, make_user

pytestmark = pytest.mark.django_db

LIST = "admin:telephony_dial_changelist"


def dialled(user: Any, number: str, connection: Connection | None = None, **more: Any) -> Dial:
    values = {"phone_raw": number, "phone_e164": number, "idempotency_key": f"click-{number}", "state": "sent"}
    order: Dial = Dial.objects.create(user=user, connection=connection, **{**values, **more})
    return order


def shown(client: Client, **query: str) -> str:
    answer = client.get(reverse(LIST), query)
    assert answer.status_code == 200
    return answer.content.decode()


def page_of(order: Dial) -> str:
    return reverse("admin:telephony_dial_change", args=[order.pk])


def test_the_list_tells_who_called_whom_and_what_became_of_it(owner: Client) -> None:
    anna, office = make_user("anna", "Анна", "Орлова"), connect("sipuni", "Офис")
    call = Call.objects.create(connection=office, external_id="1", direction="outgoing", started_at=timezone.now())
    dialled(anna, "+79201119613", office, state="bound", call=call, extension_number="101")
    dialled(anna, "+79201119614", office, state="failed", error_code="not_registered")
    dialled(anna, "102", None, phone_e164="", state="refused", error_code="no_number")
    html = shown(owner)
    for text in ("+79201119613", "Анна Орлова", "101, Офис", "became a call", "refused here"):
        assert text in html
    assert reverse("admin:telephony_call_change", args=[call.pk]) in html
    assert 'data-dial="+79201119613"' in html
    assert 'data-dial="102"' not in html


def test_a_page_shows_what_the_user_was_told(owner: Client) -> None:
    order = dialled(make_user("anna", "Анна", "Орлова"), "+79201119613", state="failed", error_code="not_registered")
    html = owner.get(page_of(order)).content.decode()
    assert "Your phone isn&#x27;t connected to the PBX." in html
    assert 'name="_save"' not in html


def test_an_erased_number_leaves_a_row_that_can_be_opened(owner: Client) -> None:
    order = dialled(None, "", idempotency_key="click-0001")
    assert "erased" in shown(owner)
    assert "Pick it up, and … is called." in owner.get(page_of(order)).content.decode()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("8 (920) 111-96-13", "first"),
        ("1119613", "first"),
        ("волков", "second"),
        ("ORDER-7", "second"),
        ("nothing of that", ""),
        ("   ", "both"),
    ],
)
def test_orders_are_found_by_number_user_and_id(owner: Client, typed: str, found: str) -> None:
    dialled(make_user("anna", "Анна", "Орлова"), "+79201119613")
    dialled(make_user("boris", "Борис", "Волков"), "+79160000002", external_id="ORDER-7")
    html = shown(owner, q=typed)
    assert ("+79201119613" in html) is (found in ("first", "both"))
    assert ("+79160000002" in html) is (found in ("second", "both"))


def test_each_sees_the_orders_of_those_whose_calls_are_seen() -> None:
    anna, boris, vera = (
        make_user("anna", "Анна", "А", is_staff=True),
        make_user("boris", "Борис", "Б", is_staff=True),
        make_user("vera", "Вера", "В", is_staff=True),
    )
    Team.objects.create(name="Продажи").members.add(anna, boris)
    numbers = {"anna": "+79160000001", "boris": "+79160000002", "vera": "+79160000003"}
    for user in (anna, boris, vera):
        dialled(user, numbers[user.username])
    expected = {"Supervisor": {"anna", "boris"}, "Administrator": {"anna", "boris", "vera"}}
    for group, names in expected.items():
        anna.groups.set([Group.objects.get(name=group)])
        client = Client()
        client.force_login(anna)
        html = shown(client)
        assert {name for name, number in numbers.items() if number in html} == names
    anna.groups.set([Group.objects.get(name="Operator")])
    client = Client()
    client.force_login(anna)
    assert client.get(reverse(LIST)).status_code == 403


def test_every_group_may_call() -> None:
    for group in Group.objects.filter(name__in=["Operator", "Supervisor", "Administrator"]):
        user = make_user(group.name, "", "")
        user.groups.add(group)
        assert user.has_perm("telephony.dial"), group.name


class TestCountries:
    def test_they_are_chosen_from_a_list(self, owner: Client) -> None:
        connection = connect("xvb", "Офис")
        address = reverse("admin:telephony_connection_change", args=[connection.pk])
        html = owner.get(address).content.decode()
        assert "Calls from the CRM" in html
        assert 'name="dial_countries"' in html
        sent = {"name": "Офис", "enabled": "on", "time_zone": "Europe/Moscow", "phone_region": "RU"}
        sent |= {"longest_recording": "200", "fetch_recordings": "on"}
        sent |= {"pbx_cloud_url": connection.settings["cloud_url"]}
        answer = owner.post(address, {**sent, "dial_countries": ["BY", "KZ"]})
        assert answer.status_code == 302, answer.content.decode()
        connection.refresh_from_db()
        assert connection.dial_countries == ["BY", "KZ"]
        assert owner.post(address, {**sent, "dial_countries": ["XX"]}).status_code == 200

    def test_not_where_nothing_can_be_called(self, owner: Client) -> None:
        connection = connect("demo", "Демо")
        html = owner.get(reverse("admin:telephony_connection_change", args=[connection.pk])).content.decode()
        assert 'name="dial_countries"' not in html

    def test_no_other_texts_are_stored(self) -> None:
        connection = connect("sipuni", "Офис")
        connection.dial_countries = ["Russia"]
        with pytest.raises(ValidationError, match="no country code"):
            connection.full_clean()


def test_the_log_of_calls_has_a_button_beside_each_number(owner: Client) -> None:
    office = connect("sipuni", "Офис")
    Extension.objects.create(connection=office, user=make_user("anna", "Анна", "Орлова"), number="101")
    for number in ("+79201119613", ""):
        Call.objects.create(
            connection=office,
            external_id=f"call {number}",
            direction="incoming",
            status="no_answer",
            client_e164=number,
            started_at=timezone.now(),
        )
    html = owner.get(reverse("telephony:calls")).content.decode()
    assert html.count("data-dial=") == 1
    for call in Call.objects.exclude(client_e164=""):
        page = owner.get(reverse("admin:telephony_call_change", args=[call.pk])).content.decode()
        assert 'data-dial="+79201119613"' in page
    assert 'data-dial="+79201119613"' in owner.get(reverse("admin:index")).content.decode()
