"""The board's queue: who waits and where, and who gave up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from telephony.cards.board import read_board
from telephony.models import DeskSettings, Team
from tests.desk.people import person
from tests.telephony.messages import at, sipuni, sipuni_answers, sipuni_ends, sipuni_rings

pytestmark = pytest.mark.django_db
CLIENT = "+7 920 111-96-13"
NO_ANSWER = "NOANSWER"


@pytest.fixture
def chief(db: None) -> Any:
    return User.objects.create_superuser("chief")


def waiting(user: Any) -> list[tuple[str, str, str]]:
    return [(client.client, client.place, client.phones) for client in read_board(user).waiting]


def test_whoever_waits_is_shown_with_where_they_are(
    tell: Callable[..., None], anna: Any, boris: Any, chief: Any
) -> None:
    tell(1, sipuni(1, 1))
    assert waiting(chief) == [(CLIENT, "unknown", "")]
    tell(2, sipuni_rings(2, "101"))
    tell(2, sipuni_rings(2, "102"))
    assert waiting(chief) == [(CLIENT, "ringing", "Anna, Boris")]
    assert read_board(chief).waiting_since == at(1)
    tell(5, sipuni_answers(5, "101"))
    assert waiting(chief) == []
    assert read_board(chief).waiting_since is None


def test_the_longest_wait_comes_first_and_our_own_calls_are_none(
    tell: Callable[..., None], anna: Any, boris: Any, chief: Any
) -> None:
    tell(1, sipuni_rings(1, "101", "1.1"))
    tell(9, sipuni_rings(9, "102", "1.2"))
    outgoing = {"src_num": "012345102", "short_src_num": "102", "src_type": "2", "dst_num": "79990001122"}
    tell(10, sipuni(1, 10, "1.7", **outgoing, dst_type="1"))
    board = read_board(chief)
    assert [client.since for client in board.waiting] == [at(1), at(9)]
    assert board.waiting_since == at(1)


@pytest.mark.parametrize(("minutes", "count"), [(1, 1), (59, 1), (61, 0)])
def test_who_gave_up_is_shown_for_an_hour(
    tell: Callable[..., None], anna: Any, chief: Any, minutes: int, count: int
) -> None:
    tell(1, sipuni_rings(1, "101"))
    tell(25, sipuni_ends(25, NO_ANSWER))
    board = read_board(chief, now=at(25) + timedelta(minutes=minutes))
    assert board.gave_up_count == count
    told = [(client.client, client.at, client.waited, client.where) for client in board.gave_up]
    assert told == [(CLIENT, at(25), "0:24", "while phones rang")][:count]


def test_who_was_answered_did_not_give_up(tell: Callable[..., None], anna: Any, chief: Any) -> None:
    tell(1, sipuni_rings(1, "101"))
    tell(5, sipuni_answers(5, "101"))
    tell(25, sipuni_ends(25))
    assert read_board(chief).gave_up_count == 0


def test_of_many_who_gave_up_the_latest_are_listed_and_all_counted(
    tell: Callable[..., None], anna: Any, chief: Any
) -> None:
    for number in range(13):
        tell(number * 10, sipuni_rings(number * 10, "101", f"1.{number}"))
        tell(number * 10 + 5, sipuni_ends(number * 10 + 5, NO_ANSWER, f"1.{number}"))
    board = read_board(chief)
    assert (board.gave_up_count, len(board.gave_up), board.gave_up_unlisted) == (13, 6, 7)
    assert board.gave_up[0].at == at(125)


def test_a_supervisor_sees_who_waits_for_and_gave_up_on_the_own_team(
    tell: Callable[..., None], anna: Any, boris: Any
) -> None:
    olga = person("olga", "see_team_calls")
    Team.objects.create(name="Sales").members.set([anna, olga])
    tell(1, sipuni_rings(1, "102", "1.2"))
    tell(2, sipuni_rings(2, "102", "1.3"))
    tell(3, sipuni_ends(3, NO_ANSWER, "1.3"))
    board = read_board(olga)
    assert (board.waiting, board.gave_up_count) == ([], 0)
    tell(4, sipuni_rings(4, "101", "1.4"))
    tell(5, sipuni_rings(5, "101", "1.5"))
    tell(6, sipuni_ends(6, NO_ANSWER, "1.5"))
    board = read_board(olga)
    assert (len(board.waiting), board.gave_up_count) == (1, 1)


def test_who_is_not_to_be_disturbed_is_not_free(anna: Any, boris: Any, chief: Any) -> None:
    DeskSettings.objects.create(user=boris, do_not_disturb=True)
    board = read_board(chief)
    assert {seat.name: seat.state for seat in board.seats} == {"Anna": "free", "Boris": "pausing"}
    assert board.free == 1


def test_the_page_shows_them(tell: Callable[..., None], anna: Any, chief: Any) -> None:
    tell(1, sipuni_rings(1, "101", "1.1"))
    tell(2, sipuni_ends(2, NO_ANSWER, "1.1"))
    tell(3, sipuni_rings(3, "101"))
    client = Client()
    client.force_login(chief)
    page = client.get("/telephony/desk/board/rows/").content.decode()
    assert "rings at Anna" in page
    assert "waited 0:01, while phones rang" in page
