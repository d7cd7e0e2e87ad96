"""A contact's numbers: taken apart as they are typed, each kept once, and read again by the migrations."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client

from crm.models import Contact, ContactPhone
from crm.services import add_contact
from crm.services.contacts import add_number, save_contact
from telephony.models import Call
from tests.servers import Server
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import deliver, multipart


def kept(contact: Contact) -> list[str]:
    return [str(phone) for phone in contact.phones.all()]


@pytest.mark.django_db
class TestTyped:
    @pytest.mark.parametrize(
        ("typed", "numbers"),
        [
            (["8 495 200-09-01 доб. 101"], ["+74952000901;ext=101"]),
            (["8 916 200-29-03 / 04", "+79162002903"], ["+79162002903", "+79162002904"]),
            (["84952000901 доб. 101", "84952000901 доб. 102"], ["+74952000901;ext=101, 102"]),
            (["84952000901", "84952000901,7"], ["+74952000901;ext=7"]),
            (["101", "101"], ["101"]),
        ],
    )
    def test_each_number_is_kept_once(self, typed: list[str], numbers: list[str]) -> None:
        assert kept(add_contact(name="Иван", phones=typed)) == numbers

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ("7,91612E+10", "shortened by a spreadsheet"),
            ("факс 84952002901", "number of a fax"),
            ("ИНН 7701234567", "no telephone number"),
            ("9" * 20, "no telephone number"),
            ("27.11.2026 12:00", "no telephone number"),
        ],
    )
    def test_what_is_none_is_refused_in_words(self, typed: str, words: str) -> None:
        with pytest.raises(ValidationError, match=words):
            add_contact(name="Иван", phones=[typed])
        assert not Contact.objects.exists()

    def test_another_spelling_of_a_number_takes_its_place(self) -> None:
        contact = add_contact(name="Иван", phones=["84952000901 доб. 101", "+79162002903"])
        row = contact.phones.get(e164="+74952000901")
        save_contact(contact=contact, phones=["+7 495 200-09-01", "+79162002903"], company="", tags=[])
        assert kept(contact) == ["+74952000901", "+79162002903"]
        assert contact.phones.get(e164="+74952000901").pk == row.pk

    def test_adding_what_is_there_is_not_new(self) -> None:
        contact = add_contact(name="Иван", phones=["89162002903"])
        assert not add_number(contact=contact, number="+7 (916) 200 29 03")
        assert not add_number(contact=contact, number="916 200-29-03 доб. 5")
        assert add_number(contact=contact, number="8 916 200-29-04")
        assert kept(contact) == ["+79162002903;ext=5", "+79162002904"]

    def test_the_database_takes_no_number_twice(self) -> None:
        contact = add_contact(name="Иван", phones=["89162002903"])
        with pytest.raises(IntegrityError), transaction.atomic():
            contact.phones.create(raw="+7 916 200 29 03")

    def test_the_api_tells_extensions_and_takes_them_back(self, admin_client: Client) -> None:
        sent = {"name": "Иван", "phones": ["8 495 200-09-01 доб. 101"]}
        made = admin_client.post("/api/v1/contacts/", sent, content_type="application/json").json()
        assert made["phones"] == ["+74952000901;ext=101"]
        address = f"/api/v1/contacts/{made['id']}/"
        again = admin_client.patch(address, {"phones": made["phones"]}, content_type="application/json").json()
        assert again["phones"] == made["phones"]


@pytest.mark.django_db
class TestFinding:
    @pytest.mark.parametrize(
        ("term", "name"),
        [
            ("Chloe", "Chloé Dubois"),
            ("chloé dub", "Chloé Dubois"),
            ("bdfy", "Иван Орлов"),
            ("Bdfy Jhkjd", "Иван Орлов"),
            (",jhbc", "Борис"),
            ("срдщу", "Chloé Dubois"),
            ("tel:+33-1-42-68-53-00", "Chloé Dubois"),
            ("01 42 68 53 00", "Chloé Dubois"),
            ("8 10 33 1 42 68 53 00", "Chloé Dubois"),
            ("01 42 68", "Chloé Dubois"),
            ("020 7183 8750", "Борис"),
            ("+44 (0)20 7183", "Борис"),
            ("8 916 200-29-03 доб. 5", "Иван Орлов"),
        ],
    )
    def test_what_is_typed_finds(self, term: str, name: str, admin_client: Client) -> None:
        add_contact(name="Chloé Dubois", phones=["+33142685300"])
        add_contact(name="Борис", phones=["+442071838750"])
        add_contact(name="Иван Орлов", phones=["+79162002903"])
        found = admin_client.get("/api/v1/contacts/", {"search": term}).json()["results"]
        assert [contact["name"] for contact in found] == [name]


@pytest.mark.django_db
class TestReadAgain:
    """What earlier versions stored, before their migrations came."""

    def run(self, name: str) -> None:
        import_module(name).read_again(apps, SimpleNamespace(connection=connection))

    def store(self, contact: Contact, raw: str, **values: Any) -> int:
        (row,) = ContactPhone.objects.bulk_create([ContactPhone(contact=contact, raw=raw, **values)])
        return int(row.pk)

    def test_numbers_of_contacts(self, capsys: pytest.CaptureFixture[str]) -> None:
        contact = Contact.objects.create(name="Иван")
        self.store(contact, "+7 495 200 09 04 ext 7", last10="5200090047"[:10], match="a")
        self.store(contact, "8 916 200-29-03 / 04", match="b")
        twice = self.store(contact, "+79162002904", e164="+79162002904", last10="9162002904", match="c")
        none = self.store(contact, "7,91612E+10", last10="", match="d")
        for _ in range(2):  # Interrupted and run again, it does the same.
            self.run("crm.migrations.0006_numbers_again")
            assert kept(contact) == ["+74952000904;ext=7", "+79162002903", "7,91612E+10", "+79162002904"]
        rows = {str(row): (row.last10, row.match) for row in contact.phones.all()}
        assert rows["+74952000904;ext=7"] == ("4952000904", "+74952000904")
        assert rows["7,91612E+10"][0] == ""
        assert not ContactPhone.objects.filter(pk=twice).exists()
        assert ContactPhone.objects.filter(pk=none).exists()
        contact.refresh_from_db()
        assert "9162002903" in contact.search_text
        told = capsys.readouterr().out
        assert "1 in all: several numbers in one row became rows of their own." in told
        assert f"Contact {contact.pk}: a number has an extension." in told
        assert "200" not in told

    def test_numbers_of_calls(self, capsys: pytest.CaptureFixture[str]) -> None:
        sent = {"event": "NOTIFY_START", "called_did": "74957770000"}
        office = ConnectionFactory.create(vendor="wirecrm")
        for call_id, number in (("in_1", "79165550001"), ("in_2", "79165550002"), ("in_3", "79165550003")):
            deliver(office, multipart(**sent, pbx_call_id=call_id, caller_id=number))
        for call_id, raw, match in (("in_1", "<unknown>", "<unknown>"), ("in_2", '"Ivan" <79165551101>', '"ivan"<791')):
            call = Call.objects.get(external_id=call_id)
            Call.objects.filter(pk=call.pk).update(client_raw=raw, client_e164="", client_match=match)
            for event in call.events.all():
                event.content = {**event.content, "client_raw": raw, "client_e164": ""}
                event.save()
        self.run("telephony.migrations.0006_numbers_again")
        columns = ("external_id", "client_raw", "client_e164", "client_match")
        assert list(Call.objects.order_by("pk").values_list(*columns)) == [
            ("in_1", "", "", ""),
            ("in_2", '"Ivan" <79165551101>', "+79165551101", "9165551101"),
            ("in_3", "79165550003", "+79165550003", "9165550003"),
        ]
        told = [call.events.get().event() for call in Call.objects.order_by("pk")]
        assert [(event.client_raw, event.client_e164) for event in told] == list(
            Call.objects.order_by("pk").values_list("client_raw", "client_e164")
        )
        assert "1 in all: is a call from a hidden number." in capsys.readouterr().out


AT_ONCE = """
import json
from threading import Barrier, Thread
from django.db import connection
from crm.models import Contact
from crm.services import add_contact
from crm.services.contacts import add_number, save_contact
FORMS = ["89162002903", "+7 916 200-29-03", "8 (916) 2002903 доб. 5", "916 200 29 03"]
def work(contact, text, barrier, outcomes):
    barrier.wait()
    try:
        outcomes.append(add_number(contact=contact, number=text))
    except Exception as error:
        outcomes.append(repr(error))
    finally:
        connection.close()
rounds = []
for _ in range(15):
    contact, outcomes, barrier = add_contact(name="a", phones=[]), [], Barrier(8)
    threads = [Thread(target=work, args=(contact, text, barrier, outcomes)) for text in FORMS * 2]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    rounds.append([contact.phones.count(), outcomes.count(True), outcomes.count(False)])
print(json.dumps(rounds))
"""


@pytest.mark.postgresql
@pytest.mark.proof
def test_eight_at_once_add_a_number_once(make_server: Callable[..., Server], postgresql_database: str) -> None:
    server = make_server(database_url=postgresql_database)
    printed = server.manage("shell", "-v0", "-c", AT_ONCE).stdout
    assert json.loads(printed.strip().splitlines()[-1]) == [[1, 1, 7]] * 15
