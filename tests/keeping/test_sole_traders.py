"""A sole trader's company is the person; and a number that was called, or stands in a text, is in others' calls."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType

from crm.models import Company, Contact, Note
from crm.services.contacts import add_contact
from telephony.models import Call, CallEvent, Connection, Line
from tests.keeping.erased import DIGITS, OTHER, erase, whole_database
from tests.telephony.factories import ConnectionFactory, make_user
from tests.telephony.messages import CLIENT, deliver, sipuni

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Connection:
    connection: Connection = ConnectionFactory.create()
    return connection


def person(name: str, company: str, phone: str = CLIENT) -> Contact:
    return add_contact(name=name, phones=[phone], company=company)


class TestACompany:
    @pytest.mark.parametrize("name", ["ИП Пупкин В. В.", "Пупкин Василий Васильевич", "Салон «ПУПКИН»", "пупкин.рф"])
    def test_named_like_its_only_person_goes(self, office: Connection, name: str) -> None:
        contact = person("Пупкин Василий", name)
        Note.objects.create(company=contact.company, text="Пупкин звонил")
        erase()
        assert not Company.objects.exists()
        assert not Note.objects.exists()

    def test_with_its_only_persons_email_goes(self, office: Connection) -> None:
        contact = person("Пупкин Василий", "Вектор")
        Company.objects.update(email="V@Example.ru")
        Contact.objects.filter(pk=contact.pk).update(email="v@example.ru")
        erase()
        assert not Company.objects.exists()

    def test_named_otherwise_stays(self, office: Connection) -> None:
        person("Пупкин Василий", "ООО Вектор")
        erase()
        assert Company.objects.get().name == "ООО Вектор"

    def test_with_other_people_stays(self, office: Connection) -> None:
        person("Пупкин Василий", "Пупкин и сыновья")
        person("Пётр", "Пупкин и сыновья", OTHER)
        erase()
        assert Company.objects.get().name == "Пупкин и сыновья"

    def test_of_others_loses_the_number_alone(self, office: Connection) -> None:
        person("Пётр", "Вектор", OTHER)
        Company.objects.update(name="Такси 8 (920) 111-96-13", site=f"{CLIENT}.ru", email="office@example.ru")
        erase()
        company = Company.objects.get()
        assert (company.name, company.site, company.email) == (f"erased-{company.pk}", "", "office@example.ru")
        assert DIGITS not in company.search_text

    def test_that_was_deleted_before_goes_from_the_admins_journal(self, office: Connection) -> None:
        gone = Company.objects.create(name="ИП Пупкин")
        kind = ContentType.objects.get_for_model(Company)
        entry = {"user": make_user("chief"), "content_type": kind, "object_id": gone.pk, "action_flag": CHANGE}
        LogEntry.objects.create(object_repr="ИП Пупкин", change_message="", **entry)
        gone.delete()
        erase()
        assert "Пупкин" not in LogEntry.objects.get().object_repr


class TestAnothersCall:
    def called(self, office: Connection, **more: str) -> Call:
        deliver(office, sipuni(1, 0, "7.71", src_num=OTHER, dst_num=CLIENT, **more))
        return Call.objects.get(external_id="7.71")

    def test_loses_the_number_that_was_called_and_nothing_else(self, office: Connection) -> None:
        call = self.called(office, roistat="from 8 (920) 111-96-13")
        before = (call.client_e164, call.started_at, call.direction)
        fingerprints = set(CallEvent.objects.values_list("fingerprint", flat=True))
        erase()
        call.refresh_from_db()
        assert (call.client_e164, call.started_at, call.direction) == before
        assert not [line for line in whole_database().splitlines() if DIGITS in line or "111-96-13" in line]
        assert fingerprints.isdisjoint(CallEvent.objects.values_list("fingerprint", flat=True)), "it could be tried on"

    def test_of_which_no_event_is_left_loses_it_too(self, office: Connection) -> None:
        call = self.called(office)
        CallEvent.objects.all().delete()
        erase()
        call.refresh_from_db()
        assert (call.our_number, call.client_match) == ("", OTHER[1:])

    def test_of_one_of_the_companys_own_numbers_keeps_it_where_no_event_names_it(self, office: Connection) -> None:
        call = self.called(office)
        CallEvent.objects.all().delete()
        Line.objects.create(connection=office, number=f"+{CLIENT}", label="Office")
        erase()
        call.refresh_from_db()
        assert DIGITS in call.our_number
