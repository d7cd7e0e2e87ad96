"""Who returns a missed call, and until when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm.services import add_contact
from telephony.models import Calendar, Line, MissedItem, MissedRule, Schedule, SpecialDay, Team
from tests.missed.company import OTHER, Company, lives
from tests.telephony.factories import make_user
from tests.telephony.messages import CLIENT, OUR_NUMBER

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = 60, 3600, 86400
MOSCOW = ZoneInfo("Europe/Moscow")
OFFICE = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "9-18")
"""Second 0 is Monday, 29 January 2024, 13:00 in Moscow."""


def local(text: str) -> datetime:
    return datetime.strptime(f"2024-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=MOSCOW)


class TestTheDeadline:
    @pytest.fixture(autouse=True)
    def schedule(self, db: None) -> Schedule:
        calendar = Calendar.objects.create(name="Ours")
        SpecialDay.objects.create(calendar=calendar, day=date(2024, 1, 31), kind="off", name="Праздник")
        made: Schedule = Schedule.objects.create(name="Office", calendar=calendar, is_default=True, **OFFICE)
        return made

    @pytest.mark.parametrize(
        ("second", "due"),
        [
            (0, "01-29 13:30"),
            (4 * HOUR + 45 * MINUTE, "01-30 09:15"),  # 17:45: a quarter of an hour today, one tomorrow.
            (10 * HOUR, "01-30 09:30"),  # At night it begins at the opening.
            (DAY + 6 * HOUR, "02-01 09:30"),  # On Tuesday evening; Wednesday is a holiday.
            (2 * DAY, "02-01 09:30"),  # On the holiday.
            (4 * DAY + 6 * HOUR, "02-05 09:30"),  # On Friday evening.
        ],
    )
    def test_is_counted_in_working_time(self, company: Company, second: int, due: str) -> None:
        company.misses(second)
        assert MissedItem.objects.get().due_at == local(due)

    def test_does_not_move_with_the_next_attempt(self, company: Company) -> None:
        company.misses(0)
        company.misses(20 * MINUTE)
        assert MissedItem.objects.get().due_at == local("01-29 13:30")

    def test_of_a_team_is_by_its_own_hours(self, company: Company, schedule: Schedule) -> None:
        team = Team.objects.create(name="Support")
        MissedRule.objects.create(way="rang", team=team, minutes=60)
        night = Schedule.objects.create(name="Nights", **dict.fromkeys(OFFICE, "0-24"))
        night.teams.add(team)
        company.misses(10 * HOUR)
        assert MissedItem.objects.get().due_at == local("01-30 00:00")


def duty(client: str = f"+{CLIENT}") -> tuple[str | None, str | None]:
    item = MissedItem.objects.get(client_key=client, state="open")
    return item.assignee.get_username() if item.assignee else None, item.team.name if item.team else None


class TestWho:
    @pytest.fixture(autouse=True)
    def office(self, company: Company) -> dict[str, Any]:
        """The contact is vera's, of-102 talked with it last, of-101's phone rings; two are a team."""
        vera = make_user("vera")
        add_contact(name="Вася", phones=[CLIENT], responsible=vera)
        company.answers(-DAY, phone="102")
        team = Team.objects.create(name="Sales")
        team.members.set(e.user for e in company.at("sipuni").extensions.filter(number__in=["103", "104"]))
        return {"team": team, "user": vera}

    @pytest.mark.parametrize(
        ("rule", "expected"),
        [
            (None, ("vera", None)),
            ({"way": "responsible"}, ("vera", None)),
            ({"way": "last_talked"}, ("of-102", None)),
            ({"way": "rang"}, ("of-101", None)),
            ({"way": "rang", "team": "team"}, (None, "Sales")),
            ({"way": "fixed", "user": "user"}, ("vera", None)),
            ({"way": "round_robin", "team": "team"}, ("of-103", None)),
        ],
    )
    def test_as_the_rule_says(
        self, company: Company, office: dict[str, Any], rule: dict[str, str] | None, expected: tuple[Any, Any]
    ) -> None:
        if rule is not None:
            MissedRule.objects.create(**{name: office.get(value, value) for name, value in rule.items()})
        company.misses(0)
        assert duty() == expected

    def test_who_is_gone_is_passed_over(self, company: Company, office: dict[str, Any]) -> None:
        office["user"].is_active = False
        office["user"].save()
        company.misses(0)
        assert duty() == ("of-102", None)

    def test_the_number_s_rule_goes_before_the_connection_s(self, company: Company, office: dict[str, Any]) -> None:
        sipuni = company.at("sipuni")
        line = Line.objects.create(connection=sipuni, number=OUR_NUMBER, label="Radio")
        MissedRule.objects.create(way="last_talked")
        MissedRule.objects.create(way="rang", connection=sipuni)
        MissedRule.objects.create(way="fixed", line=line, user=office["user"])
        company.misses(0)
        company.misses(1, client=OTHER, our_number="78432000000")
        assert (duty(), duty(f"+{OTHER}")) == (("vera", None), ("of-101", None))

    def test_members_take_turns(self, company: Company, office: dict[str, Any]) -> None:
        MissedRule.objects.create(way="round_robin", team=office["team"])
        clients = [f"7920555010{digit}" for digit in range(4)]
        for place, client in enumerate(clients):
            company.misses(place * MINUTE, client=client)
        names = ["of-103", "of-104"] * 2
        assert [duty(f"+{client}")[0] for client in clients] == names
        for place, client in enumerate(clients):  # Once more: nobody's turn changes.
            company.misses(HOUR + place * MINUTE, client=client)
        assert [duty(f"+{client}")[0] for client in clients] == names

    def test_what_is_over_stays_whose_it_was(self, company: Company, office: dict[str, Any]) -> None:
        company.misses(0)
        company.calls(MINUTE)
        MissedRule.objects.create(way="rang")
        company.misses(HOUR)
        old, new = MissedItem.objects.order_by("first_at")
        assert (str(old.assignee), str(new.assignee)) == ("vera", "of-101")
        assert lives() == ["returned 1", "open 1"]
