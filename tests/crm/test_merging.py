"""Two contacts become one: everything follows, nothing is lost, and the old address still leads somewhere."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from crm.models import Contact, MergedContact, Note, Tag, Task
from crm.selectors.contacts import matching
from crm.services import add_contact
from crm.services.merging import MergeImpossible, merge_contacts
from crm.services.notes import add_note
from telephony.calls.contacts import attach_contact
from telephony.models import ContactChoice
from tests.crm.desk import HTMX, NUMBER, browser, call_of, member, vasya

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor() -> Client:
    return browser(member("Supervisor"))


@pytest.fixture
def pair() -> tuple[Contact, Contact]:
    """The one that stays, and the one that goes, with something of everything."""
    vip, debtor = (Tag.objects.create(name=name) for name in ("VIP", "Должник"))
    winner = vasya(company="Рога и Копыта", tags=[vip])
    loser = add_contact(
        name="Василий Пупкин",
        phones=["8 923 529 29 26", "+74951234567"],
        company="Другая",
        email="vasya@example.ru",
        position="директор",
        tags=[vip, debtor],
    )
    call = call_of(loser)
    Note.objects.create(contact=loser, text="Просил прайс")
    Task.objects.create(contact=loser, title="Отправить", due_at=call.started_at)
    attach_contact(call=call, contact_pk=loser.pk, user=None)
    return winner, loser


def address(winner: Contact, loser: Contact) -> str:
    return reverse("crm:merge-preview", args=[winner.pk, loser.pk])


def test_everything_follows_and_what_was_chosen_is_taken(supervisor: Client, pair: tuple[Contact, Contact]) -> None:
    winner = pair[0]
    fields = {"name": "theirs", "company": "ours"}
    assert supervisor.post(address(*pair), fields).headers["Location"] == winner.get_absolute_url()
    contact = Contact.objects.get()
    assert contact.pk == winner.pk
    assert (contact.name, str(contact.company)) == ("Василий Пупкин", "Рога и Копыта")
    assert (contact.email, contact.position) == ("vasya@example.ru", "директор")
    assert sorted(str(phone) for phone in contact.phones.all()) == ["+74951234567", NUMBER]
    assert sorted(tag.name for tag in contact.tags.all()) == ["VIP", "Должник"]
    assert contact.calls.count() == contact.notes.count() == contact.tasks.count() == 1
    assert ContactChoice.objects.get().contact == contact
    for term in ("василий", "1234567", "копыта", "vasya@"):
        assert matching(Contact.objects.all(), term).get() == contact


def test_it_is_written_down_who_merged_what(supervisor: Client, pair: tuple[Contact, Contact]) -> None:
    supervisor.post(address(*pair))
    merged = MergedContact.objects.get()
    assert merged.by is not None
    assert merged.by.username == "supervisor"
    assert merged.moved == {"numbers": 1, "call": 1, "note": 1, "task": 1, "contactchoice": 1, "tags": 1}
    assert str(merged) == f"#{pair[1].pk}"
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.user.username) == (str(pair[0].pk), "supervisor")
    assert f"Contact {pair[1].pk} was merged into this one." in entry.change_message


def test_the_old_address_leads_to_the_winner_even_after_a_second_merge(
    supervisor: Client, pair: tuple[Contact, Contact]
) -> None:
    winner, loser = pair
    third = add_contact(name="Третий", phones=[])
    supervisor.post(address(winner, loser))
    supervisor.post(address(third, winner))
    for gone in (winner, loser):
        assert supervisor.get(gone.get_absolute_url()).headers["Location"] == third.get_absolute_url()
    assert supervisor.get(reverse("crm:contact", args=[99999])).status_code == 404


def test_the_page_shows_what_stays_field_by_field(supervisor: Client, pair: tuple[Contact, Contact]) -> None:
    response = supervisor.get(address(*pair))
    shown = {choice.name: (choice.ours, choice.theirs, choice.differs) for choice in response.context["choices"]}
    assert shown["name"] == ("Вася Пупкин", "Василий Пупкин", True)
    assert shown["email"] == ("", "vasya@example.ru", False)
    assert shown["responsible"] == ("", "", False)
    assert "+7 495 123-45-67" in response.text


def test_those_with_the_same_number_are_offered_at_once_others_by_search(
    supervisor: Client, pair: tuple[Contact, Contact]
) -> None:
    winner, loser = pair
    other = add_contact(name="Анна Орлова", phones=["+79990000000"])
    choose = reverse("crm:merge", args=[winner.pk])
    assert supervisor.get(choose).context["found"] == [loser]
    assert supervisor.get(choose, {"q": "999"}, headers=HTMX).context["found"] == [other]
    assert "Nobody is found" in supervisor.get(choose, {"q": "Вася"}, headers=HTMX).text
    assert "search for the other contact" in supervisor.get(reverse("crm:merge", args=[other.pk])).text


def test_somebody_else_was_faster(supervisor: Client, pair: tuple[Contact, Contact]) -> None:
    winner, loser = pair
    supervisor.post(address(winner, loser))
    response = supervisor.post(address(winner, loser), follow=True)
    assert "One of the two contacts is gone" in response.text
    assert supervisor.get(address(winner, loser)).status_code == 404


def test_a_contact_is_not_merged_with_itself(pair: tuple[Contact, Contact]) -> None:
    with pytest.raises(MergeImpossible):
        merge_contacts(winner_pk=pair[0].pk, loser_pk=pair[0].pk, user=member("Supervisor"))


def test_when_it_fails_nothing_was_changed(
    supervisor: Client, pair: tuple[Contact, Contact], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.services.merging.refresh_contacts", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        supervisor.post(address(*pair), {"name": "theirs"})
    winner, loser = Contact.objects.order_by("pk")
    assert (winner.name, loser.phones.count(), loser.calls.count(), loser.notes.count()) == ("Вася Пупкин", 2, 1, 1)


@pytest.mark.parametrize("dialog", ["crm:card-note", "crm:card-task"])
def test_a_dialog_that_was_open_during_the_merge_writes_to_the_winner(
    supervisor: Client, pair: tuple[Contact, Contact], dialog: str
) -> None:
    winner, loser = pair
    merge_contacts(winner_pk=winner.pk, loser_pk=loser.pk, user=member("Supervisor", "other"))
    fields = {"text": "Перезвонит сам", "title": "Перезвонит сам", "due_at": "2026-11-21T10:00"}
    assert supervisor.post(reverse(dialog) + f"?contact={loser.pk}", fields).status_code == 200
    assert "Перезвонит сам" in supervisor.get(winner.get_absolute_url()).text


def test_a_note_about_a_contact_deleted_meanwhile_says_so(pair: tuple[Contact, Contact]) -> None:
    loser = Contact.objects.get(pk=pair[1].pk)
    Contact.objects.filter(pk=loser.pk).delete()
    with pytest.raises(ValidationError, match="somebody deleted it"):
        add_note(text="Просил прайс", author=member("Supervisor", "other"), contact=loser)
