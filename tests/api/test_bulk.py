"""The API gives no more in bulk than the right to export; what is exported stands in a journal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from crm.models import Contact
from crm.services import add_contact
from telephony import tasks
from telephony.api import bulk
from telephony.api.scopes import Scope
from telephony.call_log.exports import write_due
from telephony.models import Call, Exported
from tests.api.conftest import sign_in

pytestmark = pytest.mark.django_db
LIMIT = 5


@pytest.fixture(autouse=True)
def limit(settings: Any) -> None:
    settings.TELEPHONY_API_ROWS_PER_HOUR = LIMIT


@pytest.fixture
def contacts(company: dict[str, Call]) -> None:
    for number in range(12):
        add_contact(name=f"Иван {number}", phones=[f"+7923529{number:04}"])


def page_through(client: Client, address: str) -> list[int]:
    """The statuses, up to the last page or the first refusal."""
    statuses = []
    while address:
        answer = client.get(address)
        statuses.append(answer.status_code)
        address = answer.json().get("next") or ""
    return statuses


def journal() -> list[tuple[str, str, str, str, int]]:
    return list(Exported.objects.order_by("pk").values_list("username", "kind", "way", "query", "rows"))


def test_without_the_right_to_export_paging_ends(contacts: None) -> None:
    client = sign_in("anna", "Operator")
    assert page_through(client, "/api/v1/contacts/?page_size=2") == [200, 200, 429]
    answer = client.get("/api/v1/contacts/?page_size=2")
    assert int(answer.headers["Retry-After"]) <= bulk.HOUR
    assert "without the right to export" in answer.json()["detail"]
    assert journal() == []


def test_one_by_one_is_counted_too(contacts: None) -> None:
    client = sign_in("anna", "Operator")
    addresses = [f"/api/v1/contacts/{pk}/" for pk in Contact.objects.values_list("pk", flat=True)]
    assert [client.get(address).status_code for address in addresses[: LIMIT + 1]] == [200] * LIMIT + [429]


def test_a_session_gives_no_more_than_a_key(contacts: None) -> None:
    sign_in("anna", "Operator")
    client = Client()
    client.force_login(User.objects.get(username="anna"))
    assert 429 in page_through(client, "/api/v1/contacts/?page_size=2")


def test_a_key_without_the_scope_gives_no_more(contacts: None) -> None:
    client = sign_in("anna", "Administrator", [Scope.READ_CONTACTS])
    assert 429 in page_through(client, "/api/v1/contacts/?page_size=2")


def test_with_right_and_scope_all_of_it_comes_and_stands_in_the_journal(contacts: None) -> None:
    client = sign_in("anna", "Administrator", [Scope.READ_CONTACTS, Scope.EXPORT])
    assert set(page_through(client, "/api/v1/contacts/?page_size=2&search=%D0%98%D0%B2%D0%B0%D0%BD")) == {200}
    ((username, kind, way, query, rows),) = journal()
    assert (username, kind, way, rows) == ("anna", "contacts", "api", 12)
    assert query == "search=%D0%98%D0%B2%D0%B0%D0%BD"


def test_another_hour_is_another_row_and_has_room_again(contacts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    client = sign_in("anna", "Operator")
    now = [1_000_000.0 * bulk.HOUR]
    monkeypatch.setattr(bulk.time, "time", lambda: now[0])
    assert 429 in page_through(client, "/api/v1/contacts/?page_size=2")
    now[0] += bulk.HOUR
    assert client.get("/api/v1/contacts/?page_size=2").status_code == 200


def test_kinds_are_counted_apart(contacts: None) -> None:
    client = sign_in("anna", "Administrator", [Scope.READ_CONTACTS, Scope.READ_CALLS])
    page_through(client, "/api/v1/contacts/?page_size=2")
    assert client.get("/api/v1/calls/").status_code == 200


def test_files_stand_in_the_journal(contacts: None, settings: Any, tmp_path: Any) -> None:
    settings.TELEPHONY_EXPORTS_DIR = tmp_path
    sign_in("anna", "Administrator")
    User.objects.update(is_staff=True)
    client = Client()
    client.force_login(User.objects.get(username="anna"))
    b"".join(client.get("/telephony/calls/export.csv?direction=incoming"))  # type: ignore[arg-type]
    b"".join(client.get("/crm/contacts/export.csv"))  # type: ignore[arg-type]
    client.post("/telephony/exports/", {"kind": "contacts", "query": ""})
    write_due()
    assert journal() == [
        ("anna", "calls", "csv", "direction=incoming", 3),
        ("anna", "contacts", "csv", "", 12),
        ("anna", "contacts", "xlsx", "", 12),
    ]
    page = client.get("/admin/telephony/exported/").text
    assert "direction=incoming" in page
    assert "Excel" in page


def test_a_file_that_is_not_read_to_its_end_is_in_the_journal(contacts: None) -> None:
    sign_in("anna", "Administrator")
    User.objects.update(is_staff=True)
    client = Client()
    client.force_login(User.objects.get(username="anna"))
    answer: Any = client.get("/crm/contacts/export.csv")
    next(iter(answer))
    answer.close()
    assert [(kind, way) for _, kind, way, _, _ in journal()] == [("contacts", "csv")]


def test_operators_do_not_see_the_journal(contacts: None) -> None:
    sign_in("anna", "Operator")
    User.objects.update(is_staff=True)
    client = Client()
    client.force_login(User.objects.get(username="anna"))
    assert client.get("/admin/telephony/exported/").status_code == 403


def test_the_journal_is_kept_for_a_year(contacts: None) -> None:
    for days in (366, 364):
        at = timezone.now() - timedelta(days=days)
        Exported.objects.create(username="x", kind="calls", way="csv", at=at)
    tasks.apply_retention()
    assert Exported.objects.count() == 1
