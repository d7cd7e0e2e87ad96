"""Who may do what in the desk, cell by cell: each group, each page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.access import may_edit_note, may_merge, visible_companies, visible_contacts, visible_notes, visible_tasks
from crm.models import Contact, Note, Task
from crm.services import add_contact
from telephony.models import Team
from tests.crm.desk import HTMX, browser, call_of, member, vasya

pytestmark = pytest.mark.django_db

GROUPS = ("", "Operator", "Supervisor", "Administrator")
SEES = {"": 403, "Operator": 200, "Supervisor": 200, "Administrator": 200}
MERGES = {"": 403, "Operator": 403, "Supervisor": 200, "Administrator": 200}
DELETES = {"": 403, "Operator": 403, "Supervisor": 403, "Administrator": 200}
LOOKS = {
    "contacts": SEES,
    "contact-new": SEES,
    "number-owners": SEES,
    "contact": SEES,
    "contact-about": SEES,
    "contact-edit": SEES,
    "contact-timeline": SEES,
    "contact-tasks": SEES,
    "merge": MERGES,
    "merge-preview": MERGES,
    "companies": SEES,
    "company-new": SEES,
    "company-options": SEES,
    "company": SEES,
    "company-about": SEES,
    "company-edit": SEES,
    "company-timeline": SEES,
    "company-tasks": SEES,
    "tasks": SEES,
    "task": SEES,
    "task-edit": SEES,
    "note": SEES,
    "note-edit": {**SEES, "Operator": 403, "Supervisor": 403},  # It is somebody else's.
    "quick-search": SEES,
    "card-contact-new": SEES,
    "card-note": SEES,
    "card-task": SEES,
    "card-callback": SEES,
}
WRITES = {"task-done": SEES, "task-delete": DELETES, "note-delete": DELETES}


@pytest.fixture
def arguments() -> Callable[[str], list[int]]:
    """The ids that a page's address needs."""
    contact, other = vasya(company="Рога"), add_contact(name="Другой", phones=[])
    note = Note.objects.create(contact=contact, text="x", author=member("Operator", "author"))
    task = Task.objects.create(contact=contact, title="x", due_at=timezone.now())
    assert contact.company is not None
    ids = {"company": contact.company.pk, "contact": contact.pk, "note": note.pk, "task": task.pk, "merge": contact.pk}

    def of(page: str) -> list[int]:
        if page in ("contact-new", "company-new", "company-options", "merge-preview") or page.startswith("card-"):
            return [contact.pk, other.pk] if page == "merge-preview" else []
        kind = page.partition("-")[0]
        return [ids[kind]] if kind in ids else []

    return of


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("page", LOOKS)
def test_who_sees_a_page(arguments: Callable[[str], list[int]], page: str, group: str) -> None:
    address = reverse(f"crm:{page}", args=arguments(page))
    assert browser(member(group)).get(address).status_code == LOOKS[page][group]


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("page", WRITES)
def test_who_changes_a_row(arguments: Callable[[str], list[int]], page: str, group: str) -> None:
    address = reverse(f"crm:{page}", args=arguments(page))
    user = browser(member(group))
    assert user.get(address).status_code == (405 if WRITES[page][group] == 200 else 403)
    assert user.post(address, {"done": "1"}).status_code == WRITES[page][group]


@pytest.mark.parametrize("group", GROUPS)
def test_who_merges(arguments: Callable[[str], list[int]], group: str) -> None:
    address = reverse("crm:merge-preview", args=arguments("merge-preview"))
    merges = MERGES[group] == 200
    assert browser(member(group)).post(address).status_code == (302 if merges else 403)
    assert Contact.objects.count() == (1 if merges else 2)


@pytest.mark.parametrize("group", GROUPS)
def test_who_sees_rows(arguments: Callable[[str], list[int]], group: str) -> None:
    """As the API and files ask."""
    user = member(group)
    counts = [rows(user).count() for rows in (visible_contacts, visible_companies, visible_notes, visible_tasks)]
    assert counts == ([0, 0, 0, 0] if not group else [2, 1, 1, 1])
    user.is_active = False
    assert not visible_contacts(user).exists()
    assert not may_merge(user)


@pytest.mark.parametrize("group", GROUPS)
def test_one_rewords_ones_own_notes(group: str) -> None:
    user = member(group)
    assert may_edit_note(user, Note(author=user, text="x")) == bool(group)
    assert may_edit_note(user, Note(author=member("Operator", "boris"), text="x")) == (group == "Administrator")


def test_files_are_the_administrators_matter() -> None:
    for group in GROUPS:
        user = member(group)
        assert user.has_perm("crm.import_contacts") == user.has_perm("crm.export_contacts") == (group == GROUPS[-1])


def test_without_a_session_a_page_leads_to_the_login_and_a_piece_is_refused_in_words() -> None:
    address = reverse("crm:contacts")
    response = Client().get(address)
    assert (response.status_code, response.headers["Location"]) == (302, f"{reverse('admin:login')}?next={address}")
    piece = Client().get(address, headers=HTMX)
    assert (piece.status_code, piece.text) == (401, "You are logged out. Log in, then try again.")


def test_who_is_no_staff_has_no_way_in() -> None:
    user = User.objects.create(username="outside", is_superuser=True)
    assert browser(user).get(reverse("crm:contacts")).status_code == 302


class TestCallsOnTheTimeline:
    """Clients are shared; their calls are not."""

    def seen(self, user: User, contact: Contact) -> list[str]:
        client: Any = browser(user)
        items = client.get(contact.get_absolute_url()).context["items"]
        company = client.get(reverse("crm:company", args=[contact.company_id])).context["items"]
        assert [item.row.pk for item in items] == [item.row.pk for item in company]
        return [item.row.external_id for item in items]

    def test_an_operator_sees_own_ones_and_a_supervisor_the_teams(self) -> None:
        contact = vasya(company="Рога")
        anna, boris, head, admin = (
            member("Operator", "anna"),
            member("Operator", "boris"),
            member("Supervisor"),
            member("Administrator"),
        )
        Team.objects.create(name="Sales").members.set([head, anna])
        for minutes, user in enumerate((anna, boris), start=1):
            call_of(contact, user=user, minutes_ago=minutes, external_id=user.username, recorded=True)
        assert self.seen(anna, contact) == ["anna"]
        assert self.seen(boris, contact) == ["boris"]
        assert self.seen(head, contact) == ["anna"]
        assert self.seen(admin, contact) == ["anna", "boris"]

    def test_a_recording_is_for_those_who_may_listen(self) -> None:
        contact, anna = vasya(company="Рога"), member("Operator", "anna")
        call_of(contact, user=anna, recorded=True)
        (item,) = browser(anna).get(contact.get_absolute_url()).context["items"]
        assert [player.may_listen for player in item.players] == [True]
        seeing = member("", "deaf")
        for right in ("view_contact", "see_all_calls"):
            seeing.user_permissions.add(Permission.objects.get(codename=right))
        (item,) = browser(seeing).get(contact.get_absolute_url()).context["items"]
        assert [player.may_listen for player in item.players] == [False]
