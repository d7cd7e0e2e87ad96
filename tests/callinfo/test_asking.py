"""A call whose outcome no message told is asked about, with growing pauses, until the PBX knows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from telephony.calls import reaper
from telephony.models import Call, CallQuery, Connection, PbxDay
from telephony.reconcile import asking
from telephony.reconcile.words import reason_text
from tests.callinfo.office import TOKEN, Office, calls, told
from tests.telephony.messages import at, only_call

pytestmark = pytest.mark.django_db
DAY_IN_SECONDS = 24 * 3600


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Here it goes as the test says."""
    with time_machine.travel(at(0), tick=False) as traveller:
        yield traveller


def ask(clock: time_machine.Traveller, second: float) -> None:
    clock.move_to(at(second))
    asking.ask_due()


def query() -> CallQuery:
    return CallQuery.objects.get()


class TestTemplateRings:
    def test_is_asked_after_growing_pauses_until_the_call_is_listed(
        self, office: Office, clock: time_machine.Traveller
    ) -> None:
        office.rings(0)
        asked: list[int] = []
        for second in range(0, 1300, 5):
            if second == 1000:
                office.lists(-2, "ANSWERED", duration=900, call_id="170.001")
            before = len(office.asked)
            ask(clock, second)
            asked += [second] * (len(office.asked) - before)
        assert asked == [20, 60, 150, 330, 630, 1230]
        assert told(only_call()) == ("170.001", "answered", 900)
        assert (query().state, query().next_try_at, query().reason) == ("done", None, "")

    def test_one_list_serves_all_calls_that_wait(self, office: Office, clock: time_machine.Traveller) -> None:
        for number in range(5):
            office.rings(number, number=f"7999000000{number}")
            office.lists(number, of=f"7999000000{number}")
        ask(clock, 25)
        assert len(office.asked) == 1
        assert [status for status, _, _ in calls()] == ["no_answer"] * 5
        assert set(CallQuery.objects.values_list("state", flat=True)) == {"done"}

    def test_no_list_is_asked_for_again_within_seconds(self, office: Office, clock: time_machine.Traveller) -> None:
        office.rings(0, number="79990000001")
        ask(clock, 20)
        clock.move_to(at(5))
        office.rings(5, number="79990000002")
        ask(clock, 26)
        assert len(office.asked) == 1
        waiting = CallQuery.objects.get(call__client_raw="79990000002")
        assert (waiting.attempts, waiting.next_try_at) == (0, at(35))
        ask(clock, 35)
        assert len(office.asked) == 2

    def test_it_creates_no_call_that_nobody_waits_for(self, office: Office, clock: time_machine.Traveller) -> None:
        office.rings(0)
        office.lists(0)
        office.lists(-600, of="79990000002")
        office.lists(-900)
        ask(clock, 20)
        assert len(calls()) == 1
        assert PbxDay.objects.get().next_try_at is not None  # The schedule's own pull brings the other one.

    def test_a_call_after_midnight_may_stand_in_the_list_of_the_day_before(
        self, office: Office, clock: time_machine.Traveller
    ) -> None:
        midnight = 11 * 3600
        clock.move_to(at(midnight + 2))
        office.rings(midnight + 2)
        office.lists(midnight - 3)
        ask(clock, midnight + 22)
        assert {one["date"] for one in office.asked} == {"2024-01-29", "2024-01-30"}
        assert query().state == "done"

    def test_a_call_that_could_be_two_of_the_list_waits(self, office: Office, clock: time_machine.Traveller) -> None:
        office.rings(4)
        office.lists(0)
        office.lists(6, "BUSY")
        ask(clock, 24)
        assert (only_call().status, query().state) == ("ringing", "waiting")

    def test_after_a_day_it_is_given_up_with_the_reason(self, office: Office, clock: time_machine.Traveller) -> None:
        office.rings(0)
        for second in range(0, 2 * DAY_IN_SECONDS, 600):
            ask(clock, second)
        assert (query().state, query().attempts) == ("given_up", asking.QUEUE.pauses.max_attempts)
        assert reason_text(query().reason) == "The PBX does not list this call yet."
        assert only_call().status == "ringing"

    def test_the_reaper_s_guess_gives_way_to_the_list(self, office: Office, clock: time_machine.Traveller) -> None:
        office.rings(0)
        clock.move_to(at(200))
        reaper.reap_calls()
        assert only_call().status == "unknown"
        office.lists(0, "ANSWERED", duration=300)
        ask(clock, 600)
        assert told(only_call())[1:] == ("answered", 300)


class TestCallsWithAnId:
    @pytest.fixture
    def reaped(self, office: Office, clock: time_machine.Traveller) -> Call:
        """A call whose end never came."""
        office.tells(0, "START")
        clock.move_to(at(200))
        reaper.reap_calls()
        return only_call()

    def test_is_asked_by_it_when_its_end_never_came(
        self, office: Office, clock: time_machine.Traveller, reaped: Call
    ) -> None:
        office.lists(0, "ANSWERED", duration=16, call_id="170.001")
        ask(clock, 230)
        assert office.asked == [{"callid": "170.001", "token": TOKEN}]
        assert told(only_call()) == ("170.001", "answered", 16)
        assert query().state == "done"

    @pytest.mark.parametrize(("row", "reason"), [(None, "not_there"), ("RINGING", "going_on")])
    def test_is_asked_again_while_the_pbx_does_not_know(
        self, office: Office, clock: time_machine.Traveller, reaped: Call, row: str | None, reason: str
    ) -> None:
        if row:
            office.lists(0, row, callid="170.001")
        ask(clock, 230)
        assert (query().state, query().attempts, query().reason) == ("waiting", 1, reason)
        assert query().next_try_at == at(270)

    def test_what_the_pbx_says_against_it_is_noted(
        self, office: Office, clock: time_machine.Traveller, reaped: Call
    ) -> None:
        office.says = (200, b'{"result": "FAIL", "message": "Wrong token"}')
        ask(clock, 230)
        assert (query().reason, query().detail) == ("refused", "Wrong token")

    def test_is_not_asked_if_the_end_comes_meanwhile(
        self, office: Office, clock: time_machine.Traveller, reaped: Call
    ) -> None:
        office.tells(210, "HANGUP")
        ask(clock, 230)
        assert (office.asked, query().state) == ([], "done")

    def test_is_asked_again_if_somebody_is_working_on_the_call(
        self, office: Office, clock: time_machine.Traveller, reaped: Call, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from telephony.domain.exceptions import CallBusy

        def busy(**_: object) -> None:
            raise CallBusy("Somebody else.")

        office.lists(0, "BUSY", callid="170.001")
        monkeypatch.setattr(asking.locks, "take", busy)
        ask(clock, 230)
        assert (query().state, only_call().status) == ("waiting", "unknown")


class TestTroubles:
    @pytest.mark.parametrize(
        ("says", "sentence"),
        [
            ((200, b"<html></html>"), "A web page came instead of a list of calls."),
            ((502, b""), "The PBX answered with an error."),
            ((200, f'{{"result": "FAIL", "message": "No {TOKEN}"}}'.encode()), "It said: “No [hidden]”"),
        ],
    )
    def test_is_noted_in_words_without_secrets(
        self, office: Office, clock: time_machine.Traveller, says: tuple[int, bytes], sentence: str
    ) -> None:
        office.rings(0)
        office.says = says
        ask(clock, 20)
        day = PbxDay.objects.get()
        for row in (query(), day):
            assert sentence in reason_text(row.reason, row.detail)
            assert TOKEN not in row.detail
        assert (query().attempts, day.state, day.failures) == (1, "failed", 1)
        office.says = None
        office.lists(0)
        ask(clock, 60)
        assert (query().state, PbxDay.objects.get().state) == ("done", "pulled")

    def test_of_a_pbx_that_is_not_there_one_call_is_asked_and_the_others_wait(
        self, office: Office, clock: time_machine.Traveller
    ) -> None:
        for number in range(3):
            office.tells(number, "START", f"170.00{number}")
        clock.move_to(at(200))
        reaper.reap_calls()
        settings = {**office.connection.settings, "api_url": "http://127.0.0.1:1/api/call/"}
        Connection.objects.update(settings=settings)
        ask(clock, 230)
        assert set(CallQuery.objects.values_list("state", "attempts", "reason")) == {("waiting", 1, "connect")}

    def test_without_a_token_it_is_given_up(self, office: Office, clock: time_machine.Traveller) -> None:
        office.rings(0)
        Connection.objects.update(settings={})
        ask(clock, 20)
        assert (query().state, query().reason) == ("given_up", "not_set_up")

    def test_what_is_switched_off_is_not_asked(self, office: Office, clock: time_machine.Traveller) -> None:
        office.rings(0)
        Connection.objects.update(enabled=False)
        ask(clock, 20)
        assert (office.asked, query().state) == ([], "waiting")

    def test_a_worker_that_was_killed_while_asking_loses_nothing(
        self, office: Office, clock: time_machine.Traveller
    ) -> None:
        office.rings(0)
        office.lists(0)
        clock.move_to(at(20))
        assert len(asking.QUEUE.claim_alike("connection_id", limit=asking.BATCH)) == 1
        ask(clock, 30)
        assert query().state == "waiting"
        ask(clock, 20 + asking.QUEUE.lease.total_seconds())
        assert query().state == "done"
