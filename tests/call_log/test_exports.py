"""Excel files as jobs: ordered by a page, fetched by their owner, with the rights of the day."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from crm.models import Contact
from telephony.call_log import exports
from telephony.models import Call, Export
from tests.call_log.exporting import PAGE, fetched, order, told
from tests.call_log.test_call_log import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("exports_folder")]


@pytest.fixture
def owner(company: dict[str, Call]) -> Client:
    return sign_in("anna", "Administrator")


def test_a_file_is_ordered_written_and_fetched(company: dict[str, Call], owner: Client, exports_folder: Path) -> None:
    export = order(owner)
    assert "waits for a worker" in told(owner)
    assert 'hx-trigger="every 2s"' in owner.get(PAGE).content.decode()
    assert exports.write_due() == 1
    export.refresh_from_db()
    assert (export.state, export.rows_done, export.rows_total) == ("ready", 3, 3)
    assert export.size == (exports_folder / export.file).stat().st_size
    assert os.stat(exports_folder / export.file).st_mode & 0o777 == 0o600
    text = told(owner)
    assert "All calls" in text
    assert "ready 3 rows" in text
    assert "hx-trigger" not in owner.get(PAGE).content.decode().partition('id="exports"')[2].partition(">")[0]
    rows = fetched(owner, export)
    assert rows[0][0] == "Started"
    assert {row[-1] for row in rows[1:]} == {call.external_id for call in company.values()}
    assert [path.name for path in exports_folder.iterdir()] == [export.file]


def test_it_is_in_the_language_and_with_the_filters_of_the_page(company: dict[str, Call], owner: Client) -> None:
    owner.cookies["django_language"] = "ru"
    export = order(owner, "text=102&after=20240101T000000.000000-5&direction=incoming&outcome=")
    assert export.query == "text=102&direction=incoming"
    exports.write_due()
    assert fetched(owner, export)[0][0] == "Начало"
    assert [row[-1] for row in fetched(owner, export)[1:]] == [company["boris"].external_id]
    assert "Найти: 102 · Направление: входящий" in told(owner)


@pytest.mark.parametrize(("group", "names"), [("Operator", {"anna"}), ("Supervisor", {"anna", "boris"})])
def test_it_has_what_its_owner_sees(company: dict[str, Call], group: str, names: set[str]) -> None:
    client = sign_in("anna", group)
    export = order(client)
    exports.write_due()
    assert {row[-1] for row in fetched(client, export)[1:]} == {company[name].external_id for name in names}


def test_nobody_gets_what_is_somebody_elses(company: dict[str, Call], owner: Client) -> None:
    export = order(owner)
    exports.write_due()
    other = sign_in("boris", "Administrator")
    assert other.get(f"{PAGE}{export.pk}.xlsx").status_code == 404
    assert "All calls" not in told(other)
    assert Client().get(f"{PAGE}{export.pk}.xlsx").status_code == 302
    assert owner.get(f"{PAGE}{export.pk + 1}.xlsx").status_code == 404


def test_rights_are_looked_at_when_it_is_ordered_written_and_fetched(company: dict[str, Call], owner: Client) -> None:
    written, waiting = order(owner), None
    exports.write_due()
    waiting = order(owner)
    anna = User.objects.get(username="anna")
    anna.groups.set([Group.objects.get(name="Operator")])
    answer = owner.get(f"{PAGE}{written.pk}.xlsx", follow=True)
    assert "What you may see has changed since this file was made" in answer.content.decode()
    anna.groups.clear()
    User.objects.filter(pk=anna.pk).update(is_staff=True)  # The role took it along.
    exports.write_due()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("failed", "no_rights")
    assert "You may not export this any more." in told(owner)
    assert owner.post(PAGE, {"kind": "calls"}).status_code == 403
    assert owner.post(PAGE, {"kind": "contacts"}).status_code == 403
    assert owner.post(PAGE, {"kind": "nothing"}).status_code == 404


def test_two_clicks_are_one_export_and_there_is_an_end_to_them(company: dict[str, Call], owner: Client) -> None:
    assert order(owner, "text=1").pk == order(owner, "text=1&after=x").pk
    for number in range(2, 7):
        order(owner, f"text={number}")
    assert Export.objects.count() == 5
    assert "5 of your exports are under way" in owner.get(PAGE).content.decode()


def test_wrong_filters_are_told_at_once(company: dict[str, Call], owner: Client) -> None:
    answer = owner.post(PAGE, {"kind": "calls", "query": "direction=up"}, follow=True)
    assert not Export.objects.exists()
    assert "One of the filters is no longer valid." in answer.content.decode()


def test_the_page_says_that_no_worker_runs(company: dict[str, Call], owner: Client) -> None:
    assert "No exports." in told(owner)
    export = order(owner)
    assert "No worker" not in told(owner)
    Export.objects.filter(pk=export.pk).update(next_try_at=timezone.now() - timedelta(minutes=1))
    assert "No worker has taken it up yet." in told(owner)
    busy = Export(user=User.objects.get(username="boris"), kind="calls", state="working")
    busy.next_try_at = timezone.now() + timedelta(minutes=1)
    busy.save()
    assert "No worker" not in told(owner)


def test_contacts_are_exported_the_same_way(company: dict[str, Call], owner: Client) -> None:
    for name in ("Анна Белова", "Вера Гусева"):
        Contact.objects.create(name=name)
    export = order(owner, "q=Белова&after_name=x&after=3", kind="contacts")
    exports.write_due()
    assert [row[0] for row in fetched(owner, export)[1:]] == ["Анна Белова"]
    assert "Search: Белова" in told(owner)
