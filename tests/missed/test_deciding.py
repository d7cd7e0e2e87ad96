"""What people decide: kept over every refold, and of two who press at once only the first counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from telephony.domain.missed import State
from telephony.missed import deciding
from telephony.missed.deciding import Refused
from telephony.missed.folding import refold
from telephony.models import MissedDecision, MissedItem
from tests.missed.company import Company, lives, told
from tests.telephony.factories import make_user
from tests.telephony.messages import CLIENT, at

pytestmark = pytest.mark.django_db
MINUTE, HOUR = 60, 3600


@pytest.fixture
def anna() -> Any:
    return make_user("anna")


@pytest.fixture
def boris() -> Any:
    return make_user("boris")


@pytest.fixture
def item(company: Company) -> MissedItem:
    company.misses(0)
    return MissedItem.objects.get()


@pytest.fixture(autouse=True)
def clock(db: None) -> Any:
    with time_machine.travel(at(10 * MINUTE), tick=False) as traveller:
        yield traveller


def state() -> tuple[str, str | None]:
    (shown,) = told()
    return shown["state"], shown["assignee"]


def in_an_hour() -> datetime:
    return timezone.now() + timedelta(hours=1)


def test_a_refold_keeps_it(item: MissedItem, anna: Any) -> None:
    deciding.take(item=item, user=anna)
    refold(keys=[f"+{CLIENT}"], contacts=())
    MissedItem.objects.all().delete()
    refold(keys=[f"+{CLIENT}"], contacts=())
    assert state() == ("taken", "anna")


def test_of_two_who_take_it_the_first_has_it(item: MissedItem, anna: Any, boris: Any) -> None:
    deciding.take(item=item, user=anna)
    deciding.take(item=item, user=anna)
    with pytest.raises(Refused, match="anna took it already"):
        deciding.take(item=item, user=boris)
    assert state() == ("taken", "anna")
    assert MissedDecision.objects.count() == 1


def test_it_is_given_to_somebody(item: MissedItem, anna: Any, boris: Any) -> None:
    deciding.take(item=item, user=anna)
    deciding.give(item=item, user=anna, to=boris)
    assert state() == ("open", "boris")


def test_put_off_it_waits_until_then(item: MissedItem, anna: Any, clock: time_machine.Traveller) -> None:
    deciding.snooze(item=item, user=anna, until=in_an_hour())
    assert state()[0] == "snoozed"
    clock.shift(timedelta(hours=1))
    assert state()[0] == "open"


def test_put_off_it_is_woken_by_the_next_call(item: MissedItem, anna: Any, company: Company) -> None:
    deciding.snooze(item=item, user=anna, until=in_an_hour())
    company.misses(15 * MINUTE)
    assert state()[0] == "open"


def test_closed_it_is_over_and_the_next_call_opens_another(item: MissedItem, anna: Any, company: Company) -> None:
    deciding.close(item=item, user=anna, reason="settled", note="написали в Телеграме")
    company.misses(HOUR)
    assert lives() == ["closed 1", "open 1"]
    company.calls(2 * HOUR)
    assert lives() == ["closed 1", "returned 1"]


def test_a_clock_that_is_ahead_opens_nothing_anew(company: Company, anna: Any) -> None:
    """The PBX says that the call began in twenty minutes; who closes it has seen it."""
    company.misses(30 * MINUTE)
    deciding.close(item=MissedItem.objects.get(), user=anna, reason="settled")
    assert lives() == ["closed 1"]


def test_spam_opens_nothing_until_we_call_it(item: MissedItem, anna: Any, company: Company) -> None:
    deciding.close(item=item, user=anna, reason="spam")
    company.misses(HOUR)
    assert lives() == ["closed 1"]
    company.calls(2 * HOUR, talk=None)
    company.misses(3 * HOUR)
    assert lives() == ["closed 1", "open 1"]


def test_opened_again_it_waits_as_before(item: MissedItem, anna: Any, company: Company) -> None:
    deciding.take(item=item, user=anna)
    deciding.close(item=item, user=anna, reason="spam")
    deciding.reopen(item=item, user=anna)
    assert state() == ("taken", "anna")
    company.misses(HOUR)
    assert lives() == ["taken 2"]


def test_what_is_over_is_not_decided_about(item: MissedItem, anna: Any, company: Company) -> None:
    company.calls(MINUTE)
    decisions = [
        lambda: deciding.take(item=item, user=anna),
        lambda: deciding.snooze(item=item, user=anna, until=in_an_hour()),
        lambda: deciding.close(item=item, user=anna, reason="spam"),
        lambda: deciding.give(item=item, user=anna, to=anna),
        lambda: deciding.reopen(item=item, user=anna),
    ]
    for decide in decisions:
        with pytest.raises(Refused):
            decide()
    assert not MissedDecision.objects.exists()


@pytest.mark.parametrize(
    ("decide", "field"),
    [
        (lambda item, user: deciding.close(item=item, user=user, reason="called_back"), "reason"),
        (lambda item, user: deciding.close(item=item, user=user, reason="spam", note="x" * 501), "note"),
        (lambda item, user: deciding.snooze(item=item, user=user, until=at(0)), "until"),
        (lambda item, user: deciding.snooze(item=item, user=user, until=at(99 * 86400)), "until"),
        (lambda item, user: deciding.give(item=item, user=user, to=None), "to"),
    ],
)
def test_a_bad_value_names_its_field(item: MissedItem, anna: Any, decide: Any, field: str) -> None:
    with pytest.raises(Refused) as refused:
        decide(item, anna)
    assert refused.value.field == field
    assert MissedItem.objects.get().state == State.OPEN
