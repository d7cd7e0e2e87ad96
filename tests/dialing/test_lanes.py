"""Orders leave in threads of their own: whoever hangs holds up only itself, and what is late is never sent."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Barrier, Event
from typing import Any

import pytest
from django.utils import timezone

from telephony.dialing import orders
from telephony.dialing.lanes import Lanes
from telephony.dialing.orders import dial
from telephony.dialing.words import told
from telephony.models import Dial
from telephony.models.dial import CLOCKS_DIFFER, LONGEST_QUEUE
from telephony.vendors.simulated import Employee, Order
from tests.dialing.pbx import CLIENT, Pbx, click, play

SECONDS = 5


class TestLanes:
    def test_a_full_lane_holds_up_no_other_and_goes_on_in_turn(self) -> None:
        lanes, go_on, others, done = Lanes(places=2), Event(), Event(), Event()
        both = Barrier(3)
        order: list[str] = []

        def hang() -> None:
            both.wait(SECONDS)
            go_on.wait(SECONDS)

        for _ in range(2):
            lanes.put("hangs", hang)
        both.wait(SECONDS)
        lanes.put("hangs", lambda: order.append("third"))
        lanes.put("hangs", done.set)
        lanes.put("other", others.set)
        assert others.wait(SECONDS)
        assert not order
        go_on.set()
        assert done.wait(SECONDS)
        assert order == ["third"]

    def test_what_raises_is_logged_and_the_next_is_done(self, caplog: pytest.LogCaptureFixture) -> None:
        lanes, done = Lanes(places=1), Event()

        def fail() -> None:
            raise RuntimeError("Not today.")

        with caplog.at_level(logging.ERROR):
            lanes.put("a", fail)
            lanes.put("a", done.set)
            assert done.wait(SECONDS)
        assert "Not today." in caplog.text


@pytest.mark.django_db
class TestWaiting:
    @pytest.fixture
    def put(self, monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
        """What waits for its turn."""
        waiting: list[Callable[[], None]] = []
        monkeypatch.setattr(orders.lanes, "put", lambda _key, work: waiting.append(work))
        return waiting

    def ordered(self, pbx: Pbx, **values: Any) -> Dial:
        made = click(pbx.phone("wirecrm"))
        Dial.objects.filter(pk=made.pk).update(**values)
        made.refresh_from_db()
        return made

    def test_the_one_who_clicks_waits_for_nothing(self, pbx: Pbx, put: list[Callable[[], None]]) -> None:
        order = self.ordered(pbx)
        assert (order.state, order.outcome, order.problem) == (Dial.State.WAITING, Dial.State.ORDERED, "")
        assert told(order).text == "The PBX is being told to call."
        assert not pbx.asked
        put[0]()
        order.refresh_from_db()
        assert order.outcome == Dial.State.SENT

    def test_it_is_sent_once_however_often_somebody_begins_to(self, pbx: Pbx, put: list[Callable[[], None]]) -> None:
        order = self.ordered(pbx)
        put[0]()
        put[0]()
        Dial.objects.filter(pk=order.pk).update(state=Dial.State.ORDERED)  # Its process ended while it was being sent.
        put[0]()
        assert len(pbx.asked) == 1

    def test_what_waited_too_long_is_not_sent_any_more(self, pbx: Pbx, put: list[Callable[[], None]]) -> None:
        order = self.ordered(pbx, ordered_at=timezone.now() - LONGEST_QUEUE)
        put[0]()
        order.refresh_from_db()
        assert (order.state, order.problem) == (Dial.State.FAILED, "not_sent")
        assert told(order).try_again
        assert not pbx.asked

    def test_an_order_whose_process_ended_before_it_was_sent_has_failed(
        self, pbx: Pbx, put: list[Callable[[], None]]
    ) -> None:
        order = self.ordered(pbx, ordered_at=timezone.now() - LONGEST_QUEUE - CLOCKS_DIFFER)
        assert (order.outcome, order.problem) == (Dial.State.FAILED, "not_sent")
        assert told(order).text.startswith("The PBX could not be told in time, so nobody was called")
        assert told(order).tone == "bad"
        assert dial(user=order.user, number=CLIENT, key="click-0001") == order
        assert len(put) == 1
        assert not pbx.asked

    def test_a_call_made_by_hand_meanwhile_is_not_its_call(self, pbx: Pbx, put: list[Callable[[], None]]) -> None:
        order = self.ordered(pbx)
        play(pbx, order.connection, order=Order(employee=Employee(extension="101"), number=CLIENT))
        order.refresh_from_db()
        assert order.call is None

    def test_a_fault_of_ours_leaves_it_unknown(
        self, pbx: Pbx, put: list[Callable[[], None]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("key-of-101 is not read")

        monkeypatch.setattr(orders, "hold", fail)
        order = self.ordered(pbx)
        put[0]()
        order.refresh_from_db()
        assert (order.state, order.problem) == (Dial.State.UNKNOWN, "no_answer")
        assert "is not read" in caplog.text
        assert "key-of-101" not in caplog.text
