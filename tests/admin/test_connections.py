"""Adding a connection, its settings, its address."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from telephony.connections.settings import save_extension
from telephony.models import Connection, Extension
from tests.admin.pages import page_of
from tests.admin.world import connect, make_user, post, send

pytestmark = pytest.mark.django_db
ADD = "/admin/telephony/connection/add/"
OWN = {"name": "Офис", "enabled": "on", "time_zone": "Asia/Omsk", "phone_region": "KZ"}


def test_the_kind_of_pbx_is_chosen_first(owner: Client) -> None:
    html = owner.get(ADD).text
    for vendor in ("sipuni", "wirecrm", "xvb", "mobilon"):
        assert f"?vendor={vendor}" in html
    assert "?vendor=" in owner.get(f"{ADD}?vendor=nonsense").text


def test_a_connection_is_added_with_the_settings_of_its_pbx(owner: Client) -> None:
    fields = {**OWN, "pbx_user": "012345", "pbx_secret": "the-key", "pbx_api_url": "sipuni.example.ru/api"}
    response = owner.post(f"{ADD}?vendor=sipuni", fields)
    connection = Connection.objects.get()
    assert response.headers["Location"] == page_of(connection)
    assert (connection.vendor, connection.name, connection.enabled) == ("sipuni", "Офис", True)
    assert (connection.time_zone, connection.phone_region) == ("Asia/Omsk", "KZ")
    assert connection.settings["user"] == "012345"
    assert connection.settings["secret"] == "the-key"
    assert connection.settings["api_url"] == "https://sipuni.example.ru/api"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"pbx_api_url": "no address"}, "pbx_api_url"),
        ({"pbx_soap_password": "123"}, "pbx_soap_password"),
        ({"name": ""}, "name"),
        ({"time_zone": "Europe/Nowhere"}, "time_zone"),
        ({"phone_region": "XX"}, "phone_region"),
    ],
)
def test_an_error_stands_at_its_field(owner: Client, wrong: dict[str, str], field: str) -> None:
    response = owner.post(f"{ADD}?vendor=mobilon", {**OWN, "pbx_info_path": "info", **wrong})
    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == [field]
    assert not Connection.objects.exists()


def test_new_forms_propose_the_defaults(owner: Client) -> None:
    form = owner.get(f"{ADD}?vendor=mobilon").context["adminform"].form
    assert form["time_zone"].value() == "Europe/Moscow"
    assert form["phone_region"].value() == "RU"
    assert form["pbx_api_url"].value() == "https://connect.mobilon.ru/api/call/"


def _change(owner: Client, connection: Connection, **fields: Any) -> None:
    stored = {f"pbx_{name}": value for name, value in connection.settings.items() if "password" not in name}
    stored.pop("pbx_token", None)
    response = owner.post(page_of(connection), {**OWN, **stored, **fields})
    assert response.status_code == 302
    connection.refresh_from_db()


def test_an_empty_secret_keeps_what_is_stored(owner: Client) -> None:
    connection = connect("mobilon")
    _change(owner, connection, pbx_token="", pbx_soap_user="other")
    assert connection.settings["token"] == "canary-mobilon-token"
    assert connection.settings["soap_user"] == "other"


def test_a_secret_is_replaced_or_removed(owner: Client) -> None:
    connection = connect("mobilon")
    kept = connection.settings["soap_password"]
    _change(owner, connection, pbx_token="another")
    assert connection.settings["token"] == "another"
    _change(owner, connection, **{"pbx_token-remove": "1"})
    assert connection.settings["token"] == ""
    assert connection.settings["soap_password"] == kept


def test_changing_keeps_kind_and_address(owner: Client) -> None:
    connection = connect("sipuni")
    secret = connection.hook_secret
    owner.post(
        f"{page_of(connection)}?vendor=xvb",
        {**OWN, "vendor": "xvb", "pbx_secret": "key", "pbx_api_url": "https://a.example.ru/"},
    )
    connection.refresh_from_db()
    assert (connection.vendor, connection.name, connection.hook_secret) == ("sipuni", "Офис", secret)


def test_the_page_shows_the_whole_address_to_paste(owner: Client) -> None:
    connection = connect("mobilon")
    panel = owner.get(page_of(connection), headers={"host": "localhost"}).context["panel"]
    assert panel["address"] == f"http://localhost{connection.hook_path}?number={{NUMBER}}&key={{KEY}}"
    html = owner.get(page_of(connection)).text
    assert "?number={NUMBER}&amp;key={KEY}" in html
    assert 'data-copy="#hook-address"' in html
    assert escape(str(connection.vendor_object.address_help)) in html


def test_what_is_to_be_copied_keeps_its_lines(owner: Client) -> None:
    html = owner.get(page_of(connect("asterisk"))).text
    copied = html.partition('<textarea id="step-2"')[2].partition("</textarea>")[0]
    assert "permit = 127.0.0.1/255.255.255.255\nread = call,agent,cdr,cel\n" in copied


def test_the_page_says_that_nothing_arrived_and_then_what_did(owner: Client) -> None:
    connection = connect("mobilon")
    assert "Nothing has arrived yet" in owner.get(page_of(connection)).text
    send(connection, number="{NUMBER]", key="{KEY}")
    post(connection, b"{", "application/json")
    Connection.objects.filter(pk=connection.pk).update(rejected_count=3)
    response = owner.get(page_of(connection))
    assert "Nothing has arrived yet" not in response.text
    panel = response.context["panel"]
    assert (panel["failed_count"], panel["attention_count"]) == (1, 1)
    for url in (panel["failed_url"], panel["attention_url"]):
        assert len(owner.get(url).context["cl"].result_list) == 1
    assert len(owner.get(panel["deliveries_url"]).context["cl"].result_list) == 2


def test_the_list_tells_of_health(owner: Client) -> None:
    busy, quiet = connect("mobilon"), connect("sipuni")
    post(busy, b"{", "application/json")
    rows = {row.pk: row for row in owner.get("/admin/telephony/connection/").context["cl"].result_list}
    assert rows[busy.pk].failed_count == 1
    assert rows[busy.pk].last_received_at is not None
    assert (rows[quiet.pk].failed_count, rows[quiet.pk].last_received_at) == (0, None)


def test_a_new_address_is_made_only_when_confirmed(owner: Client) -> None:
    connection = connect("sipuni")
    before = connection.hook_path
    address = reverse("admin:telephony_connection_rotate", args=[connection.pk])
    assert owner.get(address).status_code == 200
    connection.refresh_from_db()
    assert connection.hook_path == before
    assert owner.post(address).status_code == 302
    connection.refresh_from_db()
    assert connection.hook_path != before
    assert Client().get(before).status_code == 404
    assert Client().get(connection.hook_path).status_code == 200


def test_connections_are_switched_off_and_on(owner: Client) -> None:
    connection = connect("sipuni")
    for action, enabled in (("disable", False), ("enable", True)):
        data = {"action": action, "_selected_action": [connection.pk]}
        html = owner.post("/admin/telephony/connection/", data, follow=True).text
        assert f"1 connection is {'on' if enabled else 'off'}." in html
        connection.refresh_from_db()
        assert connection.enabled is enabled


def test_a_connection_that_received_something_is_not_deleted(owner: Client) -> None:
    connection = connect("sipuni")
    delete = reverse("admin:telephony_connection_delete", args=[connection.pk])
    assert owner.get(delete).status_code == 200
    send(connection, event=9)
    assert owner.get(delete).status_code == 403
    assert owner.post(delete, {"post": "yes"}).status_code == 403
    assert Connection.objects.exists()


def test_phones_that_are_nobodys_are_shown_with_whose_they_may_be(owner: Client) -> None:
    sipuni, mobilon = connect("sipuni"), connect("mobilon")
    anna = make_user("orlova", "Анна", "Орлова")
    save_extension(extension=Extension(connection=mobilon, user=anna, number="101"))
    now = int(timezone.now().timestamp())
    for phone in (101, 250):
        leg = {
            "call_id": f"9.{phone}",
            "src_num": "79235292926",
            "src_type": 1,
            "dst_num": f"012345{phone}",
            "dst_type": 2,
        }
        send(sipuni, event=1, **leg, timestamp=now - 30)
    phones = owner.get(page_of(sipuni)).context["phones"]
    assert [(row["number"], row["calls"], row["owner"]) for row in phones["unknown"]] == [
        ("101", 1, "Анна Орлова"),
        ("250", 1, ""),
    ]
    form = owner.get(phones["unknown"][0]["url"]).context["adminform"].form
    assert (str(form["number"].value()), str(form["user"].value())) == ("101", str(anna.pk))
    save_extension(extension=Extension(connection=sipuni, user=anna, number="101"))
    phones = owner.get(page_of(sipuni)).context["phones"]
    assert ([row["number"] for row in phones["unknown"]], phones["count"]) == (["250"], 1)
