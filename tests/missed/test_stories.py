"""Stories of clients who were missed, told by their PBXs, each with what becomes of the item."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from telephony.domain.events import CallStatus, Direction
from telephony.missed.folding import refold
from telephony.models import MissedItem
from tests.missed.company import OTHER, Company, lives, told
from tests.telephony import messages
from tests.telephony.messages import CLIENT, at

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = 60, 3600, 86400
HIDDEN = "anonymous"


def twice_then_called_back_from_another_pbx(company: Company) -> None:
    company.misses(0)
    company.misses(5 * MINUTE)
    company.calls(10 * MINUTE, "xvb")


def again_and_answered(company: Company) -> None:
    company.misses(0)
    company.answers(MINUTE)


def called_back_on_another_line(company: Company) -> None:
    company.misses(0)
    company.answers(MINUTE, "wirecrm", our_number="78432000000")


def a_ghost_and_nothing_more(company: Company) -> None:
    company.misses(0)
    company.calls(MINUTE, talk=9)


def just_long_enough(company: Company) -> None:
    company.misses(0)
    company.calls(MINUTE, talk=10)


def not_reached(company: Company) -> None:
    company.misses(0)
    company.calls(MINUTE, talk=None)
    company.calls(2 * MINUTE, "mobilon", talk=None, status=CallStatus.BUSY)


def missed_again_after_the_talk(company: Company) -> None:
    company.misses(0)
    company.calls(MINUTE)
    company.misses(HOUR)


def a_talk_before_closes_nothing(company: Company) -> None:
    company.answers(0)
    company.misses(HOUR)


def on_two_lines_at_once(company: Company) -> None:
    """Who calls a second number while they talk on the first is not forgotten."""
    company.misses(30, "mobilon")
    company.answers(0, talk=300)


def while_nobody_answers_elsewhere(company: Company) -> None:
    company.misses(0)
    company.misses(2, "wirecrm")


def the_talk_is_told_first(company: Company) -> None:
    talk = company.call(10 * MINUTE, talk=60)
    company.sends(talk)
    company.misses(0)


def the_end_is_told_first(company: Company) -> None:
    company.sends(list(reversed(company.call(0))))
    company.sends(list(reversed(company.call(MINUTE, talk=60))))


def everything_twice(company: Company) -> None:
    for sent in (company.misses(0), company.misses(MINUTE), company.calls(HOUR)):
        company.sends(sent)
    company.sends(company.misses(2 * HOUR))


def two_clients(company: Company) -> None:
    company.misses(0)
    company.misses(MINUTE, client=OTHER)
    company.calls(HOUR, client=OTHER)


def the_same_number_written_otherwise(company: Company) -> None:
    company.misses(0)
    company.misses(MINUTE, "wirecrm", client="8" + CLIENT[1:])
    company.answers(HOUR, "xvb", client="+" + CLIENT)


def nobody_to_call_back(company: Company) -> None:
    company.misses(0, client=HIDDEN)
    company.misses(MINUTE, "wirecrm", client="")


def colleagues(company: Company) -> None:
    company.sends(company.call(0, direction=Direction.INTERNAL, client="", caller="102", rings=(("101", 0),)))


def busy_and_cancelled(company: Company) -> None:
    company.misses(0, status=CallStatus.BUSY)
    company.misses(MINUTE, status=CallStatus.CANCELLED)


def it_still_rings(company: Company) -> None:
    company.sends(company.call(0)[:-1])


def they_still_talk(company: Company) -> None:
    company.misses(0)
    company.sends(company.call(MINUTE, talk=60)[:-1])


def we_called_and_were_not_answered(company: Company) -> None:
    company.calls(0, talk=None)


STORIES: dict[Callable[[Company], None], list[str]] = {
    twice_then_called_back_from_another_pbx: ["returned 2"],
    again_and_answered: ["returned 1"],
    called_back_on_another_line: ["returned 1"],
    a_ghost_and_nothing_more: ["open 1"],
    just_long_enough: ["returned 1"],
    not_reached: ["open 1"],
    missed_again_after_the_talk: ["returned 1", "open 1"],
    a_talk_before_closes_nothing: ["open 1"],
    on_two_lines_at_once: ["returned 1"],
    while_nobody_answers_elsewhere: ["open 2"],
    the_talk_is_told_first: ["returned 1"],
    the_end_is_told_first: ["returned 1"],
    everything_twice: ["returned 2", "open 1"],
    two_clients: ["open 1", "returned 1"],
    the_same_number_written_otherwise: ["returned 2"],
    nobody_to_call_back: [],
    colleagues: [],
    busy_and_cancelled: ["open 2"],
    it_still_rings: [],
    they_still_talk: ["open 1"],
    we_called_and_were_not_answered: [],
}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_the_item_ends_as_the_story_says(company: Company, story: Callable[[Company], None]) -> None:
    story(company)
    assert lives() == STORIES[story]


def test_what_scripts_are_told(company: Company) -> None:
    company.misses(0)
    company.misses(MINUTE, "xvb")
    company.misses(HOUR, client=OTHER)
    company.calls(2 * HOUR, client=OTHER)
    assert told(everything=False) == [
        {
            "client_e164": "+79201119613",
            "contact": None,
            "attempts": 2,
            "first_at": "2024-01-29T10:00:00Z",
            "last_at": "2024-01-29T10:01:00Z",
            "due_at": "2024-01-29T10:30:00Z",
            "assignee": None,
            "state": "open",
            "our_number": "74951234567",
            "connection": company.at("xvb").pk,
        }
    ]


@pytest.mark.parametrize(
    ("facts", "place"),
    [
        ({}, "ringing"),
        ({"rings": (("101", 2), ("102", 9))}, "ringing"),
        ({"rings": (), "vendor": "xvb"}, "unknown"),
    ],
)
def test_where_they_gave_up(company: Company, facts: dict[str, object], place: str) -> None:
    company.misses(0, **facts)  # type: ignore[arg-type]
    item = MissedItem.objects.get()
    assert (item.gave_up_in, item.last_wait, item.longest_wait) == (place, 20, 20)


def test_who_hangs_up_in_the_greeting_waits_like_anybody(company: Company) -> None:
    """The PBX says ANSWER of it: its greeting picked up (kind K19 of tests/messages)."""
    sipuni = company.at("sipuni")
    for message in (
        *(messages.sipuni(1, 0), messages.sipuni_rings(18, "101")),
        messages.sipuni(4, 38, dst_num="012345101", dst_type="2", status="NOANSWER", call_answer_timestamp="0"),
        messages.sipuni_ends(50, "ANSWER", call_answer_timestamp=str(int(at(2).timestamp()))),
    ):
        messages.deliver(sipuni, message, 60)
    assert lives() == ["open 1"]
    assert MissedItem.objects.get().gave_up_in == "greeting"
    refold(keys=[f"+{CLIENT}"], contacts=())
    assert MissedItem.objects.get().gave_up_in == "greeting"


def test_failed_call_backs_are_counted(company: Company) -> None:
    not_reached(company)
    company.calls(3 * MINUTE, talk=3)
    item = MissedItem.objects.get()
    assert (item.callbacks, item.attempts) == (3, 1)
    assert (item.last_callback_at, item.closed_at) == (at(3 * MINUTE), None)
