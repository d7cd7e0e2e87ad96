"""A colleague's key at Mobilon orders calls past all rules: it is found in no output, and not in the database."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection as database
from django.test import Client
from django.urls import reverse

from telephony.calls.selectors import call_as_json
from telephony.connections.settings import save_extension
from telephony.models import Call, CallLeg, Connection, Delivery, Extension
from telephony.privacy.user_keys import make_hash
from tests.admin import pages
from tests.admin.world import connect, make_user, post, send
from tests.e2e.canaries import Hunt
from tests.soap.messages import authorization, envelope
from tests.telephony.factories import ConnectionFactory

pytestmark = pytest.mark.django_db

OURS, STRANGE = "CnryKeyOfAnna7z", "CnryKeyOfNobody"
STARTED = {"uuid": "u1", "direction": "incoming", "from": "79231234567", "to": "101", "time": "1706525200"}


@pytest.fixture
def mobilon() -> Connection:
    """Every form of Mobilon's messages has named two keys: Anna's, and one that nobody has here."""
    office = connect("mobilon")
    save_extension(extension=Extension(connection=office, user=make_user("anna", "Анна", "Орлова"), key=OURS))
    for call_id, key in (("ours", OURS), ("strange", STRANGE)):
        send(office, number="79231234567", key=key)
        event = json.dumps({**STARTED, "uuid": call_id, "state": "PREANSWER", "userkey": key}).encode()
        post(office, event, "application/json")
        post(office, b'{"state": "HANGUP", "userkey": "' + key.encode() + b'", "time": "never"}', "application/json")
        post(office, b"\x00" + key.encode(), "application/octet-stream")
        data = json.dumps({**STARTED, "uuid": f"soap {call_id}", "state": "PREANSWER", "userkey": key})
        for request in (
            envelope("IncomingCall", NumFrom="79231234568", Key=key),
            envelope("Event", "http://VATSCalls", Data=data.replace('"', "&quot;")),
        ):
            headers = {"Authorization": authorization("crm", "canary-soap-password")}
            Client().post("/telephony/ws/VATS", request, content_type="text/xml", headers=headers)
    assert CallLeg.objects.exclude(key_hash="").count() >= 6
    return office


def addresses() -> list[str]:
    listed = ["telephony:board", "telephony:board_rows", "telephony:calls"]
    found = [reverse(name) for name in listed] + ["/api/v1/calls/", "/api/v1/extensions/"]
    found += [f"/api/v1/calls/{call.pk}/" for call in Call.objects.all()]
    return [*found, *pages.every_page()]


@pytest.mark.proof
def test_no_page_and_no_answer_of_the_api_shows_a_key(owner: Client, mobilon: Connection) -> None:
    hunt = Hunt({"ours": OURS, "strange": STRANGE})
    for address in addresses():
        answer = owner.get(address)
        assert answer.status_code == 200, address
        # Bytes in which no name stands before a key that nobody has here can't be told from others.
        hunt.look(address, answer.content, allowed=["strange"] if b"00 43 6e 72 79" in answer.content else [])
    assert not hunt.found, "\n".join(hunt.found)
    assert "key #" in owner.get(reverse("telephony:board")).text


def test_no_command_prints_a_key(mobilon: Connection) -> None:
    hunt = Hunt({"ours": OURS, "strange": STRANGE})
    for command in (["calls", "--json"], ["calls"], ["extension", "list"], ["extension", "list", "--json"]):
        printed = io.StringIO()
        call_command(*command, stdout=printed)
        hunt.look(" ".join(command), printed.getvalue())
    dumped = io.StringIO()
    call_command("dumpdata", "telephony", stdout=dumped)
    hunt.look("dumpdata", dumped.getvalue())
    hunt.look("a call", json.dumps([call_as_json(call) for call in Call.objects.all()]))
    hunt.look("an event", "".join(repr(row.event()) for call in Call.objects.all() for row in call.events.all()))
    assert not hunt.found, "\n".join(hunt.found)


def test_no_key_stands_in_the_database(mobilon: Connection) -> None:
    hunt = Hunt({"ours": OURS, "strange": STRANGE})
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                hunt.look(table, repr([bytes(one) if isinstance(one, memoryview) else one for one in row]))
    assert not hunt.found, "\n".join(hunt.found)
    assert any(OURS.encode() in bytes(row.body) for row in Delivery.objects.all())


def form_of(client: Client, address: str) -> dict[str, Any]:
    return client.get(address).context["adminform"].form.initial


def test_a_call_with_an_unknown_key_leads_to_a_form_that_takes_the_key(owner: Client, mobilon: Connection) -> None:
    boris = make_user("boris", "Борис", "Волков")
    leg = CallLeg.objects.filter(key_hash=make_hash(STRANGE), extension_number="").earliest("pk")
    address = f"/admin/telephony/extension/add/?connection={mobilon.pk}&leg={leg.pk}"
    assert f"?connection={mobilon.pk}&amp;leg={leg.pk}" in owner.get(pages.page_of(leg.call)).text
    sent = {"connection": mobilon.pk, "user": boris.pk, "number": "", "key": "", "leg": form_of(owner, address)["leg"]}
    assert owner.post("/admin/telephony/extension/add/", sent).status_code == 302
    assert Extension.objects.get(user=boris).key == STRANGE
    assert CallLeg.objects.filter(user=boris).count() >= 3


def test_a_leg_of_another_connection_gives_no_key(owner: Client, mobilon: Connection) -> None:
    other = ConnectionFactory.create(vendor="mobilon")
    leg = CallLeg.objects.filter(key_hash=make_hash(STRANGE), extension_number="").earliest("pk")
    sent = {"connection": other.pk, "user": make_user("eva", "Ева", "Волк").pk, "number": "7", "leg": leg.pk}
    assert owner.post("/admin/telephony/extension/add/", sent).status_code == 302
    assert Extension.objects.get(connection=other).key == ""


def test_a_key_left_empty_stays_and_can_be_removed(owner: Client, mobilon: Connection) -> None:
    extension = Extension.objects.get()
    address = f"/admin/telephony/extension/{extension.pk}/change/"
    sent = {"connection": mobilon.pk, "user": extension.user_id, "number": "101", "key": ""}
    assert owner.post(address, sent).status_code == 302
    assert (Extension.objects.get().number, Extension.objects.get().key) == ("101", OURS)
    assert owner.post(address, {**sent, "key-remove": "1"}).status_code == 302
    assert (Extension.objects.get().key, Extension.objects.get().key_hash) == ("", "")


def test_the_same_key_twice_is_told_at_its_field(owner: Client, mobilon: Connection) -> None:
    boris = make_user("boris", "Борис", "Волков")
    sent = {"connection": mobilon.pk, "user": boris.pk, "number": "", "key": OURS}
    errors = owner.post("/admin/telephony/extension/add/", sent).context["adminform"].form.errors
    assert list(errors) == ["key"]


def test_who_may_only_look_at_extensions_sees_no_key(mobilon: Connection) -> None:
    from django.contrib.auth.models import Permission

    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_extension"))
    client = Client()
    client.force_login(reader)
    page = client.get(pages.page_of(Extension.objects.get())).text
    assert "key #" in page
    assert OURS not in page


def test_after_a_change_of_the_secret_key_phones_are_still_found(mobilon: Connection, settings: Any) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another one, fifty signs long, for the next year and more"
    send(mobilon, number="79231239999", key=OURS)
    new = CallLeg.objects.get(call__client_e164="+79231239999")
    assert new.user is not None
    assert new.user.username == "anna"
