"""`manage.py restored`: what people read of it."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from telephony.models import Call, Connection, PbxDay
from tests.callinfo.office import Office

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_storage")]


def test_a_person_reads_which_calls_came_after_the_backup_and_who_can_not_be_asked(
    office: Office, connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    office.lists(0)
    office.tells(600, "START", "170.002", from_="79990000002")
    office.lists(600, "ANSWERED", of="79990000002", duration=5, callid="170.002")
    call_command("restored", "--since", "2024-01-29")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("The newest message that is stored: 2024-01-29T")
    assert lines[1] == "Spool: 0 files, 0 bytes, 0 damaged."
    assert lines[2] == "Recordings: 0 files are missing, 0 belong to no recording."
    pk = office.connection.pk
    assert f"1 calls are only at the PBX, 1 incomplete here (manage.py pull_calls {pk} brings them)." in lines[3]
    assert "+79990000002  170.002" in lines[5]
    assert lines[-1] == "  not told: its PBX has no list of calls that can be asked for"
    assert (Call.objects.count(), PbxDay.objects.count()) == (1, 0)


def test_a_list_that_does_not_come_is_named(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.says = (500, b"")
    call_command("restored", "--since", "2024-01-28")
    assert [line[:24] for line in capsys.readouterr().out.splitlines()[-2:]] == [
        "  not told: 2024-01-28: ",
        "  not told: 2024-01-29: ",
    ]


def test_a_day_is_a_day() -> None:
    with pytest.raises(CommandError, match="write a day like"):
        call_command("restored", "--since", "yesterday")
