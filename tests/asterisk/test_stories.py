"""Real SIP calls through a real Asterisk and the agent into the product: each ends in the right call."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.asterisk import stories
from tests.asterisk.office import Office
from tests.asterisk.phones import answering, busy, ringing
from tests.asterisk.running import Asterisk
from tests.dialing.playing import wait_until

pytestmark = [pytest.mark.proof, pytest.mark.postgresql]

CLIENT = "+79161234567"


@pytest.fixture(scope="module")
def running_office(new_office: Callable[..., Office]) -> Office:
    return new_office(threads=4)


@pytest.fixture
def office(running_office: Office, asterisk: Asterisk) -> Office:
    assert not asterisk.has_phones()
    running_office.forget()
    return running_office


class TestIncoming:
    def test_answered(self, office: Office, asterisk: Asterisk, tone: Path) -> None:
        assert stories.answered(asterisk, tone).wait() == 0
        [call] = office.calls()
        assert (call.direction, call.status, call.client) == ("incoming", "answered", CLIENT)
        assert call.our_number.endswith("4951234567")
        assert call.legs == [["101", "anna", "answered"]]
        assert call.responsible == "anna"
        assert call.talk in (1, 2, 3)
        assert call.cards == ["anna"]

    def test_its_recording_is_stored(self, office: Office, asterisk: Asterisk, tone: Path) -> None:
        assert stories.answered(asterisk, tone).wait() == 0
        [call] = office.calls()
        size = (asterisk.recordings / f"{call.id}.wav").stat().st_size

        def is_stored() -> bool:
            office.fetch_recordings()
            [call] = office.calls()
            return call.recordings == [["stored", size]]

        wait_until(is_stored, seconds=40)

    def test_missed(self, office: Office, asterisk: Asterisk) -> None:
        stories.missed(asterisk).wait()
        [call] = office.calls()
        assert (call.direction, call.status) == ("incoming", "no_answer")
        assert call.legs == [["101", "anna", "no_answer"]]
        assert call.cards == ["anna"]
        assert call.recordings == []  # Its file is a header without sound.

    def test_given_up(self, office: Office, asterisk: Asterisk) -> None:
        stories.given_up(asterisk).wait()
        [call] = office.calls()
        assert (call.direction, call.status) == ("incoming", "cancelled")
        assert [leg[:2] for leg in call.legs] == [["101", "anna"]]
        assert call.recordings == []

    def test_busy(self, office: Office, asterisk: Asterisk) -> None:
        stories.refused_as_busy(asterisk).wait()
        [call] = office.calls()
        assert (call.direction, call.status) == ("incoming", "busy")
        assert call.legs == [["101", "anna", "busy"]]

    def test_a_queue_of_three(self, office: Office, asterisk: Asterisk) -> None:
        assert stories.queued(asterisk).wait() == 0
        [call] = office.calls()
        assert (call.status, call.responsible) == ("answered", "boris")
        assert sorted(leg[0] for leg in call.legs) == ["101", "102", "103"]
        assert [leg[:2] for leg in call.legs if leg[2] == "answered"] == [["102", "boris"]]
        assert call.cards == ["anna", "boris", "vera"]

    def test_two_of_one_client_at_once(self, office: Office, asterisk: Asterisk) -> None:
        assert [call.wait() for call in stories.at_the_same_time(asterisk)] == [0, 0]
        calls = office.calls(count=2)
        assert {call.client for call in calls} == {CLIENT}
        assert sorted(call.legs for call in calls) == [[["101", "anna", "answered"]], [["102", "boris", "answered"]]]

    def test_fifty_clients_at_once(self, office: Office, asterisk: Asterisk) -> None:
        clients = [f"7916123{number:04}" for number in range(50)]
        assert stories.of_many_clients(asterisk, clients).wait(60) == 0
        calls = office.calls(count=50)
        assert sorted(call.client for call in calls) == [f"+{client}" for client in clients]
        assert {call.status for call in calls} == {"answered"}
        assert [call.legs for call in calls] == [[["101", "anna", "answered"]]] * 50


class TestHandedOn:
    def test_blindly(self, office: Office, asterisk: Asterisk, tone: Path) -> None:
        assert stories.handed_on_blindly(asterisk, tone).wait() == 0
        [call] = office.calls()
        assert (call.status, call.client) == ("answered", CLIENT)
        assert call.our_number.endswith("4951234567")
        assert call.legs == [["101", "anna", "answered"], ["102", "boris", "answered"]]
        assert call.cards == ["anna", "boris"]

    def test_after_asking(self, office: Office, asterisk: Asterisk, tone: Path) -> None:
        assert stories.handed_on_after_asking(asterisk, tone).wait() == 0
        [call] = office.calls()
        assert (call.status, call.client) == ("answered", CLIENT)
        assert call.legs == [["101", "anna", "answered"], ["102", "boris", "answered"]]

    def test_after_asking_on_a_second_line(self, office: Office, asterisk: Asterisk, tone: Path) -> None:
        assert stories.handed_on_by_a_desk_phone(asterisk, tone).wait() == 0
        [call, asked] = office.calls(count=2)
        assert (call.status, call.client, call.responsible) == ("answered", CLIENT, "boris")
        assert call.our_number.endswith("4951234567")
        assert call.legs == [["101", "anna", "answered"], ["102", "boris", "answered"]]
        assert call.cards == ["anna", "boris"]
        assert (asked.direction, asked.legs) == (
            "internal",
            [["101", "anna", "answered"], ["102", "boris", "answered"]],
        )

    def test_inside(self, office: Office, asterisk: Asterisk) -> None:
        assert stories.internal(asterisk).wait() == 0
        [call] = office.calls()
        assert (call.direction, call.status) == ("internal", "answered")
        assert sorted(leg[0] for leg in call.legs) == ["101", "102"]


class TestOrderedFromThePage:
    def test_answered(self, office: Office, asterisk: Asterisk) -> None:
        asterisk.phone("101", answering())
        asterisk.phone("trunk", answering())
        office.click("anna", CLIENT)
        [call] = office.calls(until=lambda call: call.status == "talking" and call.client == CLIENT)
        asterisk.press("Hangup", "101", Cause="16")
        [call] = office.calls()
        assert (call.direction, call.status, call.client) == ("outgoing", "answered", CLIENT)
        assert call.responsible == "anna"
        [[state, _, bound]] = office.found()["orders"]
        assert (state, bound) == ("bound", call.id)

    def test_own_phone_silent(self, office: Office, asterisk: Asterisk) -> None:
        asterisk.phone("101", ringing())
        _, told = office.click("anna", CLIENT)
        wait_until(lambda: told()["state"] == "failed")
        assert office.found()["orders"][0][1] == "own_phone_silent"

    def test_the_client_is_busy(self, office: Office, asterisk: Asterisk) -> None:
        asterisk.phone("101", answering())
        asterisk.phone("trunk", busy())
        office.click("anna", CLIENT)
        [call] = office.calls()
        assert (call.direction, call.status, call.client) == ("outgoing", "busy", CLIENT)
        assert office.found()["orders"][0][2] == call.id


class TestBroken:
    def test_the_agent_is_killed_in_the_middle(self, office: Office, asterisk: Asterisk, tone: Path) -> None:
        call = stories.answered(asterisk, tone, talk=4.0)
        office.calls(until=lambda call: call.status == "talking")
        office.agent.kill()
        office.agent.start()
        assert call.wait() == 0
        [known] = office.calls()
        assert (known.status, known.client) == ("answered", CLIENT)
        assert known.legs == [["101", "anna", "answered"]]

    def test_the_line_to_the_server_is_cut(self, office: Office, asterisk: Asterisk, tone: Path) -> None:
        office.line.cut()
        assert stories.answered(asterisk, tone).wait() == 0
        time.sleep(1)
        assert office.found()["calls"] == []
        office.line.mend()
        [known] = office.calls()
        assert (known.status, known.client) == ("answered", CLIENT)
        assert known.legs == [["101", "anna", "answered"]]
        assert known.talk in (1, 2, 3)  # By when it happened, and not by when it was told.
