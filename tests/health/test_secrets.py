"""A new secret: the one of before proves messages as long as somebody chose, and which is in use can be seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from telephony.connections.settings import change_connection
from telephony.health.report import connections_health
from telephony.models import Connection, Delivery
from telephony.simulator.targets import Casting, of_connection
from telephony.vendors import get_vendor, installed
from telephony.vendors.simulated import Scenario
from tests.soap.messages import KEY, NUMBER, authorization, envelope
from tests.soap.requests import add_mobilon, post

PROVING = {slug: vendor.settings_form.proving_names() for slug, vendor in installed().items()}
SIMULATED = sorted(slug for slug, names in PROVING.items() if names and slug != "mobilon")
pytestmark = pytest.mark.django_db


def test_each_secret_that_stays_here_or_signs_messages_can_overlap() -> None:
    assert {slug: names for slug, names in PROVING.items() if names} == {
        "asterisk": ["secret"],
        "itoolabs": ["crm_token"],
        "mango": ["api_key", "api_salt"],
        "mobilon": ["soap_password"],
        "xvb": ["access_code"],
        "zadarma": ["secret"],
    }


def connect(slug: str) -> Connection:
    settings = {name: str(value) for name, value in get_vendor(slug).simulator().example_settings.items()}
    return Connection.objects.create(vendor=slug, name=slug, settings=settings)


def send(client: Client, connection: Connection, settings: Mapping[str, Any]) -> list[int]:
    """A call, as the PBX sends it that has these settings."""
    pbx_s_own = Connection.objects.get(pk=connection.pk)
    pbx_s_own.settings = {**pbx_s_own.settings, **settings}
    target = of_connection(pbx_s_own, base_url="", casting=Casting(seed=timezone.now().timestamp()))
    call = target.writer.write(started_at=timezone.now(), scenario=Scenario.ANSWERED)
    statuses = []
    for message in target.pbx.messages(call):
        # Asterisk's agent signs when it sends.
        headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in message.headers.items()}
        kind = next((value for name, value in message.headers.items() if name.lower() == "content-type"), "")
        path = connection.hook_path + message.tail + (f"?{message.query}" if message.query else "")
        answer = client.generic(message.method, path, message.body, content_type=kind, **headers)
        statuses.append(answer.status_code)
    return statuses


@pytest.mark.parametrize("slug", SIMULATED)
def test_both_are_taken_for_a_while_then_the_new_one_alone(slug: str, client: Client, admin_client: Client) -> None:
    connection = connect(slug)
    old = {name: connection.settings[name] for name in PROVING[slug]}
    new = {name: f"{value}-of-today" for name, value in old.items()}
    assert set(send(client, connection, old)) == {200}
    change_connection(connection=connection, settings=new, keep=timedelta(hours=24))

    def panel() -> str:
        return admin_client.get(f"/admin/telephony/connection/{connection.pk}/change/").content.decode()

    assert "Nothing has come with the new one yet" in panel()
    assert set(send(client, connection, old)) == {200}
    assert "former_secret" in {one.code for health in connections_health() for one in health.findings}
    assert set(send(client, connection, new)) == {200}
    assert "The latest message with the new one came just now" in panel()
    assert "The latest message with the one of before came just now" in panel()
    assert not Delivery.objects.exclude(state__in=("applied", "ignored")).exists()

    page = f"/admin/telephony/connection/{connection.pk}/rotate/"
    assert admin_client.post(page, {"end_secrets": "1"}).status_code == 302
    assert "What was entered before is taken" not in panel()
    assert {401, 403} & set(send(client, connection, old))
    assert set(send(client, connection, new)) == {200}


def test_it_ends_by_itself_and_does_not_begin_where_nobody_chose_it(client: Client) -> None:
    connection = connect("zadarma")
    change_connection(connection=connection, settings={"secret": "second"}, keep=timedelta(hours=1))
    assert set(send(client, connection, {"secret": "secret"})) == {200}
    Connection.objects.update(former_secrets_until=timezone.now() - timedelta(seconds=1))
    assert set(send(client, connection, {"secret": "secret"})) == {401}
    change_connection(connection=Connection.objects.get(), settings={"secret": "third"})
    assert set(send(client, connection, {"secret": "second"})) == {401}
    assert Connection.objects.get().former_secrets == {}


def test_the_form_asks_for_how_long(client: Client, admin_client: Client) -> None:
    connection = connect("itoolabs")
    page = f"/admin/telephony/connection/{connection.pk}/change/"
    form = admin_client.get(page).context["adminform"].form
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    data = {name: value for name, value in values.items() if value not in (None, False, [])}
    phones = {"extensions-TOTAL_FORMS": "0", "extensions-INITIAL_FORMS": "0"}
    assert data["keep_secrets"] == "24"
    answer = admin_client.post(page, {**data, **phones, "pbx_crm_token": "new-token", "keep_secrets": "168"})
    assert answer.status_code == 302, answer.context["errors"]
    connection.refresh_from_db()
    assert connection.settings["crm_token"] == "new-token"
    assert connection.former_secrets == {"crm_token": "crm-token"}
    assert timedelta(days=6) < connection.former_secrets_until - timezone.now() < timedelta(days=7)
    assert connection.without_secrets("crm-token, new-token") == "[hidden], [hidden]"


def test_a_password_of_1c_s_services() -> None:
    connection = add_mobilon()
    before = connection.settings["soap_password"]
    change_connection(
        connection=connection, settings={"soap_password": "Quite-another-one-2031"}, keep=timedelta(hours=1)
    )
    assert connection.settings["soap_password"] != before
    rings = envelope("IncomingCall", NumFrom=NUMBER, Key=KEY)
    new = authorization(password="Quite-another-one-2031")
    assert [post(rings, login=login).status_code for login in (new, authorization())] == [200, 200]
    assert Connection.objects.get().former_secrets_used_at is not None
    Connection.objects.update(former_secrets_until=timezone.now())
    assert [post(rings, login=login).status_code for login in (new, authorization())] == [200, 401]
