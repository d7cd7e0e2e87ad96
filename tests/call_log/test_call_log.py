"""The call log: whose calls it shows, its filters, its pages, its exports and saved filters."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from crm.models import Contact
from telephony.call_log.exports import write_due
from telephony.models import Call, Connection, Export, Recording, SavedFilter
from tests.telephony.messages import CLIENT

pytestmark = pytest.mark.django_db


def sign_in(username: str, group: str) -> Client:
    user = User.objects.get(username=username)
    user.is_staff = True
    user.save()
    user.groups.set([Group.objects.get(name=group)])
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def owner(company: dict[str, Call]) -> Client:
    return sign_in("anna", "Administrator")


def shown(client: Client, query: str = "") -> set[int]:
    """Numbers of the calls whose rows are there."""
    answer = client.get(f"/telephony/calls/?{query}")
    assert answer.status_code == 200
    rows = re.findall(r'tel-log-row">\s*<a [^>]*href="/admin/telephony/call/(\d+)/change/"', answer.content.decode())
    return {int(pk) for pk in rows}


@pytest.mark.parametrize(
    ("group", "names"),
    [("Operator", {"anna"}), ("Supervisor", {"anna", "boris"}), ("Administrator", {"anna", "boris", "vera"})],
)
def test_each_group_sees_its_calls_and_exports_just_these(
    company: dict[str, Call], group: str, names: set[str]
) -> None:
    client = sign_in("anna", group)
    assert shown(client) == {company[name].pk for name in names}
    exported = b"".join(client.get("/telephony/calls/export.csv")).decode("utf-8-sig")
    assert {row[-1] for row in list(csv.reader(io.StringIO(exported), delimiter=";"))[1:]} == {
        company[name].external_id for name in names
    }


def test_who_may_see_no_calls_gets_none(company: dict[str, Call]) -> None:
    client = sign_in("anna", "Operator")
    Group.objects.get(name="Operator").permissions.clear()
    assert client.get("/telephony/calls/").status_code == 403
    assert client.get("/telephony/calls/export.csv").status_code == 403


FILTERS = {
    "": 3,
    "direction=incoming": 3,
    "direction=outgoing": 0,
    "outcome=missed": 0,
    "outcome=answered": 3,
    "period=today": 0,
    "first_day=2024-01-29&last_day=2024-01-29": 3,
    "first_day=2024-01-30": 0,
    "last_day=2024-01-28": 0,
    "first_day=0001-01-01&last_day=9999-12-31": 3,
    f"text=8{CLIENT[1:]}": 3,
    "text=102": 1,
    "text=1.2": 1,
    "text=Иван": 3,
    "text=nobody": 0,
    "has_recording=true": 1,
    "our_number=8 (495) 123-45-67": 3,
    "our_number=8 (495) 123-45-68": 0,
}


@pytest.mark.parametrize("query", FILTERS)
def test_filters_narrow_the_calls_down(company: dict[str, Call], owner: Client, query: str) -> None:
    Call.objects.update(contact=Contact.objects.create(name="Иван Иванов"))
    Recording.objects.filter(call=company["vera"]).update(state="stored", seconds=60)
    assert len(shown(owner, query)) == FILTERS[query]


def test_an_employee_is_who_took_part(company: dict[str, Call], owner: Client) -> None:
    assert shown(owner, f"employee={User.objects.get(username='boris').pk}") == {company["boris"].pk}


def test_an_operator_can_ask_for_nobody_elses_calls(company: dict[str, Call]) -> None:
    client = sign_in("anna", "Operator")
    page = client.get(f"/telephony/calls/?employee={User.objects.get(username='boris').pk}").content.decode()
    assert "employee:" in page
    assert "tel-log-row" not in page


def test_periods_are_days_in_the_sites_time_zone(company: dict[str, Call], owner: Client) -> None:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    for name, moment in (("anna", midnight), ("boris", midnight - timedelta(seconds=1)), ("vera", midnight)):
        Call.objects.filter(pk=company[name].pk).update(started_at=moment)
    assert shown(owner, "period=today") == {company["anna"].pk, company["vera"].pk}
    assert shown(owner, "period=yesterday") == {company["boris"].pk}
    assert len(shown(owner, "period=7")) == 3
    monday = midnight - timedelta(days=midnight.weekday())
    for name, moment in (("anna", monday), ("boris", monday - timedelta(seconds=1)), ("vera", monday - timedelta(7))):
        Call.objects.filter(pk=company[name].pk).update(started_at=moment)
    assert shown(owner, "period=last_week") == {company["boris"].pk, company["vera"].pk}


def test_pages_follow_one_another_even_where_calls_began_at_one_moment(connection: Connection, owner: Client) -> None:
    now = timezone.now()
    Call.objects.all().delete()
    Call.objects.bulk_create(
        Call(
            connection=connection,
            external_id=str(number),
            direction="incoming",
            status="answered",
            started_at=now - timedelta(seconds=number // 40),
        )
        for number in range(120)
    )
    address, seen = "/telephony/calls/", []
    for _ in range(3):
        page = owner.get(address, headers={"hx-request": "true"}).content.decode()
        seen += re.findall(r"/admin/telephony/call/(\d+)/change/", page)
        more = re.search(r'hx-get="(/telephony/calls/\?after=[^"]+)"', page)
        address = more.group(1) if more else ""
    assert address == ""
    assert len(seen) == len(set(seen)) == 120


def test_the_number_of_queries_does_not_grow_with_the_rows(
    connection: Connection, owner: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(45):
        call = Call.objects.create(
            connection=connection,
            external_id=f"more-{number}",
            direction="incoming",
            status="answered",
            started_at=timezone.now(),
            contact=Contact.objects.create(name=f"Иван {number}"),
        )
        Recording.objects.create(call=call, state="stored", seconds=5)
    with django_assert_max_num_queries(22):
        owner.get("/telephony/calls/")


def test_no_cell_of_an_export_is_a_formula(company: dict[str, Call], owner: Client, exports_folder: Path) -> None:
    Call.objects.update(contact=Contact.objects.create(name='=HYPERLINK("http://evil";"x")'))
    exported = b"".join(owner.get("/telephony/calls/export.csv")).decode("utf-8-sig")
    row = list(csv.reader(io.StringIO(exported), delimiter=";"))[1]
    assert row[3] == '\'=HYPERLINK("http://evil";"x")'
    assert row[4] == f"+{CLIENT}"
    owner.post("/telephony/exports/", {"kind": "calls"})
    write_due()
    book = load_workbook(io.BytesIO(b"".join(owner.get(f"/telephony/exports/{Export.objects.get().pk}.xlsx"))))
    cells = [cell for cells in book.active.iter_rows(min_row=2) for cell in cells]  # type: ignore[union-attr]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert '=HYPERLINK("http://evil";"x")' in {cell.value for cell in cells}


def test_an_export_follows_the_filters(company: dict[str, Call], owner: Client) -> None:
    exported = b"".join(owner.get("/telephony/calls/export.csv?text=102")).decode("utf-8-sig")
    assert exported.count("\r\n") == 2
    assert owner.get("/telephony/calls/export.csv?direction=up").status_code == 302


def test_a_filter_is_saved_used_and_forgotten_by_its_owner_only(company: dict[str, Call], owner: Client) -> None:
    owner.post("/telephony/calls/filters/", {"name": "Пропущенные", "query": "outcome=missed&after=x&evil=1&text="})
    saved = SavedFilter.objects.get()
    assert saved.query == "outcome=missed"
    assert "Пропущенные" in owner.get("/telephony/calls/").content.decode()
    other = sign_in("boris", "Administrator")
    assert "Пропущенные" not in other.get("/telephony/calls/").content.decode()
    other.post(f"/telephony/calls/filters/{saved.pk}/delete")
    assert SavedFilter.objects.exists()
    owner.post("/telephony/calls/filters/", {"name": "Пропущенные", "query": "outcome=busy"})
    assert SavedFilter.objects.get().query == "outcome=busy"
    owner.post(f"/telephony/calls/filters/{saved.pk}/delete")
    assert not SavedFilter.objects.exists()


def test_there_is_an_end_to_saved_filters(
    company: dict[str, Call], owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telephony.call_log.saved_filters.MOST", 1)
    for name in ("Пропущенные", "Занято"):
        answer = owner.post("/telephony/calls/filters/", {"name": name, "query": "outcome=missed"}, follow=True)
    assert "You have 1 saved filters: delete one first." in answer.text
    assert SavedFilter.objects.get().name == "Пропущенные"


@pytest.mark.parametrize(("name", "query"), [("", "outcome=busy"), ("Пустой", "text="), ("x" * 61, "outcome=busy")])
def test_a_filter_without_name_or_filters_is_refused_with_a_reason(
    company: dict[str, Call], owner: Client, name: str, query: str
) -> None:
    answer = owner.post("/telephony/calls/filters/", {"name": name, "query": query}, follow=True)
    assert not SavedFilter.objects.exists()
    assert list(answer.context["messages"])


def test_nobody_is_shown_a_recording_that_one_may_not_hear(company: dict[str, Call], owner: Client) -> None:
    Recording.objects.update(state="stored", seconds=60)
    assert b"tel-play" in owner.get("/telephony/calls/").content
    group = Group.objects.get(name="Administrator")
    group.permissions.remove(*group.permissions.filter(codename__startswith="listen_"))
    assert b"tel-play" not in owner.get("/telephony/calls/").content
