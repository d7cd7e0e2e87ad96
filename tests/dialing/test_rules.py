"""What may be called, how often, and from which phone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from telephony.dialing.orders import cancel_unless_sent, dial
from telephony.dialing.phones import phones_of
from telephony.dialing.words import told
from telephony.domain.exceptions import DialFailed, DialProblem
from telephony.models import Call, CallLeg, Connection, Dial, Extension
from tests.dialing.pbx import CLIENT, Pbx, click
from tests.telephony.factories import ConnectionFactory, ExtensionFactory, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("", DialProblem.NO_NUMBER),
        ("anonymous", DialProblem.NO_NUMBER),
        ("102", DialProblem.NO_NUMBER),
        ("112", DialProblem.NO_NUMBER),
        ("900-100", DialProblem.NO_NUMBER),
        ("8 (809) 555-12-34", DialProblem.COSTLY),
        ("+7 803 234-56-78", DialProblem.COSTLY),
        ("+79401234567", DialProblem.COSTLY),
        ("+79541234567", DialProblem.COSTLY),
        ("+447012345678", DialProblem.COSTLY),
        ("+380501234567", DialProblem.COUNTRY),
        ("+77011234567", DialProblem.COUNTRY),
        ("+5352345678", DialProblem.COUNTRY),
        ("+80012345678", DialProblem.COUNTRY),
    ],
)
def test_what_is_refused_before_anything_is_sent(pbx: Pbx, number: str, problem: DialProblem) -> None:
    order = click(pbx.phone("wirecrm"), number)
    assert (order.state, order.error_code) == (Dial.State.REFUSED, problem)
    assert told(order).tone == "bad"
    assert not pbx.asked


@pytest.mark.parametrize("number", ["+74951234567", "8 800 123-45-67", "8 123 456-78-90"])
def test_what_is_called(pbx: Pbx, number: str) -> None:
    assert click(pbx.phone("wirecrm"), number).state == Dial.State.SENT


def test_another_country_has_to_be_allowed_and_then_the_own_one_too(pbx: Pbx) -> None:
    phone = pbx.phone("wirecrm", dial_countries=["BY", "KZ"])
    assert click(phone, "+375291234567", key="click-0001").state == Dial.State.SENT
    refused = click(phone, CLIENT, key="click-0002")
    assert refused.error_code == DialProblem.COUNTRY
    assert told(refused).text == (
        "Calls to this country are not allowed: RU (+7). If you need them, ask your administrator."
    )


def test_six_calls_a_minute_and_the_next_one_later(pbx: Pbx) -> None:
    phone = pbx.phone("wirecrm")
    states = [click(phone, key=f"click-{number:04}").state for number in range(7)]
    assert states == ["sent"] * 6 + ["refused"]
    refused = Dial.objects.get(state="refused")
    assert told(refused).text == "You have called 6 times within a minute. Wait a little, then try again."
    assert told(refused).try_again
    Dial.objects.update(ordered_at=timezone.now() - timedelta(seconds=61))
    assert click(phone, key="click-0100").state == Dial.State.SENT


def test_what_was_refused_here_is_not_counted(pbx: Pbx) -> None:
    phone = pbx.phone("wirecrm")
    for number in range(9):
        click(phone, "102", key=f"wrong-{number:04}")
    assert click(phone).state == Dial.State.SENT


def test_the_day_has_a_limit_too(pbx: Pbx, settings: Any) -> None:
    settings.TELEPHONY_DIALS_PER_DAY = 2
    phone = pbx.phone("wirecrm")
    click(phone, key="click-0001")
    click(phone, key="click-0002")
    Dial.objects.update(ordered_at=timezone.now() - timedelta(hours=2))
    assert click(phone, key="click-0003").error_code == DialProblem.PER_DAY
    Dial.objects.update(ordered_at=timezone.now() - timedelta(hours=25))
    assert click(phone, key="click-0004").state == Dial.State.SENT


def test_limits_are_each_users_own(pbx: Pbx, settings: Any) -> None:
    settings.TELEPHONY_DIALS_PER_MINUTE = 1
    assert click(pbx.phone("wirecrm")).state == Dial.State.SENT
    assert click(pbx.phone("xvb")).state == Dial.State.SENT


def test_a_click_that_was_given_up_orders_nothing_when_it_comes_late(pbx: Pbx) -> None:
    phone = pbx.phone("wirecrm")
    given_up = cancel_unless_sent(user=phone.user, number=CLIENT, key="click-0001")
    late = click(phone)
    assert late == given_up
    assert (late.state, late.error_code) == (Dial.State.REFUSED, DialProblem.WITHDRAWN)
    assert not pbx.asked


def test_a_click_that_had_arrived_can_not_be_given_up(pbx: Pbx) -> None:
    phone = pbx.phone("wirecrm")
    order = click(phone)
    assert cancel_unless_sent(user=phone.user, number=CLIENT, key="click-0001") == order
    assert Dial.objects.get().state == Dial.State.SENT


class TestWhichPhoneRings:
    def test_without_a_phone(self) -> None:
        order = dial(user=make_user("anna"), number=CLIENT, key="click-0001")
        assert (order.error_code, order.connection) == (DialProblem.NO_PHONE, None)
        assert told(order).text == (
            "No phone of yours is known here, so none can ring. Ask your administrator to add it."
        )

    @pytest.mark.parametrize(
        ("slug", "more", "values"),
        [
            ("demo", {}, {}),
            ("sipuni", {"enabled": False}, {}),
            ("removed-vendor", {}, {}),
            ("sipuni", {}, {"number": "", "key": "only-a-key"}),
            ("mobilon", {}, {"number": "101", "key": ""}),
        ],
    )
    def test_a_phone_that_no_order_can_name(self, slug: str, more: dict[str, Any], values: dict[str, str]) -> None:
        phone = ExtensionFactory.create(connection=ConnectionFactory.create(vendor=slug, **more), **values)
        order = click(phone)
        assert order.error_code == DialProblem.CANT_DIAL

    def test_the_one_that_is_named(self, pbx: Pbx) -> None:
        first = pbx.phone("wirecrm")
        second = pbx.phone("xvb", user=first.user)
        assert click(first, extension_id=second.pk).connection == second.connection
        assert pbx.accepted[0][0] == "xvb"

    def test_but_nobody_elses(self, pbx: Pbx) -> None:
        phone, other = pbx.phone("wirecrm"), pbx.phone("xvb")
        assert click(phone, extension_id=other.pk).error_code == DialProblem.CANT_DIAL
        assert not pbx.asked

    def test_the_one_last_used_with_this_client(self, pbx: Pbx) -> None:
        first, second, third = self.three(pbx)
        click(first, "+79160000001", key="click-0001", extension_id=second.pk)
        click(first, "+79160000002", key="click-0002", extension_id=third.pk)
        assert self.preferred(first.user, "8 916 000-00-01") == second
        assert click(first, "8 (916) 000-00-01", key="click-0003").extension == second

    def test_the_one_that_talked_with_this_client_last(self, pbx: Pbx) -> None:
        first, second, third = self.three(pbx)
        click(first, CLIENT, extension_id=second.pk)
        self.talked(third, CLIENT, ago=timedelta(minutes=-1))
        assert self.preferred(first.user, CLIENT) == third

    def test_an_older_talk_than_the_last_order_does_not_count(self, pbx: Pbx) -> None:
        first, second, third = self.three(pbx)
        self.talked(third, CLIENT, ago=timedelta(days=1))
        assert self.preferred(first.user, CLIENT) == third
        click(first, CLIENT, extension_id=second.pk)
        assert self.preferred(first.user, CLIENT) == second

    def test_with_a_new_client_the_one_last_called_from(self, pbx: Pbx) -> None:
        first, second, third = self.three(pbx)
        assert phones_of(user=first.user, number="+79160000009") == [first, second, third]
        click(first, CLIENT, extension_id=third.pk)
        assert phones_of(user=first.user, number="+79160000009") == [third, first, second]
        assert self.preferred(first.user, "nobody") == third

    def test_there_may_be_none(self) -> None:
        with pytest.raises(DialFailed):
            phones_of(user=make_user("boris"), number=CLIENT)

    def three(self, pbx: Pbx) -> tuple[Extension, Extension, Extension]:
        first = pbx.phone("wirecrm")
        return first, pbx.phone("xvb", user=first.user), pbx.phone("sipuni", user=first.user)

    def preferred(self, user: Any, number: str) -> Extension:
        return phones_of(user=user, number=number)[0]

    def talked(self, phone: Extension, number: str, *, ago: timedelta) -> None:
        connection: Connection = phone.connection
        call = Call.objects.create(
            connection=connection,
            external_id=f"talk-{phone.pk}",
            direction="incoming",
            status="answered",
            client_match=number[-10:],
            started_at=timezone.now() - ago,
        )
        CallLeg.objects.create(
            call=call, position=0, role="called", status="answered", user=phone.user, extension=phone
        )
