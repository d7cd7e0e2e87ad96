"""Contacts from a file: looked at first, done by a worker, with a reason for each row that was left out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from crm.models import Company, Contact, ContactImport, Note, Tag
from crm.services import importing
from crm.services.forgetting import forget_number
from telephony.events import Phone
from telephony.models import Call
from tests.telephony.factories import ConnectionFactory

pytestmark = pytest.mark.django_db

FILE = """ФИО;Телефон;Компания;Ответственный;Метки;Почта;Комментарий;Город
Иван Иванов;8 (923) 529-29-26, 101;ООО Вектор;Анна Орлова;VIP;ivan@example.ru;Перезвонить;Омск
;+7 999 000-00-00;;;;;;
Без номера;нет;;;;;;
Неизвестный;+79990000001;;Кто-то;Новая;не почта;;
"""


@pytest.fixture
def anna() -> User:
    user = User.objects.create(username="anna", first_name="Анна", last_name="Орлова", is_staff=True)
    user.groups.add(Group.objects.get(name="Administrator"))
    Tag.objects.create(name="VIP")
    return user


@pytest.fixture
def client(anna: User) -> Client:
    made = Client()
    made.force_login(anna)
    return made


def uploaded(client: Client, content: str = FILE) -> ContactImport:
    file = SimpleUploadedFile("contacts.csv", content.encode())
    answer = client.post("/crm/contacts/import/", {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    return ContactImport.objects.latest("pk")


def run(client: Client, imported: ContactImport, **choice: Any) -> ContactImport:
    fields = {"field": imported.fields, "known": "fill", "start": "", **choice}
    client.post(f"{imported.get_absolute_url()}choose/", fields)
    importing.run_due()
    imported.refresh_from_db()
    return imported


def test_the_preview_shows_what_is_understood_and_what_is_wrong_and_saves_nothing(client: Client) -> None:
    imported = uploaded(client)
    assert imported.fields == ["name", "phone", "company", "responsible", "tags", "email", "note", ""]
    page = client.get(imported.get_absolute_url()).content.decode()
    assert "2 rows can be imported" in page
    assert "2 rows have mistakes" in page
    for reason in ("“нет” is no number", "no active user “Кто-то”", "no tag “Новая”", "“не почта” is no email"):
        assert reason in page
    assert not Contact.objects.exists()


def test_good_rows_become_contacts_and_bad_ones_are_told_with_their_number(client: Client, anna: User) -> None:
    imported = run(client, uploaded(client))
    assert imported.state == "done"
    ivan = Contact.objects.get(name="Иван Иванов")
    assert [str(phone) for phone in ivan.phones.all()] == ["+79235292926", "101"]
    assert (ivan.company, ivan.responsible, ivan.created_by) == (Company.objects.get(), anna, anna)
    assert list(ivan.tags.all()) == [Tag.objects.get()]
    assert Note.objects.get().text == "Перезвонить"
    assert Contact.objects.filter(name="+7 999 000-00-00").exists()
    assert list(imported.rows.filter(state="failed").values_list("number", flat=True)) == [4, 5]
    again = client.get(f"{imported.get_absolute_url()}not-imported.csv").content.decode("utf-8-sig")
    assert "Неизвестный" in again
    assert "Почта" in again.splitlines()[0]


def test_earlier_calls_of_an_imported_number_follow(client: Client, django_capture_on_commit_callbacks: Any) -> None:
    call = Call.objects.create(
        connection=ConnectionFactory.create(),
        external_id="1",
        direction="incoming",
        status="answered",
        started_at=timezone.now(),
        client_raw="79235292926",
        client_e164="+79235292926",
        client_match="9235292926",
    )
    with django_capture_on_commit_callbacks(execute=True):
        run(client, uploaded(client))
    call.refresh_from_db()
    assert call.contact == Contact.objects.get(name="Иван Иванов")


@pytest.mark.parametrize(("known", "contacts", "position"), [("fill", 1, "директор"), ("skip", 1, ""), ("add", 2, "")])
def test_a_known_contact_is_filled_in_left_or_added_once_more(
    client: Client, known: str, contacts: int, position: str
) -> None:
    ivan = Contact.objects.create(name="Иван", email="own@example.ru")
    ivan.phones.create(raw="+79235292926")
    run(client, uploaded(client, "Имя;Телефон;Должность;Почта\nИ.;89235292926;директор;new@example.ru\n"), known=known)
    ivan.refresh_from_db()
    assert Contact.objects.count() == contacts
    assert (ivan.name, ivan.position, ivan.email) == ("Иван", position, "own@example.ru")


def test_the_same_file_twice_adds_nobody_twice(client: Client) -> None:
    run(client, uploaded(client))
    count = Contact.objects.count()
    second = run(client, uploaded(client))
    assert Contact.objects.count() == count
    assert importing.progress(second)["added"] == 0


def test_a_worker_that_is_killed_leaves_the_rest_to_the_next(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f"Имя {number};+7999{number:07}\n" for number in range(120))
    imported = uploaded(client, f"Имя;Телефон\n{rows}")
    real, done = importing.add_contact, []

    def dies_at_the_seventieth(**values: Any) -> Contact:
        done.append(values["name"])
        if len(done) == 70:
            raise KeyboardInterrupt
        return real(**values)

    monkeypatch.setattr(importing, "add_contact", dies_at_the_seventieth)
    with pytest.raises(KeyboardInterrupt):
        run(client, imported)
    monkeypatch.undo()
    assert Contact.objects.count() == 50
    page = client.get(f"{imported.get_absolute_url()}progress/").content.decode()
    assert "50 of 120" in page
    importing.run_due()
    assert Contact.objects.count() == 120
    imported.refresh_from_db()
    assert imported.state == "done"


def test_a_stopped_import_does_no_more_rows(client: Client) -> None:
    imported = uploaded(client)
    client.post(f"{imported.get_absolute_url()}stop/")
    imported.refresh_from_db()
    run(client, imported)
    assert imported.state == "cancelled"
    assert not Contact.objects.exists()


def test_two_columns_of_one_meaning_or_neither_name_nor_number_are_refused(client: Client) -> None:
    imported = uploaded(client)
    for fields in (["name", "name"], ["company", "tags"]):
        answer = client.post(f"{imported.get_absolute_url()}choose/", {"field": fields, "known": "fill"}, follow=True)
        assert list(answer.context["messages"])
    imported.refresh_from_db()
    assert imported.fields[0] == "name"


def test_a_file_that_is_none_is_refused_in_words(client: Client) -> None:
    answer = client.post("/crm/contacts/import/", {"file": SimpleUploadedFile("x.csv", b"\x89PNG\0")})
    assert "neither CSV nor an Excel workbook" in answer.content.decode()
    assert "Choose a file first" in client.post("/crm/contacts/import/", {}).content.decode()


def test_only_who_may_import_does_and_only_ones_own(client: Client, anna: User) -> None:
    imported = uploaded(client)
    boris = User.objects.create(username="boris", is_staff=True)
    other = Client()
    other.force_login(boris)
    boris.groups.set([Group.objects.get(name="Supervisor")])
    assert other.get("/crm/contacts/import/").status_code == 403
    assert other.get("/crm/contacts/export.csv").status_code == 403
    boris.groups.set([Group.objects.get(name="Administrator")])
    assert other.get(imported.get_absolute_url()).status_code == 404


def test_what_was_exported_can_be_imported_again(client: Client) -> None:
    run(client, uploaded(client))
    exported = b"".join(client.get("/crm/contacts/export.csv"))  # type: ignore[arg-type]
    Contact.objects.all().delete()
    run(client, uploaded(client, exported.decode("utf-8-sig")))
    assert b"".join(client.get("/crm/contacts/export.csv")) == exported  # type: ignore[arg-type]
    assert b"".join(client.get("/crm/contacts/export.xlsx")).startswith(b"PK")  # type: ignore[arg-type]


def test_an_export_has_what_the_list_shows(client: Client) -> None:
    run(client, uploaded(client))
    exported = b"".join(client.get("/crm/contacts/export.csv?q=вектор")).decode()  # type: ignore[arg-type]
    assert exported.count("\r\n") == 2
    assert "Иван Иванов" in exported


def test_a_files_rows_are_forgotten_after_a_week_and_with_their_contact(client: Client) -> None:
    imported = run(client, uploaded(client))
    forget_number(number=Phone(raw="", e164="+79235292926"), calls=Call.objects.none())
    assert list(imported.rows.values_list("number", flat=True)) == [3, 4, 5]
    importing.run_due()
    assert imported.rows.count() == 3
    ContactImport.objects.update(created_at=timezone.now() - timedelta(days=8))
    importing.run_due()
    assert not imported.rows.exists()


def test_reasons_are_in_the_language_of_who_imports(client: Client) -> None:
    client.cookies["django_language"] = "ru"
    imported = uploaded(client)
    assert imported.language == "ru"
