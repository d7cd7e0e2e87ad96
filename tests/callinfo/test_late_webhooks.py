"""Webhooks that come after the PBX's list told of their call: one call all the same, and a new ring is a new call."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
import time_machine

from telephony.calls import reaper
from telephony.calls.adopting import ANONYMOUS
from telephony.calls.change import Change
from telephony.calls.listed import LISTED_ID
from telephony.domain.fold import fold
from telephony.models import Call, CallQuery, Card, Connection, PbxRow, Recording
from telephony.privacy.user_keys import make_hash
from telephony.reconcile import importing, pulling
from tests.callinfo.office import DAY, Office, calls, told
from tests.telephony.factories import ConnectionFactory, ExtensionFactory, make_user
from tests.telephony.messages import CLIENT, at, deliver, only_call, xvb

pytestmark = pytest.mark.django_db


def test_ids_of_listed_calls_are_such_as_are_made_here() -> None:
    assert LISTED_ID.startswith(ANONYMOUS)


class TestMessagesWithAnId:
    @pytest.mark.parametrize("row", [{"callid": "170.001"}, {}], ids=["listed with id", "listed without id"])
    def test_whatever_order_they_come_in_the_call_is_the_same(self, office: Office, row: dict[str, str]) -> None:
        """The list between any two of the messages, and the messages in any order."""
        results = set()
        messages: list[tuple[float, str, dict[str, str]]] = [
            (0, "START", {}),
            (3, "PREANSWER", {"to": "101"}),
            (12, "HANGUP", {}),
        ]
        for order in permutations([*messages, None]):
            Call.objects.all().delete()
            PbxRow.objects.all().delete()
            office.rows = []
            office.lists(0, "BUSY", **row)
            for message in order:
                if message is None:
                    office.pull()
                else:
                    office.tells(message[0], message[1], **message[2])
            office.pull()
            (call,) = Call.objects.all()
            legs = tuple(call.legs.values_list("extension_number", "status", "rang_at", "ended_at"))
            results.add((told(call), call.started_at, call.ended_at, call.ring_seconds, call.flag, legs))
        assert len(results) == 1
        assert next(iter(results))[0] == ("170.001", "busy", 0)

    def test_an_end_alone_finds_the_call_that_was_listed_without_an_id(self, office: Office) -> None:
        office.lists(0)
        office.lists(300, "BUSY")
        office.pull()
        office.tells(330, "HANGUP")
        assert [status for status, _, _ in calls()] == ["no_answer", "busy"]
        assert Call.objects.get(external_id="170.001").started_at == at(300)

    def test_a_message_that_says_not_who_called_finds_it_too(self, office: Office) -> None:
        office.lists(0)
        office.pull()
        office.tells(30, "END", direction="")
        assert told(only_call()) == ("170.001", "no_answer", 0)

    @pytest.mark.parametrize(
        ("second", "state", "fields"),
        [
            (16, "START", {}),
            (-16, "START", {}),
            (601, "HANGUP", {}),
            (0, "START", {"direction": "external", "from": "101", "to": CLIENT}),
            (0, "START", {"from": "anonymous"}),
        ],
    )
    def test_another_call_does_not(self, office: Office, second: float, state: str, fields: dict[str, str]) -> None:
        office.lists(0)
        office.pull()
        office.tells(second, state, **{"from_": fields.pop("from")} if "from" in fields else {}, **fields)
        assert Call.objects.count() == 2


class TestRings:
    def test_a_ring_that_waited_for_a_worker_belongs_to_the_listed_call(self, office: Office) -> None:
        office.lists(0, "ANSWERED", duration=20)
        office.pull()
        office.rings(4)
        call = only_call()
        assert told(call)[1:] == ("answered", 20)
        assert call.legs.get().key_hash == make_hash("K1")

    def test_so_does_a_ring_that_waited_no_longer_than_the_list_took(
        self, office: Office, clock: time_machine.Traveller
    ) -> None:
        office.lists(0, "ANSWERED", duration=20)
        clock.move_to(at(5))
        office.pull()
        office.rings(4)
        assert told(only_call())[1:] == ("answered", 20)

    def test_a_ring_between_the_list_and_its_import_is_a_new_call(
        self, office: Office, clock: time_machine.Traveller
    ) -> None:
        office.lists(0)
        clock.move_to(at(20))
        pulling.request(connection=office.connection, day=DAY)
        pulling.pull(day=office.day())
        clock.move_to(at(60))
        pulling.import_day(day=office.day())
        office.rings(40)
        assert [status for status, _, _ in calls()] == ["no_answer", "ringing"]

    def test_a_ring_after_the_list_was_read_is_a_new_call_and_is_shown(
        self, office: Office, clock: time_machine.Traveller
    ) -> None:
        ExtensionFactory.create(connection=office.connection, number="", key="K1", user=make_user("anna"))
        clock.move_to(at(1))
        office.rings(1)
        office.lists(0)
        clock.move_to(at(20))
        office.pull()
        clock.move_to(at(40))
        office.rings(40)
        assert [status for status, _, _ in calls()] == ["no_answer", "ringing"]
        assert Card.objects.filter(withdrawn_at=None).count() == 1

    def test_a_new_ring_of_another_phone_is_a_new_call_too(self, office: Office, clock: time_machine.Traveller) -> None:
        clock.move_to(at(1))
        office.rings(1, "K1")
        office.lists(0)
        clock.move_to(at(20))
        office.pull()
        clock.move_to(at(40))
        office.rings(40, "K2")
        assert [status for status, _, _ in calls()] == ["no_answer", "ringing"]

    def test_a_ring_that_came_minutes_late_is_joined_by_the_next_list(
        self, office: Office, clock: time_machine.Traveller
    ) -> None:
        clock.move_to(at(60))
        office.lists(0, "ANSWERED", duration=20, call_id="170.001")
        office.pull()
        Recording.objects.update(state=Recording.State.STORED, sha256="fetched")
        clock.move_to(at(100))
        office.rings(100)
        assert [status for status, _, _ in calls()] == ["answered", "ringing"]
        office.pull()
        call = only_call()
        assert told(call) == ("170.001", "answered", 20)
        assert call.legs.get().key_hash == make_hash("K1")
        assert Recording.objects.get().sha256 == "fetched"
        assert PbxRow.objects.get().call == call

    def test_what_both_have_already_is_not_moved(self, office: Office) -> None:
        office.rings(0)
        office.rings(500)
        made, real = Call.objects.order_by("started_at")
        for call in (made, real):
            Recording.objects.create(call=call, reference="170.001", source_sha256="same")
        importing._put_in_its_place(made, real)
        assert (only_call(), Recording.objects.get().call) == (real, real)

    def test_a_ring_hours_later_is_not(self, office: Office) -> None:
        office.lists(0)
        office.pull()
        office.rings(200)
        office.pull()
        assert Call.objects.count() == 2

    def test_where_no_list_can_be_had_nothing_changes(self) -> None:
        xvb_office: Connection = ConnectionFactory.create(vendor="xvb", settings={"access_code": "10019"})
        end = xvb("COMPLETED", status="missed")
        for second in (30, 31):
            deliver(xvb_office, end, second)
        assert Call.objects.count() == 1


class TestQueue:
    def test_a_template_ring_is_asked_about_once(self, office: Office) -> None:
        for second in (0, 1, 2):
            office.rings(second, f"K{second}")
        query = CallQuery.objects.get()
        assert (query.call, query.state, query.attempts) == (only_call(), "waiting", 0)

    def test_a_call_with_an_id_is_not_asked_about_while_it_goes_on(self, office: Office) -> None:
        office.tells(0, "START")
        assert CallQuery.objects.count() == 0

    def test_a_call_that_showed_a_sign_of_life_meanwhile_is_not_either(self, office: Office) -> None:
        office.tells(0, "START")
        office.tells(300, "ANSWER", to="101")
        assert not reaper._reap(only_call(), at(200))
        assert CallQuery.objects.count() == 0

    def test_without_a_token_nothing_is_asked(self, office: Office) -> None:
        Connection.objects.update(settings={})
        office.connection = Connection.objects.get()
        office.rings(0)
        assert CallQuery.objects.count() == 0

    def test_a_pbx_that_can_not_be_asked_is_not(self) -> None:
        xvb_office: Any = ConnectionFactory.create(vendor="xvb", settings={"access_code": "10019"})
        deliver(xvb_office, xvb("COMPLETED", status="missed"), 30)
        assert CallQuery.objects.count() == 0

    def test_noting_it_takes_the_webhook_one_statement(self, office: Office, django_assert_num_queries: Any) -> None:
        from telephony.reconcile import queue

        office.rings(0)
        call = Call.objects.select_related("connection").get()
        state = fold(row.event() for row in call.events.all())
        begun = Change(call=call, before=None, after=state, is_new=True)
        CallQuery.objects.all().delete()
        with django_assert_num_queries(1):
            queue.ask_the_pbx(begun)
        assert CallQuery.objects.get().next_try_at is not None
        assert timedelta(seconds=20) == queue.FIRST_PAUSE
