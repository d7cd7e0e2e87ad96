"""Messages that name no call find theirs: Mobilon's template rings, and XVB's COMPLETED without callid."""

from __future__ import annotations

from typing import Any

import pytest

from telephony.models import Call, CallEvent, Connection
from telephony.privacy.user_keys import make_hash
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import CLIENT, Message, at, deliver, form, mobilon_rings, only_call, xvb

pytestmark = pytest.mark.django_db


@pytest.fixture
def mobilon(db: None) -> Connection:
    connection: Connection = ConnectionFactory.create(vendor="mobilon")
    return connection


@pytest.fixture
def xvb_office(db: None) -> Connection:
    connection: Connection = ConnectionFactory.create(vendor="xvb", settings={"access_code": "10019"})
    return connection


def state(second: str, call_state: str, **fields: str) -> Message:
    """A JSON event of Mobilon."""
    told = {"uuid": "u1", "state": call_state, "direction": "incoming", "from": CLIENT, "to": "74951234567"}
    return form(**{**told, "time": str(int(at(float(second)).timestamp())), **fields})


def statuses() -> list[tuple[str, str, str]]:
    rows = Call.objects.order_by("started_at", "id").values_list("external_id", "status", "flag")
    return [(external_id.partition("-")[0], status, flag) for external_id, status, flag in rows]


class TestTemplateRings:
    def test_a_ring_repeated_within_two_minutes_is_the_same_ring(self, mobilon: Connection) -> None:
        for second in (0, 1, 60, 120):
            deliver(mobilon, mobilon_rings("K1"), second)
        call = only_call()
        assert (call.status, call.started_at, call.client_e164) == ("ringing", at(0), "+" + CLIENT)
        assert call.external_id.startswith("anonymous-")
        assert CallEvent.objects.count() == call.legs.count() == 1

    def test_a_ring_after_two_minutes_is_a_new_call(self, mobilon: Connection) -> None:
        deliver(mobilon, mobilon_rings("K1"), 0)
        deliver(mobilon, mobilon_rings("K1"), 121)
        assert Call.objects.count() == 2

    def test_a_group_that_rings_is_one_call_with_several_legs(self, mobilon: Connection) -> None:
        for second, key in enumerate(("K1", "K2", "K3", "K1")):
            deliver(mobilon, mobilon_rings(key), second)
        assert list(only_call().legs.values_list("key_hash", flat=True)) == [
            make_hash(key) for key in ("K1", "K2", "K3")
        ]

    def test_other_spellings_of_the_number_are_the_same_number(self, mobilon: Connection) -> None:
        deliver(mobilon, mobilon_rings("K1", "79201119613"), 0)
        deliver(mobilon, mobilon_rings("K2", "8 (920) 111-96-13"), 1)
        assert only_call().legs.count() == 2

    def test_two_numbers_are_two_calls(self, mobilon: Connection) -> None:
        deliver(mobilon, mobilon_rings("K1"), 0)
        deliver(mobilon, mobilon_rings("K1", "79201119614"), 0)
        assert Call.objects.count() == 2

    def test_two_connections_are_two_calls(self, mobilon: Connection) -> None:
        deliver(mobilon, mobilon_rings("K1"), 0)
        deliver(ConnectionFactory.create(vendor="mobilon"), mobilon_rings("K1"), 0)
        assert Call.objects.count() == 2

    def test_callers_without_a_number_are_not_taken_for_one_another(self, mobilon: Connection) -> None:
        deliver(mobilon, mobilon_rings("K1", "anonymous"), 0)
        deliver(mobilon, mobilon_rings("K2", "anonymous"), 1)
        deliver(mobilon, mobilon_rings("K2", "anonymous"), 2)
        assert Call.objects.count() == 2
        assert set(Call.objects.values_list("client_raw", flat=True)) == {""}

    def test_of_two_calls_the_nearest_in_time_is_meant(self, mobilon: Connection) -> None:
        deliver(mobilon, mobilon_rings("K1"), 0)
        deliver(mobilon, mobilon_rings("K1"), 200)
        deliver(mobilon, mobilon_rings("K2"), 105)
        assert Call.objects.get(started_at=at(105)).legs.count() == 2

    def test_an_event_with_an_id_takes_over_the_call_that_a_ring_began(self, mobilon: Connection) -> None:
        deliver(mobilon, mobilon_rings("K1"), 1)
        deliver(mobilon, state("0", "START"), 2)
        deliver(mobilon, state("9", "HANGUP"), 9)
        assert statuses() == [("u1", "no_answer", "")]
        assert only_call().legs.get().key_hash == make_hash("K1")

    def test_of_two_calls_that_rings_began_none_is_taken_over(self, mobilon: Connection) -> None:
        deliver(mobilon, mobilon_rings("K1"), 0)
        deliver(mobilon, mobilon_rings("K1"), 121)
        deliver(mobilon, state("110", "START"), 122)
        assert Call.objects.count() == 3


class TestEndWithoutCallId:
    def test_ends_the_only_open_call_of_its_number(self, xvb_office: Connection) -> None:
        deliver(xvb_office, xvb("INCOMING", "1", type="in"), 0)
        deliver(xvb_office, xvb("INCOMING", "2", type="in", phone="79990000000"), 1)
        deliver(xvb_office, xvb("COMPLETED", status="Success", duration="20"), 30)
        assert statuses() == [("1", "answered", ""), ("2", "ringing", "")]
        assert Call.objects.get(external_id="1").talk_seconds == 20

    def test_is_a_call_of_its_own_with_a_remark_if_several_are_open(self, xvb_office: Connection) -> None:
        for number in ("1", "2"):
            deliver(xvb_office, xvb("INCOMING", number, type="in"), int(number))
        deliver(xvb_office, xvb("COMPLETED", status="missed"), 30)
        assert statuses() == [("1", "ringing", ""), ("2", "ringing", ""), ("anonymous", "no_answer", "several_open")]

    def test_is_a_call_of_its_own_with_a_remark_if_none_is_open(self, xvb_office: Connection) -> None:
        deliver(xvb_office, xvb("INCOMING", "1", type="in"), 0)
        deliver(xvb_office, xvb("COMPLETED", "1", status="busy"), 5)
        deliver(xvb_office, xvb("COMPLETED", status="Success", duration="20"), 30)
        assert statuses() == [("1", "busy", ""), ("anonymous", "answered", "no_start_seen")]
        assert Call.objects.get(flag="no_start_seen").started_at == at(10)

    def test_does_not_end_a_call_that_was_open_hours_ago(self, xvb_office: Connection) -> None:
        deliver(xvb_office, xvb("INCOMING", "1", type="in"), 0)
        deliver(xvb_office, xvb("COMPLETED", status="missed"), 4 * 3600 + 1)
        assert statuses() == [("1", "ringing", ""), ("anonymous", "no_answer", "no_start_seen")]

    def test_repeated_word_for_word_is_one_end(self, xvb_office: Connection) -> None:
        end = xvb("COMPLETED", status="Success", duration="20")
        for second in (30, 31, 149):
            deliver(xvb_office, end, second)
        assert statuses() == [("anonymous", "answered", "no_start_seen")]
        assert (only_call().ended_at, CallEvent.objects.count()) == (at(30), 1)
        deliver(xvb_office, end, 151)
        assert Call.objects.count() == 2

    def test_repeated_does_not_end_the_next_call(self, xvb_office: Connection) -> None:
        end = xvb("COMPLETED", status="missed")
        deliver(xvb_office, xvb("INCOMING", "1", type="in"), 0)
        deliver(xvb_office, end, 10)
        deliver(xvb_office, xvb("INCOMING", "2", type="in"), 11)
        deliver(xvb_office, end, 12)
        assert statuses() == [("1", "no_answer", ""), ("2", "ringing", "")]

    def test_that_overtook_its_start_is_joined_with_it(self, xvb_office: Connection) -> None:
        deliver(xvb_office, xvb("COMPLETED", status="missed", type="in"), 30)
        deliver(xvb_office, xvb("INCOMING", "1", type="in"), 31)
        assert statuses() == [("1", "no_answer", "")]
        deliver(xvb_office, xvb("ANSWERED", "1", ext="101"), 32)
        assert statuses() == [("1", "answered", "")]

    def test_long_before_a_start_is_not_that_calls(self, xvb_office: Connection) -> None:
        deliver(xvb_office, xvb("COMPLETED", status="missed"), 30)
        deliver(xvb_office, xvb("INCOMING", "1", type="in"), 46)
        assert statuses() == [("anonymous", "no_answer", "no_start_seen"), ("1", "ringing", "")]

    def test_with_an_id_adopts_nothing(self, xvb_office: Connection) -> None:
        deliver(xvb_office, xvb("COMPLETED", status="missed"), 30)
        deliver(xvb_office, xvb("COMPLETED", "1", status="missed"), 31)
        assert Call.objects.count() == 2

    def test_of_nobody_is_not_joined_with_nobody(self, xvb_office: Connection) -> None:
        deliver(xvb_office, xvb("COMPLETED", status="missed"), 30)
        deliver(xvb_office, xvb("INCOMING", "1", type="in", phone="anonymous"), 31)
        assert Call.objects.count() == 2


def test_a_call_keeps_its_given_id_even_if_the_event_that_gave_it_tells_nothing_new(xvb_office: Connection) -> None:
    """An anonymous end and the recording's or a second word of the same start."""
    deliver(xvb_office, xvb("COMPLETED", status="missed", type="in"), 30)
    call: Any = only_call()
    deliver(xvb_office, xvb("ANSWERED", "1"), 30)
    call.refresh_from_db()
    assert (call.external_id, call.flag) == ("1", "")
