"""The board: who may see it, and what it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from telephony.cards.board import read_board
from telephony.models import DeskSettings, Team
from tests.desk.people import person
from tests.telephony.messages import at, sipuni, sipuni_answers, sipuni_rings

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
    page = client.get("/telephony/desk/board/").content.decode()
    assert page.count("has a page open") == 1
    assert page.count("do not disturb") == 1
    assert "On the line now" in page
    assert client.get("/telephony/desk/board/rows/").content.decode() in page


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
