"""The board: who may see it, and what it shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from telephony.cards.board import read_board
from telephony.models import DeskSettings, Team
from tests.desk.people import person
from tests.telephony.messages import at, sipuni, sipuni_answers, sipuni_ends, sipuni_rings

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(db: None) -> Any:
    return User.objects.create_superuser("chief")


def seats(user: Any) -> dict[str, str]:
    return {seat.name: seat.state for seat in read_board(user).seats}


def test_it_shows_who_rings_talks_and_is_free(tell: Callable[..., None], anna: Any, boris: Any, chief: Any) -> None:
    assert seats(chief) == {"Anna": "free", "Boris": "free"}
    tell(1, sipuni_rings(1, "101"))
    assert seats(chief) == {"Anna": "ringing", "Boris": "free"}
    tell(5, sipuni_answers(5, "101"))
    outgoing = {"src_num": "012345102", "short_src_num": "102", "src_type": "2", "dst_num": "79990001122"}
    tell(6, sipuni(1, 6, "1.7", **outgoing, dst_type="1"))
    board = read_board(chief)
    assert seats(chief) == {"Anna": "talking", "Boris": "calling"}
    assert (board.talking, board.ringing, board.free) == (1, 1, 0)
    assert board.seats[0].calls[0].since in (at(5), at(6))


def test_phones_that_are_nobodys_are_shown_by_number(tell: Callable[..., None], anna: Any, chief: Any) -> None:
    tell(1, sipuni_rings(1, "109"))
    assert seats(chief) == {"109": "ringing", "Anna": "free"}


def test_a_supervisor_sees_the_own_team(tell: Callable[..., None], anna: Any, boris: Any) -> None:
    olga = person("olga", "see_team_calls")
    team = Team.objects.create(name="Sales")
    team.members.set([anna, olga])
    tell(1, sipuni_rings(1, "101"))
    tell(1, sipuni_rings(1, "102", "1.2"))
    assert seats(olga) == {"Anna": "ringing"}


def test_a_call_that_was_left_open_days_ago_waits_no_more(tell: Callable[..., None], anna: Any, chief: Any) -> None:
    """Its end may still come: a history is being written down, or the worker closes it soon."""
    tell(0, sipuni(1, 0, "1.7"))
    assert len(read_board(chief).waiting) == 1
    days_later = read_board(chief, now=at(0) + timedelta(days=10))
    assert (days_later.waiting, [seat.calls for seat in days_later.seats]) == ([], [[]])


def status_of(client: Client, user: str) -> dict[str, Any]:
    rows = client.get("/api/v1/statuses/").json()["results"]
    return next(row for row in rows if row["user"] == user)


def test_what_people_say_of_themselves_is_on_the_board_and_in_the_api(anna: Any, boris: Any, chief: Any) -> None:
    client, other = Client(), Client()
    client.force_login(anna)
    other.force_login(chief)
    chosen = {"state": "break", "reason": "lunch"}
    assert client.post("/telephony/desk/status/", chosen, headers={"X-Requested-With": "x"}).status_code == 204
    assert seats(chief) == {"Anna": "break", "Boris": "free"}
    assert "break: lunch" in other.get("/telephony/desk/board/rows/").content.decode()
    assert {name: status_of(other, "anna")[name] for name in ("state", "reason")} == chosen
    assert status_of(other, "boris")["state"] == "available"
    client.post("/telephony/desk/status/", {"state": "do_not_disturb"})
    assert DeskSettings.objects.get(user=anna).do_not_disturb
    assert seats(chief)["Anna"] == "pausing"
    client.post("/telephony/desk/status/", {"state": "available"})
    assert seats(chief)["Anna"] == "free"
    assert not DeskSettings.objects.get(user=anna).do_not_disturb


@pytest.mark.parametrize("wrong", [{}, {"state": "x"}, {"state": "after_call"}, {"state": "break", "reason": "x"}])
def test_a_state_that_is_none_is_refused(anna: Any, wrong: dict[str, str]) -> None:
    client = Client()
    client.force_login(anna)
    assert client.post("/telephony/desk/status/", wrong).status_code == 400
    assert not DeskSettings.objects.filter(status_since__isnull=False).exists()


def test_after_a_talk_comes_after_call_work_for_as_long_as_the_team_says(
    tell: Callable[..., None], anna: Any, boris: Any, chief: Any, clock: time_machine.Traveller
) -> None:
    Team.objects.create(name="Sales", after_call_seconds=30).members.add(anna)
    for extension, call in (("101", "1.1"), ("102", "1.2")):
        tell(1, sipuni_rings(1, extension, call))
        tell(5, sipuni_answers(5, extension, call))
        tell(60, sipuni_ends(60, "ANSWER", call))
    assert seats(chief) == {"Anna": "after_call", "Boris": "free"}
    clock.move_to(at(91))
    assert seats(chief) == {"Anna": "free", "Boris": "free"}


def test_who_talks_again_is_not_said_to_write_the_call_before_down(
    tell: Callable[..., None], anna: Any, chief: Any
) -> None:
    Team.objects.create(name="Sales", after_call_seconds=30).members.add(anna)
    tell(1, sipuni_rings(1, "101"))
    tell(5, sipuni_answers(5, "101"))
    tell(60, sipuni_ends(60, "ANSWER"))
    client = Client()
    client.force_login(chief)
    assert "after-call work" in client.get("/telephony/desk/board/").text
    tell(62, sipuni_rings(62, "101", "1.2"))
    tell(65, sipuni_answers(65, "101", "1.2"))
    assert seats(chief) == {"Anna": "talking"}
    assert "after-call work" not in client.get("/telephony/desk/board/").text


def test_who_only_rang_or_says_to_be_available_does_no_after_call_work(
    tell: Callable[..., None], anna: Any, chief: Any
) -> None:
    Team.objects.create(name="Sales", after_call_seconds=30).members.add(anna)
    tell(1, sipuni_rings(1, "101"))
    tell(9, sipuni_ends(9, "CANCEL"))
    assert seats(chief) == {"Anna": "free"}
    tell(100, sipuni_rings(100, "101", "1.2"))
    tell(105, sipuni_answers(105, "101", "1.2"))
    tell(160, sipuni_ends(160, "ANSWER", "1.2"))
    assert seats(chief) == {"Anna": "after_call"}
    client = Client()
    client.force_login(anna)
    client.post("/telephony/desk/status/", {"state": "available"})
    assert seats(chief) == {"Anna": "free"}


def test_an_operator_sees_none(anna: Any) -> None:
    client = Client()
    client.force_login(anna)
    assert client.get("/telephony/desk/board/").status_code == 403
    assert client.get("/telephony/desk/board/rows/").status_code == 403
    assert "/telephony/desk/board/" not in client.get("/admin/").content.decode()


def test_the_page_says_who_is_here_and_who_is_not_to_be_disturbed(anna: Any, boris: Any, chief: Any) -> None:
    client = Client()
    client.force_login(anna)
    client.get("/telephony/desk/cards/")
    DeskSettings.objects.create(user=boris, do_not_disturb=True)
    client.force_login(chief)
    with time_machine.travel(timezone.now(), tick=False):  # Both tell the browser what time it is.
        page = client.get("/telephony/desk/board/").content.decode()
        rows = client.get("/telephony/desk/board/rows/").content.decode()
    assert page.count("has a page open") == 1
    assert page.count("do not disturb") == 1
    assert "On the line now" in page
    assert rows in page


def test_without_phones_the_page_says_what_to_do(chief: Any) -> None:
    client = Client()
    client.force_login(chief)
    assert "Nobody has a phone here yet" in client.get("/telephony/desk/board/").content.decode()


def test_it_takes_a_fixed_number_of_queries(
    tell: Callable[..., None], anna: Any, boris: Any, chief: Any, django_assert_num_queries: Any
) -> None:
    tell(1, sipuni_rings(1, "101"))
    with django_assert_num_queries(7):
        read_board(User.objects.get(pk=chief.pk))
    for number in range(5):
        tell(1, sipuni_rings(1, "102", f"2.{number}"))
    with django_assert_num_queries(7):
        read_board(User.objects.get(pk=chief.pk))
