"""The reconcile page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from telephony.models import Call, PbxDay, PbxRow
from telephony.reconcile import pulling
from tests.callinfo.office import DAY, Office, open_office
from tests.callinfo.pages import address, page

pytestmark = pytest.mark.django_db


def test_it_shows_what_is_not_the_same_and_counts_all(admin: Client, pulled: Office) -> None:
    text = page(admin, pulled)
    for number, is_shown in (("1", True), ("2", True), ("3", True), ("4", False), ("5", True)):
        assert (f"+7 999 000-00-0{number}" in text) is is_shown
    shown = admin.get(address(pulled)).context["shown"]
    counts = {str(tile["standing"]): tile["count"] for tile in shown["tiles"]}
    assert counts == {"pbx_only": 1, "different": 1, "unclear": 2, "here_only": 1, "going_on": 0, "both": 1}
    assert sum(part.width for part in shown["bar"]) == 1000
    assert "Import all 2 calls" in text
    assert "1:05" in text


def test_a_call_that_is_newer_than_the_list_is_not_called_missing(admin: Client, pulled: Office) -> None:
    call = Call.objects.get(external_id="170.003")
    Call.objects.filter(pk=call.pk).update(ended_at=call.started_at + timedelta(seconds=40))

    def standing_of(pulled_after: int) -> set[str]:
        PbxDay.objects.update(pulled_at=call.started_at + timedelta(seconds=pulled_after))
        tiles = admin.get(address(pulled)).context["shown"]["tiles"]
        return {str(tile["standing"]) for tile in tiles if tile["count"]} & {"here_only", "going_on"}

    assert standing_of(30) == {"going_on"}
    assert standing_of(90) == {"going_on"}, "it may have been over for too short a time"
    assert standing_of(110) == {"here_only"}


def test_a_standing_can_be_chosen(admin: Client, pulled: Office) -> None:
    text = page(admin, pulled, show="both")
    assert "+7 999 000-00-04" in text
    assert "+7 999 000-00-01" not in text
    assert "+7 999 000-00-01" in page(admin, pulled, show="nonsense")
    Call.objects.filter(external_id="170.003").delete()
    assert "There is no such call on this day." in page(admin, pulled, show="here_only")


def test_import_all_brings_what_is_clear(admin: Client, pulled: Office) -> None:
    response = admin.post(address(pulled, "import"), {"day": "2024-01-29", "all": "1"}, follow=True)
    assert "2 calls are being imported." in response.content.decode()
    assert "Importing, 2 calls left…" in page(admin, pulled)
    assert 'hx-trigger="every 2s"' in page(admin, pulled)
    pulling.import_wanted()
    text = page(admin, pulled)
    assert 'hx-trigger="every 2s"' not in text
    assert "1 call is here only because it was imported" in text
    assert Call.objects.get(external_id="170.001").talk_seconds == 65
    assert Call.objects.get(external_id="170.002").status == "busy"
    response = admin.post(address(pulled, "import"), {"day": "2024-01-29", "all": "1"}, follow=True)
    assert "There is nothing left to import." in response.content.decode()


def test_import_chosen_brings_these_and_no_others(admin: Client, pulled: Office) -> None:
    row = PbxRow.objects.get(client_match="9990000001")
    chosen = {"day": "2024-01-29", "row": [str(row.pk), "x", "9" * 30]}
    response = admin.post(address(pulled, "import"), chosen, follow=True)
    assert "1 call is being imported." in response.content.decode()
    pulling.import_wanted()
    assert Call.objects.filter(external_id="170.001").exists()
    assert Call.objects.get(external_id="170.002").status == "ringing"


def test_import_of_nothing_says_what_to_do(admin: Client, pulled: Office) -> None:
    response = admin.post(address(pulled, "import"), {"day": "2024-01-29"}, follow=True)
    assert "Tick the calls" in response.content.decode()


def test_rows_of_another_connection_are_not_imported(admin: Client, pulled: Office) -> None:
    with open_office() as other:
        PbxDay.objects.create(connection=other.connection, day=DAY)
        row = PbxRow.objects.get(client_match="9990000001")
        admin.post(address(other, "import"), {"day": "2024-01-29", "row": [str(row.pk)]})
    assert not PbxRow.objects.filter(is_wanted=True).exists()


def test_pull_now_asks_a_worker_and_imports_nothing(admin: Client, office: Office, clock: Any) -> None:
    office.lists(0)
    assert "This day's list was not pulled yet" in page(admin, office)
    admin.post(address(office, "pull"), {"day": "2024-01-29"})
    assert "About to pull the list…" in page(admin, office)
    clock.shift(30)
    text = page(admin, office)
    assert "Waiting for a worker…" in text
    assert "celery --app config.celery worker --beat" in text
    pulling.pull_due()
    text = page(admin, office)
    assert "pulled just now" in text
    assert "Import 1 call" in text
    assert Call.objects.count() == 0
    clock.shift(600)
    assert "pulled 10" in page(admin, office)


def test_a_list_that_is_being_pulled_says_so(admin: Client, office: Office) -> None:
    day = pulling.request(connection=office.connection, day=DAY)
    PbxDay.objects.update(asked_at=day.requested_at)
    assert "Pulling the list…" in page(admin, office)


def test_a_pull_that_failed_says_what_to_do(admin: Client, office: Office) -> None:
    office.says = (200, b"<html></html>")
    pulling.request(connection=office.connection, day=DAY)
    pulling.pull_due()
    text = page(admin, office)
    assert "A web page came instead of a list of calls." in text
    assert f"/connection/{office.connection.pk}/change/" in text


def test_empty_days_say_so(admin: Client, office: Office) -> None:
    pulling.request(connection=office.connection, day=DAY)
    pulling.pull_due()
    assert "No calls on this day, neither at the PBX nor here" in page(admin, office)


def test_a_day_on_which_all_is_well_says_so(admin: Client, pulled: Office) -> None:
    Call.objects.exclude(external_id="170.004").delete()
    PbxRow.objects.exclude(client_match="9990000004").delete()
    assert "The only call of this day is the same in both places." in page(admin, pulled)


def test_what_an_import_would_not_change_can_not_be_ticked(admin: Client, office: Office) -> None:
    office.tells(5, "ANSWER", to="101")
    office.tells(25, "HANGUP", callstatus="ANSWER", duration="20")
    office.lists(0, "NOANSWER", callid="170.001")
    office.pull()
    text = page(admin, office)
    assert "stays: the PBX&#x27;s messages said otherwise" in text or "stays: the PBX's messages said otherwise" in text
    assert 'name="row"' not in text


@pytest.mark.parametrize(("asked", "shown"), [("", DAY), ("nonsense", DAY), ("2024-13-40", DAY), ("2030-01-01", DAY)])
def test_nonsense_for_a_day_is_today(admin: Client, office: Office, asked: str, shown: Any) -> None:
    assert admin.get(address(office), {"day": asked}).context["shown"]["day"] == shown


def test_an_old_day_stands_among_its_neighbours(admin: Client, office: Office) -> None:
    shown = admin.get(address(office), {"day": "2023-05-05"}).context["shown"]
    assert shown["after"].isoformat() == "2023-05-06"
    assert [one["day"].isoformat() for one in shown["days"] if one["is_chosen"]] == ["2023-05-05"]


def test_long_days_have_pages(admin: Client, office: Office) -> None:
    for number in range(60):
        office.lists(number * 20, of=f"799900001{number:02}")
    pulling.request(connection=office.connection, day=DAY)
    pulling.pull_due()
    assert "page 1 of 2" in page(admin, office)
    assert "page 2 of 2" in page(admin, office, page="2")
