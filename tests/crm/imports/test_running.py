"""An import from the file to the contacts: looked at first, done by a worker, with a reason for what was left out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from crm.imports import applying, running
from crm.models import Company, Contact, ContactImport, ContactImportFile, Note, Tag
from telephony.models import Call
from tests.crm.imports.pages import form, run, uploaded
from tests.keeping.erased import erase
from tests.telephony.factories import ConnectionFactory

pytestmark = pytest.mark.django_db

FILE = """ФИО;Телефон;Компания;Ответственный;Метки;Почта;Комментарий;Город
Иван Иванов;8 (923) 529-29-26 доб. 101;ООО Вектор;Анна Орлова;VIP;ivan@example.ru;Перезвонить;Омск
;+7 999 000-00-00;;;;;;
Без номера;нет;;;;;;
Неизвестный;уточнить;;Кто-то;Новая;не почта;своё;
;;ООО Пусто;;;;;
"""


def test_the_preview_shows_what_is_understood_and_what_is_wrong_and_saves_nothing(client: Client) -> None:
    imported = uploaded(client, FILE)
    assert imported.fields == ["name", "phone", "company", "responsible", "tags", "email", "note", ""]
    page = client.get(imported.get_absolute_url()).content.decode()
    for told in ("4 rows can be imported", "1 row with a warning", "1 row has a mistake", "Кто-то", "Новая"):
        assert told in page
    assert not Contact.objects.exists()


def test_good_rows_become_contacts_and_bad_ones_are_told_with_their_number(client: Client, anna: User) -> None:
    imported = run(client, uploaded(client, FILE))
    assert imported.state == "done"
    ivan = Contact.objects.get(name="Иван Иванов")
    assert [str(phone) for phone in ivan.phones.all()] == ["+79235292926;ext=101"]
    assert (ivan.company, ivan.responsible, ivan.created_by) == (Company.objects.get(), anna, anna)
    assert list(ivan.tags.all()) == [Tag.objects.get()]
    assert ivan.notes.get().text == "Перезвонить"
    assert Contact.objects.filter(name="+7 999 000-00-00").exists()
    assert list(imported.rows.filter(state="failed").values_list("number", flat=True)) == [6]
    page = client.get(imported.get_absolute_url()).content.decode()
    assert "Neither a name, a number nor an email." in page
    again = client.get(f"{imported.get_absolute_url()}not-imported.csv").content.decode("utf-8-sig")
    assert "ООО Пусто" in again
    assert "Почта" in again.splitlines()[0]


def test_one_bad_optional_cell_never_drops_a_row_and_goes_to_the_note(client: Client) -> None:
    imported = run(client, uploaded(client, FILE))
    contact = Contact.objects.get(name="Неизвестный")
    assert (list(contact.phones.all()), contact.email, contact.responsible) == ([], "", None)
    note = contact.notes.get().text
    assert note == "своё\nPhone: уточнить\nEmail: не почта\nResponsible: Кто-то\nTags: Новая"
    warnings = imported.rows.get(number=5).warnings
    assert warnings.count("\n") == 3
    assert "“не почта”" in warnings


def test_what_is_longer_than_fits_goes_to_the_note_whole(client: Client) -> None:
    name, company, position = "Имя " * 80, "Компания " * 40, "должность " * 20
    heads = "ФИО;Компания;Должность;Источник\n"
    run(client, uploaded(client, f"{heads}{name};{company};{position};{'откуда ' * 30}\n"))
    contact = Contact.objects.get()
    assert contact.name.startswith("Имя Имя")
    assert len(contact.name) <= 200
    assert (contact.company, contact.position, contact.source) == (None, "", "")
    assert all(text.strip() in contact.notes.get().text for text in (name, company, position))


def test_a_number_that_excel_has_shortened_is_a_mistake_in_words_and_never_a_number(client: Client) -> None:
    imported = run(client, uploaded(client, "Имя;Телефон\nГлеб;7,91612E+10\nМарк;8 916 200-00-00 / 7.91612E+10\n"))
    assert not Contact.objects.exists()
    assert all("shortened" in row.error for row in imported.rows.all())


def test_mistakes_and_warnings_are_grouped_by_kind_with_counts(client: Client) -> None:
    rows = "".join(f"Имя {number};звонить;x{number}\n" for number in range(40))
    imported = uploaded(client, f"Имя;Телефон;Почта\n;+79990000000;\n{rows};;\n;;\n;нет;\n")
    groups = {(group["kind"], group["field"]): group for group in imported.report["warnings"]}
    assert groups.keys() == {("no_email", "email"), ("no_number", "phone")}
    assert groups["no_email", "email"]["count"] == 40
    assert groups["no_email", "email"]["values"] == ["x0", "x1", "x2"]
    assert [(group["kind"], group["count"]) for group in imported.report["mistakes"]] == [("nobody", 1)]


def test_line_breaks_and_control_characters_never_get_into_what_goes_to_phones(client: Client) -> None:
    content = 'ФИО;Телефон;Компания;Должность\n"Лев\n\tТол\x07стой\u202c";8 916 210-13-01;"ООО\r\nМир";"граф\x1b"\n'
    run(client, uploaded(client, content))
    contact = Contact.objects.get()
    assert (contact.name, contact.company and contact.company.name, contact.position) == (
        "Лев Тол стой",
        "ООО Мир",
        "граф",
    )


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
        run(client, uploaded(client, FILE))
    call.refresh_from_db()
    assert call.contact == Contact.objects.get(name="Иван Иванов")


@pytest.mark.parametrize(("known", "contacts", "position"), [("fill", 1, "директор"), ("skip", 1, ""), ("add", 2, "")])
def test_a_known_contact_is_filled_in_left_or_added_once_more(
    client: Client, known: str, contacts: int, position: str
) -> None:
    ivan = Contact.objects.create(name="Иван", email="own@example.ru")
    ivan.phones.create(raw="+79235292926")
    imported = uploaded(client, "Имя;Телефон;Должность;Почта\nИ.;89235292926;директор;new@example.ru\n")
    run(client, imported, known=known)
    ivan.refresh_from_db()
    assert Contact.objects.count() == contacts
    assert (ivan.name, ivan.position, ivan.email) == ("Иван", position, "own@example.ru")


def test_a_worker_that_is_killed_leaves_the_rest_to_the_next(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f"Имя {number};+7999{number:07}\n" for number in range(120))
    imported = uploaded(client, f"Имя;Телефон\n{rows}")
    real, done = applying.add_contact, []

    def dies_at_the_seventieth(**values: Any) -> Contact:
        done.append(values["name"])
        if len(done) == 70:
            raise KeyboardInterrupt
        return real(**values)

    monkeypatch.setattr(applying, "add_contact", dies_at_the_seventieth)
    with pytest.raises(KeyboardInterrupt):
        run(client, imported)
    monkeypatch.undo()
    assert Contact.objects.count() == 50
    page = client.get(f"{imported.get_absolute_url()}progress/").content.decode()
    assert "50 of 120" in page
    running.run_due()
    assert Contact.objects.count() == 120
    imported.refresh_from_db()
    assert imported.state == "done"


def test_a_stopped_import_does_no_more_rows(client: Client) -> None:
    imported = uploaded(client, FILE)
    sent = form(client, imported)
    client.post(f"{imported.get_absolute_url()}stop/")
    client.post(f"{imported.get_absolute_url()}choose/", {**sent, "start": ""})
    running.run_due()
    imported.refresh_from_db()
    assert imported.state == "cancelled"
    assert not Contact.objects.exists()
    assert not ContactImportFile.objects.exists()


def test_two_columns_of_one_meaning_or_nobody_are_refused(client: Client) -> None:
    imported = uploaded(client, FILE)
    for fields in (["name", "name"], ["company", "tags"]):
        answer = client.post(f"{imported.get_absolute_url()}choose/", {"field": fields, "known": "fill"}, follow=True)
        assert list(answer.context["messages"])
    imported.refresh_from_db()
    assert imported.fields[0] == "name"


def test_a_file_that_is_none_is_refused_in_words(client: Client) -> None:
    imported = uploaded(client, b"\x89PNG\0")
    assert (imported.state, imported.finished_at is not None) == ("unreadable", True)
    assert not ContactImportFile.objects.exists()
    for url in (imported.get_absolute_url(), f"{imported.get_absolute_url()}progress/"):
        assert "neither CSV, an Excel workbook" in client.get(url).content.decode()
    old = client.post("/crm/contacts/import/", {"file": SimpleUploadedFile("x.xls", b"\xd0\xcf\x11\xe0")})
    assert "an old Excel" in old.content.decode()
    assert "Choose a file first" in client.post("/crm/contacts/import/", {}).content.decode()


def test_only_who_may_import_does_and_only_ones_own(client: Client, anna: User) -> None:
    imported = uploaded(client, FILE)
    boris = User.objects.create(username="boris", is_staff=True)
    other = Client()
    other.force_login(boris)
    boris.groups.set([Group.objects.get(name="Supervisor")])
    assert other.get("/crm/contacts/import/").status_code == 403
    assert other.get("/crm/contacts/export.csv").status_code == 403
    boris.groups.set([Group.objects.get(name="Administrator")])
    for path in ("", "progress/", "not-imported.csv"):
        assert other.get(f"{imported.get_absolute_url()}{path}").status_code == 404
    for path in ("choose/", "read/", "stop/", "undo/"):
        assert other.post(f"{imported.get_absolute_url()}{path}").status_code == 404


def test_a_files_rows_are_forgotten_after_a_week_and_with_their_contact(client: Client) -> None:
    waiting = uploaded(client, FILE)
    imported = run(client, uploaded(client, FILE + "Ещё;1\n"))
    erase("+79235292926")
    waiting.refresh_from_db()
    assert list(imported.rows.values_list("number", flat=True)) == [3, 4, 5, 6, 7]
    assert waiting.report == {}
    assert not ContactImportFile.objects.exists()
    page = client.get(waiting.get_absolute_url()).content.decode()
    assert "3 rows can be imported" in page
    assert "Иван Иванов" not in page
    ContactImport.objects.update(created_at=timezone.now() - timedelta(days=8))
    running.run_due()
    assert not imported.rows.exists()
    assert not ContactImport.objects.filter(state="preview").exists()
    assert not ContactImport.objects.exclude(report={}).exists()


def test_reasons_are_in_the_language_of_who_imports(client: Client) -> None:
    client.cookies["django_language"] = "ru"
    imported = run(client, uploaded(client, FILE))
    assert imported.language == "ru"
    assert Note.objects.filter(text__contains="Почта: не почта").exists()


def test_the_page_says_when_no_worker_takes_it_up_and_how_to_start_one(client: Client) -> None:
    client.post("/crm/contacts/import/", {"file": SimpleUploadedFile("contacts.csv", FILE.encode())})
    address = f"{ContactImport.objects.get().get_absolute_url()}progress/"
    assert "celery --app config.celery worker" not in client.get(f"{address}?done=0&waited=3").content.decode()
    assert "celery --app config.celery worker" in client.get(f"{address}?done=0&waited=14").content.decode()
    ContactImport.objects.update(reading_until=timezone.now() + timedelta(minutes=1))
    assert "celery --app config.celery worker" not in client.get(f"{address}?done=0&waited=14").content.decode()
