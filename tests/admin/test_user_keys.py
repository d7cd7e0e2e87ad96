"""A colleague's key at Mobilon orders calls past all rules: it is found in no output, and not in the database.

No page shows it: test_private_answers.py.
"""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection as database
from django.test import Client

from telephony.calls.selectors import call_as_json
from telephony.models import Call, CallLeg, Connection, Delivery, Extension
from telephony.privacy.user_keys import make_hash
from tests.admin import pages
from tests.admin.keys import OURS, STRANGE, name_keys
from tests.admin.world import connect, make_user, send
from tests.e2e.canaries import Hunt
from tests.telephony.factories import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def mobilon() -> Connection:
    office = connect("mobilon")
    name_keys(office)
    return office


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
