"""An import is taken back as long as nobody has changed what it made."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from crm.imports import running
from crm.models import Company, Contact, ContactImport, Note, Tag, Task
from crm.services.merging import merge_contacts
from tests.crm.imports.pages import people, run, uploaded

pytestmark = pytest.mark.django_db

FILE = """Имя;Телефон;Компания;Почта;Метки;Комментарий
Иван Петров;84952001201;ООО Новая;ivan@example.com;VIP;перезвонить
Анна Сидорова;84952001202 доб. 5;ООО Новая;anna@example.com;;
Пётр Старый;84952001203, 84952001204 доб. 7;ООО Другая;petr@example.com;VIP;из файла
Иван Петров;84952001201, 84952001205;;;;ещё раз
"""


@pytest.fixture
def old(db: None) -> Contact:
    """Somebody who was there before."""
    contact = Contact.objects.create(name="Пётр Старый", position="директор")
    contact.phones.create(raw="84952001203")
    contact.phones.create(raw="84952001204")
    contact.notes.create(text="своя")
    return contact


def undone(client: Client, imported: ContactImport) -> ContactImport:
    client.post(f"{imported.get_absolute_url()}undo/")
    running.run_due()
    imported.refresh_from_db()
    return imported


def test_new_contacts_go_and_what_was_filled_in_is_empty_again(client: Client, old: Contact) -> None:
    before = people()
    imported = run(client, uploaded(client, FILE))
    assert len(people()) == 3
    assert people() != before
    assert "Take this import back" in client.get(imported.get_absolute_url()).content.decode()
    imported = undone(client, imported)
    assert people() == before
    assert not Company.objects.exists()
    assert Note.objects.count() == 1
    assert imported.state == "undone"
    assert set(imported.rows.values_list("state", flat=True)) == {"undone"}
    assert "Taken back." in client.get(imported.get_absolute_url()).content.decode()


def change_name(contact: Contact, _user: User) -> None:
    contact.name = "Иван П."
    contact.save()


def add_number(contact: Contact, _user: User) -> None:
    contact.phones.create(raw="+79990000000")


def write_note(contact: Contact, user: User) -> None:
    contact.notes.create(text="важно", author=user)


def set_task(contact: Contact, user: User) -> None:
    Task.objects.create(title="Позвонить", contact=contact, created_by=user, assignee=user, due_at=timezone.now())


def tag(contact: Contact, _user: User) -> None:
    contact.tags.add(Tag.objects.create(name="Новая"))


def reword(contact: Contact, _user: User) -> None:
    contact.notes.update(text="иначе", edited_at=timezone.now())


def merge(contact: Contact, user: User) -> None:
    loser = Contact.objects.create(name="Двойник")
    merge_contacts(winner_pk=contact.pk, loser_pk=loser.pk, user=user)


@pytest.mark.parametrize("change", [change_name, add_number, write_note, set_task, tag, reword, merge])
def test_what_somebody_has_changed_stays_and_is_told_before_and_after(
    client: Client, anna: User, change: object
) -> None:
    imported = run(client, uploaded(client, FILE))
    change(Contact.objects.get(name="Иван Петров"), anna)  # type: ignore[operator]
    kept = Contact.objects.get(email="ivan@example.com")
    assert "Somebody has changed 1 of these contacts since" in client.get(imported.get_absolute_url()).content.decode()
    imported = undone(client, imported)
    assert list(Contact.objects.all()) == [kept]
    assert kept.company == Company.objects.get()
    assert imported.rows.get(number=2).state == "added"
    page = client.get(imported.get_absolute_url()).content.decode()
    assert "it stays as it is" in page


def test_a_contact_that_was_merged_into_another_takes_nobody_with_it(client: Client, anna: User) -> None:
    imported = run(client, uploaded(client, "Имя;Телефон\nИван;84952001201\n"))
    winner = Contact.objects.create(name="Иван")
    merge_contacts(winner_pk=winner.pk, loser_pk=Contact.objects.exclude(pk=winner.pk).get().pk, user=anna)
    undone(client, imported)
    assert list(Contact.objects.all()) == [winner]
    assert winner.phones.exists()


def test_a_deleted_contact_is_nothing_to_take_back(client: Client) -> None:
    imported = run(client, uploaded(client, FILE))
    Contact.objects.all().delete()
    assert undone(client, imported).state == "undone"


def test_an_import_of_many_rows_is_taken_back_in_batches_and_a_cut_off_one_goes_on(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(f"Имя {number};+7999{number:07}\n" for number in range(120))
    imported = run(client, uploaded(client, f"Имя;Телефон\n{rows}"))
    client.post(f"{imported.get_absolute_url()}undo/")
    running._undo_batch()
    assert Contact.objects.count() == 70
    assert "It is being taken back." in client.get(f"{imported.get_absolute_url()}progress/").content.decode()
    running.run_due()
    assert not Contact.objects.exists()


def test_after_a_week_there_is_nothing_to_take_back(client: Client) -> None:
    imported = run(client, uploaded(client, FILE))
    ContactImport.objects.update(created_at=timezone.now() - timedelta(days=8))
    running.run_due()
    assert "Take this import back" not in client.get(imported.get_absolute_url()).content.decode()
    undone(client, imported)
    assert Contact.objects.count() == 3


def test_an_import_that_has_not_ended_is_not_taken_back(client: Client) -> None:
    imported = uploaded(client, FILE)
    assert undone(client, imported).state == "preview"
