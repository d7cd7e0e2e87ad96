"""`manage.py pull_calls`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from telephony.models import Call, Connection, PbxDay, PbxRow
from tests.callinfo.office import TOKEN, Office
from tests.telephony.messages import CLIENT

pytestmark = pytest.mark.django_db


def pull(capsys: pytest.CaptureFixture[str], office: Office, *arguments: str) -> list[dict[str, Any]]:
    call_command("pull_calls", str(office.connection.pk), *arguments, "--json")
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture
def listed(office: Office) -> Office:
    """A call that is missing here, one that is completed, and one that only we know."""
    office.lists(0)
    office.tells(600, "START", "170.002", from_="79990000002")
    office.lists(600, "ANSWERED", of="79990000002", duration=5, callid="170.002")
    office.tells(1200, "HANGUP", "170.003", from_="79990000003")
    return office


def test_it_imports_today_and_says_how_many(listed: Office, capsys: pytest.CaptureFixture[str]) -> None:
    (told,) = pull(capsys, listed)
    assert (told["day"], told["created"], told["completed"]) == ("2024-01-29", 1, 1)
    assert (told["both"], told["here_only"], told["pbx_only"], told["unread"]) == (2, 1, 0, 0)
    assert Call.objects.count() == 3
    (again,) = pull(capsys, listed)
    assert (again["created"], again["completed"]) == (0, 0)


def test_a_dry_run_says_the_same_and_changes_nothing(listed: Office, capsys: pytest.CaptureFixture[str]) -> None:
    (told,) = pull(capsys, listed, "--dry-run")
    assert (told["created"], told["completed"], told["here_only"]) == (1, 1, 1)
    assert (Call.objects.count(), PbxDay.objects.count(), PbxRow.objects.count()) == (2, 0, 0)
    call_command("pull_calls", str(listed.connection.pk), "--dry-run")
    assert "1 calls would be created, 1 would be completed" in capsys.readouterr().out


def test_a_person_reads_a_line_a_day(listed: Office, capsys: pytest.CaptureFixture[str]) -> None:
    listed.rows.append({"status": "BUSY", "from": CLIENT, "to": "1", "time": "2024-01-29 nonsense"})
    call_command("pull_calls", str(listed.connection.pk))
    line = capsys.readouterr().out
    assert line.startswith("2024-01-29  1 calls created, 1 completed, 2 in both, 0 differ, 1 only here")
    assert "1 rows unreadable" in line


def test_a_day_or_the_last_days_can_be_chosen(listed: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert [told["day"] for told in pull(capsys, listed, "--days", "2")] == ["2024-01-28", "2024-01-29"]
    assert [told["day"] for told in pull(capsys, listed, "--day", "2024-01-05")] == ["2024-01-05"]


@pytest.mark.parametrize("arguments", [[], ["--dry-run"]])
def test_a_list_that_did_not_come_is_said_in_words(
    office: Office, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    office.says = (200, f'{{"result": "FAIL", "message": "Wrong token {TOKEN}"}}'.encode())
    with pytest.raises(CommandError, match="The list did not come"):
        call_command("pull_calls", str(office.connection.pk), *arguments)
    assert "Check the account's token in the connection's settings. It said: “Wrong token [hidden]”" in (
        capsys.readouterr().out
    )
    with pytest.raises(CommandError, match="2 of the lists"):
        call_command("pull_calls", str(office.connection.pk), "--days", "2", *arguments)


def test_what_it_can_not_do_is_said(office: Office, connection: Connection) -> None:
    for arguments, error in [
        (["99"], "There is no connection 99"),
        ([str(connection.pk)], "Sipuni can't be asked"),
        ([str(office.connection.pk), "--day", "yesterday"], "--day yesterday: write a day like"),
        ([str(office.connection.pk), "--days", "0"], "--days: from 1 to"),
    ]:
        with pytest.raises(CommandError, match=error):
            call_command("pull_calls", *arguments)


def test_without_a_token_it_says_so(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    Connection.objects.update(settings={})
    with pytest.raises(CommandError):
        call_command("pull_calls", str(office.connection.pk))
    assert "something is missing in the connection's settings" in capsys.readouterr().out
