"""What happened with a contact or a company: calls, notes, finished tasks; and notes as they are written."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from crm.models import Company, Contact, Note, Task
from crm.selectors.timeline import page_of
from crm.services.notes import add_note
from telephony.models import Call
from tests.crm.desk import browser, call_of, member, vasya

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    return member("Administrator", "anna", first_name="Анна", last_name="Орлова")


@pytest.fixture
def client(anna: User) -> Client:
    return browser(anna)


class TestTimeline:
    def test_calls_notes_and_finished_tasks_stand_newest_first_without_gaps(self, anna: User) -> None:
        contact = vasya(company="Рога")
        moments = [call_of(contact, minutes_ago=number // 3).started_at for number in range(30)]
        for number, moment in enumerate(moments):
            note = Note.objects.create(contact=contact, text=str(number))
            Note.objects.filter(pk=note.pk).update(created_at=moment)
            done = moment if number % 2 else None
            Task.objects.create(contact=contact, title=str(number), due_at=moment, done_at=done)
        for owner in (contact, contact.company):
            seen, cursor = [], ""
            while True:
                response = browser(anna).get(self._address(owner), {"after": cursor})
                seen += response.context["items"]
                if not (cursor := response.context["next"]):
                    break
            assert len({(item.kind, item.row.pk) for item in seen}) == len(seen) == 30 + 30 + 15
            assert [item.place for item in seen] == sorted((item.place for item in seen), reverse=True)

    def _address(self, owner: Any) -> str:
        kind = "contact" if isinstance(owner, Contact) else "company"
        return reverse(f"crm:{kind}-timeline", args=[owner.pk])

    @pytest.mark.parametrize(("only", "expected"), [("call", 1), ("note", 1), ("task", 1), ("x", 3), ("", 3)])
    def test_it_is_narrowed_to_one_kind(self, client: Client, anna: User, only: str, expected: int) -> None:
        contact = vasya()
        began = call_of(contact, user=anna).started_at
        Note.objects.create(contact=contact, text="x", author=anna)
        Task.objects.create(contact=contact, title="x", text="y", due_at=began, done_at=began, done_by=anna)
        response = client.get(self._address(contact), {"only": only})
        assert len(response.context["items"]) == expected

    def test_notes_of_a_contact_are_notes_of_its_company_not_the_other_way_round(self, anna: User) -> None:
        contact = vasya(company="Рога")
        Note.objects.create(contact=contact, text="of the contact")
        Note.objects.create(company=contact.company, text="of the company")
        assert contact.company is not None
        assert [item.row.text for item in page_of(contact, anna, None)[0]] == ["of the contact"]
        assert len(page_of(contact.company, anna, None)[0]) == 2

    @pytest.mark.parametrize("cursor", ["x", "2026-01-01T00:00:00_note_1", "2026-01-01T00:00:00+00:00_x_1", "2026-13"])
    def test_nonsense_begins_at_the_top(self, client: Client, anna: User, cursor: str) -> None:
        contact = vasya()
        Note.objects.create(contact=contact, text="x")
        assert len(client.get(self._address(contact), {"after": cursor}).context["items"]) == 1


class TestNotes:
    def test_a_note_is_reworded_and_says_so(self, client: Client, anna: User) -> None:
        note = Note.objects.create(contact=vasya(), text="Было https://example.ru", author=anna)
        assert "Было" in client.get(reverse("crm:note", args=[note.pk])).text
        edit = reverse("crm:note-edit", args=[note.pk])
        assert "Было" in client.get(edit).text
        assert "edited" not in client.post(edit, {"text": note.text}).text
        assert "This field is required." in client.post(edit, {"text": ""}).text
        assert "edited" in client.post(edit, {"text": "Стало <b>"}).text
        note.refresh_from_db()
        assert note.text == str(note) == "Стало <b>"
        assert note.edited_at is not None
        assert "Стало &lt;b&gt;" in client.get(note.contact.get_absolute_url()).text  # type: ignore[union-attr]

    def test_a_note_is_deleted(self, client: Client) -> None:
        note = Note.objects.create(contact=vasya(), text="x")
        assert client.post(reverse("crm:note-delete", args=[note.pk])).content == b""
        assert not Note.objects.exists()

    def test_a_note_is_about_something(self, anna: User) -> None:
        with pytest.raises(ValidationError):
            add_note(text="x", author=anna)

    def test_a_note_of_a_company(self, client: Client) -> None:
        company = Company.objects.create(name="Рога")
        client.post(f"{reverse('crm:card-note')}?company={company.pk}", {"text": "x"})
        assert company.notes.get().text == "x"


def test_a_call_that_is_nobodys_business_stays_out_of_lists(anna: User) -> None:
    """Whoever has no right to calls sees contacts all the same."""
    user = member("")
    user.user_permissions.add(Permission.objects.get(codename="view_contact"))
    contact = vasya()
    call_of(contact)
    response = browser(user).get(contact.get_absolute_url())
    assert (response.status_code, response.context["items"]) == (200, [])
    assert "crm-compose" not in response.text
    assert Call.objects.count() == 1
