"""The engine knows no vendor: a PBX of another kind, whose lists are plain text, plugs in with one class."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine

from telephony import vendors
from telephony.calls import reaper
from telephony.domain.events import CallStatus, Direction
from telephony.domain.hooks import ConnectionProfile
from telephony.domain.listed_call import PbxCall
from telephony.http import Request, Response
from telephony.models import Call
from telephony.reconcile import asking
from telephony.vendors import installed
from telephony.vendors.demo.vendor import Demo
from telephony.vendors.listing import AskFailed, AskProblem, CallInfo, DayList
from tests.callinfo.office import Office, open_office, told
from tests.servers import ROOT
from tests.telephony.messages import at, deliver, form

pytestmark = pytest.mark.django_db


class PaperInfo(CallInfo):
    """A call a line: id, number, Unix time, seconds."""

    def is_set_up(self, profile: ConnectionProfile) -> bool:
        return "api_url" in profile.settings

    def call_request(self, profile: ConnectionProfile, call_id: str) -> Request:
        return Request(url=str(profile.settings["api_url"]), query={"callid": call_id})

    def day_request(self, profile: ConnectionProfile, day: date) -> Request:
        return Request(url=str(profile.settings["api_url"]), query={"date": day.isoformat()})

    def read_call(self, response: Response, profile: ConnectionProfile, call_id: str) -> PbxCall | None:
        found = [call for call in self.read_day(response, profile).calls if call.call_id == call_id]
        return found[0] if found else None

    def read_day(self, response: Response, profile: ConnectionProfile) -> DayList:
        if not response.text.startswith("PAPER"):
            raise AskFailed(AskProblem.UNREADABLE)
        return DayList(calls=tuple(self._read(line) for line in response.text.splitlines()[1:]))

    def _read(self, line: str) -> PbxCall:
        call_id, number, time, seconds = line.split()
        return PbxCall(
            call_id=call_id,
            direction=Direction.INCOMING,
            status=CallStatus.ANSWERED if int(seconds) else CallStatus.NO_ANSWER,
            client_raw=number,
            started_at=datetime.fromtimestamp(int(time), UTC),
            talk_seconds=int(seconds),
        )


class Paper(Demo):
    slug = "paper"
    label = "Paper PBX"
    call_info = PaperInfo()


@pytest.fixture
def paper(db: None, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setitem(vendors.installed(), "paper", Paper())
    with open_office(vendor="paper") as office:
        yield office


def lists(office: Office, *lines: tuple[str, str, float, int]) -> None:
    rows = [f"{call_id} {number} {int(at(second).timestamp())} {talk}" for call_id, number, second, talk in lines]
    office.says = (200, "\n".join(["PAPER", *rows]).encode())


def test_its_day_is_pulled_matched_and_imported(paper: Office) -> None:
    deliver(paper.connection, form(event="ring", call_id="7", **{"from": "79201119613"}), 0)
    lists(paper, ("7", "79201119613", 0, 25), ("8", "79990000000", 60, 0))
    imported = paper.pull()
    assert (imported.created, imported.completed) == (1, 1)
    assert {told(call) for call in Call.objects.all()} == {("7", "answered", 25), ("8", "no_answer", 0)}
    again = paper.pull()
    assert (again.created, again.completed) == (0, 0)


def test_its_calls_without_an_end_are_asked_about(paper: Office, clock: time_machine.Traveller) -> None:
    deliver(paper.connection, form(event="ring", call_id="7", **{"from": "79201119613"}), 0)
    reaper.reap_calls()
    lists(paper, ("7", "79201119613", 0, 25))
    clock.move_to(at(3700))
    asking.ask_due()
    assert told(Call.objects.get()) == ("7", "answered", 25)


def test_outside_the_vendors_folders_no_vendor_is_named() -> None:
    engine = [*(ROOT / "telephony" / "reconcile").glob("*.py"), *_pages()]
    assert len(engine) > 10
    named = re.compile("|".join(installed()), re.IGNORECASE)
    assert [path.name for path in engine if named.search(_code(path))] == []


def _pages() -> list[Path]:
    return [
        *(ROOT / "telephony" / "templates" / "telephony" / "desk").glob("reconcile*.html"),
        ROOT / "telephony" / "domain" / "listed_call.py",
        ROOT / "telephony" / "models" / "call_info.py",
        ROOT / "telephony" / "management" / "commands" / "pull_calls.py",
    ]


def _code(path: Path) -> str:
    return path.read_text()
