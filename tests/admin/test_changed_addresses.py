"""Who changes an address does not get what is stored for the old one: it is asked for again, however it is changed."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from telephony.connections.settings import change_connection, save_extension
from telephony.dialing.phones import can_ring
from telephony.models import CallLeg, Connection, Extension, Subscription
from tests.admin.pages import page_of
from tests.admin.test_connections import OWN
from tests.admin.world import connect, make_user, send
from tests.telephony.factories import ConnectionFactory

pytestmark = pytest.mark.django_db
THEIRS = "https://thief.example.ru/"
CASES = [
    ("sipuni", "api_url", "secret"),
    ("wirecrm", "dial_url", "dial_token"),
    ("xvb", "cloud_url", "token"),
    ("mobilon", "api_url", "token"),
]


def sent(connection: Connection, **fields: str) -> dict[str, str]:
    form = connection.vendor_object.settings_form
    shown = {f"pbx_{name}": value for name, value in connection.settings.items() if name not in form.secret_names()}
    return {**OWN, **shown, **{f"pbx_{name}": value for name, value in fields.items()}}


@pytest.mark.parametrize(("vendor", "address", "secret"), CASES)
def test_the_form_asks_again(owner: Client, vendor: str, address: str, secret: str) -> None:
    connection = connect(vendor)
    before = connection.settings
    answer = owner.post(page_of(connection), sent(connection, **{address: THEIRS}))
    assert list(answer.context["adminform"].form.errors) == [f"pbx_{secret}"]
    assert "enter it again" in answer.text
    connection.refresh_from_db()
    assert connection.settings == before
    answer = owner.post(page_of(connection), sent(connection, **{address: THEIRS, secret: "their own"}))
    assert answer.status_code == 302
    connection.refresh_from_db()
    assert (connection.settings[address], connection.settings[secret]) == (THEIRS, "their own")


@pytest.mark.parametrize(("vendor", "address", "secret"), CASES)
def test_the_command_asks_again(vendor: str, address: str, secret: str) -> None:
    connection = connect(vendor)
    before = connection.settings
    with pytest.raises(CommandError, match=f"{secret}: .*enter it again"):
        call_command("connection", "set", str(connection.pk), "--set", f"{address}={THEIRS}", stdout=io.StringIO())
    connection.refresh_from_db()
    assert connection.settings == before


def test_an_address_that_was_empty_is_changed_too() -> None:
    connection = connect("xvb")
    change_connection(connection=connection, settings={"cloud_url": "", "token": "stored"})
    with pytest.raises(Exception, match="enter it again"):
        change_connection(connection=connection, settings={"cloud_url": THEIRS})


def test_other_settings_ask_for_nothing(owner: Client) -> None:
    connection = connect("mobilon")
    assert owner.post(page_of(connection), sent(connection, info_path="journal")).status_code == 302


@pytest.fixture
def extension() -> Extension:
    connection = connect("mobilon")
    found = Extension(connection=connection, user=make_user("anna", "Анна", "Орлова"), key="the-key-of-anna")
    save_extension(extension=found)
    assert can_ring(found)
    return found


def move(extension: Extension, address: str, token: str = "any") -> Extension:
    change_connection(connection=extension.connection, settings={"api_url": address, "token": token})
    return Extension.objects.get(pk=extension.pk)


def test_employees_keys_go_to_no_other_host(owner: Client, extension: Extension) -> None:
    """Even after two steps: a token of his own first, then the address with that token."""
    change_connection(connection=extension.connection, settings={"token": "any"})
    moved = move(extension, THEIRS)
    assert not can_ring(moved)
    assert not can_ring(move(extension, "https://connect.mobilon.ru/api/call/"))
    page = page_of(moved)
    fields = {"connection": moved.connection_id, "user": moved.user_id, "number": "", "key": ""}
    assert "is not sent there" in owner.get(page).text
    owner.post(page, {**fields, "number": "101"})
    assert not can_ring(Extension.objects.get())
    owner.post(page, {**fields, "key": "the-key-of-anna"})
    assert can_ring(Extension.objects.get())


def test_another_path_of_the_same_host_keeps_them(extension: Extension) -> None:
    assert can_ring(move(extension, "https://connect.mobilon.ru/api/v2/"))


def test_a_key_is_not_carried_to_another_connection(owner: Client, extension: Extension) -> None:
    other = ConnectionFactory.create(vendor="mobilon")
    fields = {"connection": other.pk, "user": extension.user_id, "number": "", "key": ""}
    assert owner.post(page_of(extension), fields).status_code == 302
    moved = Extension.objects.get()
    assert moved.connection == other
    assert not can_ring(moved)


def test_a_key_taken_from_a_call_goes_to_the_pbxs_own_address_only(owner: Client, extension: Extension) -> None:
    send(extension.connection, number="79231234567", key="the-key-of-boris")
    leg = CallLeg.objects.get(user=None)
    fields = {"connection": extension.connection_id, "number": "", "key": "", "leg": leg.pk}
    for name, may in (("boris", True), ("eva", False)):
        user = make_user(name, name, name)
        assert owner.post("/admin/telephony/extension/add/", {**fields, "user": user.pk}).status_code == 302
        assert can_ring(Extension.objects.get(user=user)) is may
        Extension.objects.filter(user=user).delete()
        move(extension, THEIRS)


def test_another_receiver_of_webhooks_gets_another_signing_key(owner: Client, db: None) -> None:
    row = Subscription.objects.create(name="Warehouse", url="https://a.example.ru/")
    fields = {"name": "Warehouse", "topics": ["call.ended"], "enabled": "on", "internal_networks": ""}
    page = f"/admin/telephony/subscription/{row.pk}/change/"
    assert owner.post(page, {**fields, "url": row.url}).status_code == 302
    assert Subscription.objects.get().secret == row.secret
    answer = owner.post(page, {**fields, "url": THEIRS}, follow=True)
    assert Subscription.objects.get().secret != row.secret
    assert "there is a new signing key" in answer.text
