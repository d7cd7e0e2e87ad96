"""The player over real HTTP, against a server that keeps what it gets."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest

from telephony.simulator.plan import Disturbances
from telephony.simulator.player import Played, Player, Target, play
from telephony.simulator.report import Report
from telephony.simulator.scenarios import EMPLOYEES, Lengths, Scriptwriter
from telephony.vendors.simulated import Scenario
from telephony.vendors.sipuni.simulator import SipuniPbx
from tests.simulator.receiver import Receiver


def make_target(url: str, *scenarios: Scenario) -> Target:
    pbx = SipuniPbx(settings={}, time_zone=ZoneInfo("Europe/Moscow"), employees=EMPLOYEES)
    lengths = Lengths(ring=(1, 1), talk=(2, 2), give_up=(2, 2))
    writer = Scriptwriter(seed=1, scenarios=scenarios or list(Scenario), lengths=lengths)
    return Target(pbx=pbx, url=url, writer=writer, name="sipuni")


@contextmanager
def playing(
    receiver: Receiver, *scenarios: Scenario, count: int = 20, **options: object
) -> Iterator[tuple[list[Played], Report, list[str]]]:
    lines: list[str] = []
    played: list[Played] = []
    report = Report(write=lines.append)
    target = make_target(receiver.url, *scenarios)
    options = {"speed": 0.0, "seed": 5, **options}
    with Player(report=report, on_played=played.append, **options) as player:  # type: ignore[arg-type]
        play(player, [target], rate=0, count=count)
        player.wait()
    yield played, report, lines


def told(receiver: Receiver) -> Counter[str]:
    """How often each message came."""
    return Counter(one.query for one in receiver.received)


def sent(played: list[Played]) -> Counter[str]:
    return Counter(message.query for one in played for message in one.target.pbx.messages(one.call))


def test_everything_arrives_once_on_few_connections_and_in_order() -> None:
    with Receiver() as receiver, playing(receiver, concurrency=3) as (played, report, _):
        assert len(played) == report.calls == 20
        assert told(receiver) == sent(played)
        assert report.answers == {"200": len(receiver.received)}
        assert report.complaints == 0
        assert len({one.client_port for one in receiver.received}) <= 3
        for one in played:
            messages = [message.query for message in one.target.pbx.messages(one.call)]
            arrived = [got.query for got in receiver.received if got.query in messages]
            assert arrived == messages


def test_a_connection_that_the_server_closed_is_opened_again() -> None:
    with Receiver(close_every=7) as receiver, playing(receiver, concurrency=2) as (played, report, _):
        assert told(receiver) == sent(played)
        assert set(report.answers) == {"200"}


def test_duplicates_are_the_same_messages_again() -> None:
    with Receiver() as receiver, playing(receiver, disturbances=Disturbances(duplicates=1)) as (played, _, _):
        assert told(receiver) == Counter({query: 2 * times for query, times in sent(played).items()})


def test_lost_messages_never_arrive_and_their_calls_are_known() -> None:
    disturbances = Disturbances(lose=0.2)
    with Receiver() as receiver, playing(receiver, disturbances=disturbances) as (played, report, _):
        assert told(receiver) < sent(played)
        assert report.lost == (sent(played) - told(receiver)).total() > 0
        for one in played:
            messages = {message.query for message in one.target.pbx.messages(one.call)}
            assert one.is_whole == (messages <= set(told(receiver)))


def test_reordered_messages_all_arrive_in_another_order() -> None:
    disturbances = Disturbances(reorder=0.5)
    with (
        Receiver() as receiver,
        playing(receiver, concurrency=1, count=10, disturbances=disturbances) as (played, _, _),
    ):
        assert told(receiver) == sent(played)
        orders = []
        for one in played:
            messages = [message.query for message in one.target.pbx.messages(one.call)]
            orders.append([got.query for got in receiver.received if got.query in messages] == messages)
        assert not all(orders)


def test_wrong_secrets_come_besides_and_want_a_404() -> None:
    disturbances = Disturbances(wrong_secret=1)
    with Receiver() as receiver, playing(receiver, disturbances=disturbances) as (played, report, _):
        right = [one for one in receiver.received if "/right/" in one.path]
        assert Counter(one.query for one in right) == sent(played)
        assert report.answers == {"200": len(right), "404": len(right)}
        assert report.complaints == 0


def test_an_answer_that_the_pbx_cannot_use_is_a_complaint() -> None:
    with Receiver(body=b"ok") as receiver, playing(receiver, count=2) as (_, report, lines):
        assert report.complaints == len(receiver.received)
        assert "Sipuni may stop sending" in report.summary()
        assert all("!!" in line for line in lines)


def test_no_secret_is_ever_printed() -> None:
    with Receiver(right="/a-very-secret-value/") as receiver, playing(receiver) as (_, report, lines):
        assert lines
        assert "a-very-secret-value" not in "\n".join([*lines, report.summary()])


def test_a_server_that_is_not_there_is_told() -> None:
    with Receiver() as receiver:
        pass
    with playing(receiver, Scenario.MISSED, count=1) as (played, report, _):
        assert set(report.answers) == {"ConnectionRefusedError"}
        assert not played[0].is_whole


def test_speed_compresses_the_pauses() -> None:
    """A call of 5 scripted seconds takes a quarter of a second at speed 20, and its messages come when they are due."""
    with Receiver() as receiver:
        begun = time.monotonic()
        with playing(receiver, Scenario.MISSED, count=1, speed=20.0) as (played, _, _):
            took = time.monotonic() - begun
            assert 3 / 20 <= took < 2
            assert played[0].call.ended_after == 3


def test_finished_calls_are_in_the_pbxs_journal() -> None:
    with Receiver() as receiver, playing(receiver, count=5) as (played, _, _):
        for one in played:
            call_id = parse_qs(one.target.pbx.messages(one.call)[0].query)["call_id"][0]
            assert one.target.pbx.journal.find(call_id) == one.call


def test_quiet_prints_only_complaints() -> None:
    lines: list[str] = []
    report = Report(write=lines.append, quiet=True)
    report.sent("one", answer="200", seconds=0.1)
    report.sent("two", answer="500", seconds=0.1, complaint="HTTP 500")
    report.dropped("three")
    assert len(lines) == 1
    assert "two" in lines[0]


def test_the_summary_counts_and_measures() -> None:
    report = Report(write=lambda line: None)
    for number in range(1, 101):
        report.sent("message", answer="200" if number > 10 else "503", seconds=number / 1000)
    summary = report.summary()
    assert "100 messages sent" in summary
    assert "200: 90, 503: 10" in summary
    assert "p50 51.0 ms, p95 96.0 ms" in summary
    assert "p50 0.0 ms" in Report(write=print).summary()


def test_a_fault_in_a_sending_thread_is_raised() -> None:
    class Broken(SipuniPbx):
        def complaint(self, message: object, status: int, body: bytes) -> str:
            raise RuntimeError("broken")

    with Receiver() as receiver:
        target = make_target(receiver.url)
        pbx = Broken(settings={}, time_zone=ZoneInfo("Europe/Moscow"))
        broken = Target(pbx=pbx, url=target.url, writer=target.writer, name="sipuni")
        with Player(report=Report(write=lambda line: None), speed=0) as player:
            play(player, [broken], rate=0, count=1)
            with pytest.raises(RuntimeError, match="broken"):
                player.wait()
