"""The list, one client, decisions by their buttons, and who may see what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from telephony.domain.events import Direction
from telephony.models import Calendar, Dial, MissedItem, MissedRule, Schedule, SpecialDay, Team
from telephony.models.schedule import WEEKDAYS
from tests.missed.company import OTHER, Company
from tests.telephony.factories import make_user
from tests.telephony.messages import CLIENT, at

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = 60, 3600, 86400
LIST = "telephony:missed"


@pytest.fixture(autouse=True)
def clock(db: None) -> Any:
    with time_machine.travel(at(20 * MINUTE), tick=False) as traveller:
        yield traveller


def person(name: str, group: str = "Operator") -> Any:
    user = make_user(name)
    user.is_staff = True
    user.save()
    user.groups.add(Group.objects.get(name=group))
    return user


def browser(user: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def shown(client: Client, **query: str) -> list[str]:
    """Keys of the clients in the list."""
    response = client.get(reverse(LIST), query)
    assert response.status_code == 200
    return [row.item.client_key for row in response.context["rows"]]


def press(client: Client, what: str, item: MissedItem | None = None, **fields: str) -> str:
    pk = (item or MissedItem.objects.get()).pk
    response = client.post(reverse("telephony:missed_decide", args=[pk, what]), fields)
    assert response.status_code == 200
    return response.content.decode()


class TestWhoSeesIt:
    @pytest.fixture
    def office(self, company: Company) -> Company:
        """The phone 101, of-101's, rang for one client, 102 for the other."""
        company.misses(0)
        company.misses(MINUTE, client=OTHER, rings=(("102", 2),))
        return company

    @pytest.mark.parametrize(
        ("group", "username", "expected"),
        [
            ("Operator", "of-101", [CLIENT]),
            ("Operator", "of-103", []),
            ("Supervisor", "of-103", [OTHER]),
            ("Administrator", "of-104", [CLIENT, OTHER]),
        ],
    )
    def test_by_right(self, office: Company, group: str, username: str, expected: list[str]) -> None:
        from django.contrib.auth import get_user_model

        user: Any = get_user_model()._default_manager.get(username=username)
        user.is_staff = True
        user.save()
        user.groups.add(Group.objects.get(name=group))
        team = Team.objects.create(name="Sales")
        team.members.set(get_user_model()._default_manager.filter(username__in=["of-102", "of-103"]))
        client = browser(user)
        assert shown(client, whose="all") == [f"+{number}" for number in expected]
        for item in MissedItem.objects.all():
            allowed = 200 if item.client_key.removeprefix("+") in expected else 404
            assert client.get(reverse("telephony:missed_item", args=[item.pk])).status_code == allowed
            assert client.post(reverse("telephony:missed_decide", args=[item.pk, "take"])).status_code == allowed

    def test_nobody_without_a_right(self, office: Company) -> None:
        user = make_user("nobody")
        user.is_staff = True
        user.save()
        client = browser(user)
        assert client.get(reverse(LIST)).status_code == 403
        assert client.get(reverse("telephony:missed_badge")).status_code == 403
        assert Client().get(reverse(LIST)).status_code == 302

    def test_the_team_that_rang_has_it_until_somebody_takes_it(self, office: Company) -> None:
        anna, boris = person("anna"), person("boris")
        team = Team.objects.create(name="Sales")
        team.members.set([anna, boris])
        MissedRule.objects.create(way="rang", team=team)
        office.misses(2 * MINUTE)
        assert shown(browser(anna)) == shown(browser(boris)) == [f"+{CLIENT}"]
        press(browser(anna), "take", MissedItem.objects.get(client_key=f"+{CLIENT}"))
        assert (shown(browser(anna)), shown(browser(boris))) == ([f"+{CLIENT}"], [])


class TestTheButtons:
    @pytest.fixture
    def admin(self, company: Company) -> Client:
        company.misses(0)
        return browser(person("anna", "Administrator"))

    def test_take(self, admin: Client) -> None:
        assert "anna" in press(admin, "take")
        assert MissedItem.objects.get().state == "taken"

    def test_two_press_at_once(self, admin: Client) -> None:
        press(admin, "take")
        assert "anna took it already." in press(browser(person("boris", "Administrator")), "take")

    @pytest.mark.parametrize(
        ("until", "second"), [("15", 35 * MINUTE), ("60", 80 * MINUTE), ("working_day", 20 * HOUR), ("", None)]
    )
    def test_put_off(self, admin: Client, until: str, second: int | None) -> None:
        said = press(admin, "snooze", until=until)
        item = MissedItem.objects.get()
        assert item.snoozed_until == (None if second is None else at(second))
        assert ("Choose a time" in said) is (second is None)

    def test_put_off_over_days_that_are_free(self, admin: Client) -> None:
        """Tomorrow is a holiday, then work begins at ten."""
        calendar = Calendar.objects.create(name="Ours")
        SpecialDay.objects.create(calendar=calendar, day=at(DAY).date(), kind=SpecialDay.Kind.OFF)
        week = dict.fromkeys(WEEKDAYS, "10:00-18:00")
        Schedule.objects.create(name="Office", is_default=True, calendar=calendar, **week)
        press(admin, "snooze", until="working_day")
        assert MissedItem.objects.get().snoozed_until == at(DAY + 21 * HOUR)

    def test_give(self, admin: Client) -> None:
        boris = person("boris")
        assert "boris" in press(admin, "give", to=str(boris.pk))
        assert "Choose somebody" in press(admin, "give", to="0")

    def test_close_and_open_again(self, admin: Client) -> None:
        assert "Say why" in press(admin, "close", reason="called_back")
        assert "wrong number" in press(admin, "close", reason="wrong_number", note="не туда")
        page = admin.get(reverse("telephony:missed_item", args=[MissedItem.objects.get().pk])).content.decode()
        assert "не туда" in page
        press(admin, "reopen")
        assert MissedItem.objects.get().state == "open"

    def test_what_nobody_can_do(self, admin: Client) -> None:
        item = MissedItem.objects.get()
        assert admin.post(reverse("telephony:missed_decide", args=[item.pk, "eat"])).status_code == 404
        assert admin.get(reverse("telephony:missed_decide", args=[item.pk, "take"])).status_code == 405


def test_yesterday_s_that_nobody_returned(company: Company, clock: time_machine.Traveller) -> None:
    company.misses(0)
    company.misses(MINUTE, client=OTHER)
    company.calls(2 * MINUTE, client=OTHER)
    company.misses(3 * MINUTE, client="79165550101")
    clock.move_to(at(DAY))
    admin = browser(person("anna", "Administrator"))
    query = {"whose": "all", "show": "not_returned", "period": "yesterday"}
    assert shown(admin, **query) == ["+79165550101", f"+{CLIENT}"]
    assert shown(admin, **{**query, "show": "returned"}) == [f"+{OTHER}"]
    assert shown(admin, **{**query, "period": "today"}) == []


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        ([0], "13:00"),
        ([0, 60], "13:00 to 13:01"),
        ([-DAY, 0], "yesterday 13:00 to today 13:00"),
        ([-2 * DAY, -DAY], "01/27/2024 13:00 to yesterday 13:00"),
        ([-DAY, 60 - DAY], "yesterday 13:00 to 13:01"),
    ],
)
def test_when_they_tried(company: Company, seconds: list[int], words: str) -> None:
    for second in seconds:
        company.misses(second)
    page = browser(person("anna", "Administrator")).get(reverse(LIST), {"whose": "all"})
    assert page.context["rows"][0].tried == words


def test_overdue_goes_to_the_supervisor(company: Company, clock: time_machine.Traveller) -> None:
    anna, chief = person("anna"), person("chief", "Supervisor")
    Team.objects.create(name="Sales").members.set([anna, chief])
    MissedRule.objects.create(way="fixed", user=anna, minutes=45)
    company.misses(0)

    def badge(user: Any) -> str:
        return str(browser(user).get(reverse("telephony:missed_badge")).json()["count"])

    assert (badge(anna), badge(chief)) == ("1", "")
    clock.move_to(at(46 * MINUTE))
    assert (badge(anna), badge(chief)) == ("1", "1")
    assert "overdue" in browser(chief).get(reverse(LIST), {"whose": "team"}).content.decode()
    company.calls(47 * MINUTE)
    assert (badge(anna), badge(chief)) == ("", "")


class TestWhoCallsAlready:
    """Said to others before they press, for two minutes; not to the one who calls."""

    @pytest.fixture
    def admin(self, company: Company) -> Client:
        company.misses(0)
        return browser(person("anna", "Administrator"))

    def said(self, client: Client) -> str:
        return client.get(reverse(LIST), {"whose": "all"}).content.decode()

    def test_by_a_click(self, admin: Client, clock: time_machine.Traveller) -> None:
        boris = person("boris", "Administrator")
        Dial.objects.create(user=boris, phone_raw=CLIENT, phone_e164=f"+{CLIENT}", idempotency_key="1", state="sent")
        assert "boris is calling them right now." in self.said(admin)
        assert "is calling them" not in self.said(browser(boris))
        clock.shift(timedelta(minutes=2, seconds=1))
        assert "is calling them" not in self.said(admin)

    def test_from_a_phone(self, admin: Client, company: Company, clock: time_machine.Traveller) -> None:
        told = company.call(19 * MINUTE + 50, "xvb", direction=Direction.OUTGOING, phone="102")
        company.sends(told[:1])
        assert "of-102 is calling them right now." in self.said(admin)
        company.sends(told[1:])
        assert "of-102 has just called them." in self.said(admin)
        clock.shift(timedelta(minutes=5))
        assert "called them" not in self.said(admin)


def test_who_has_nothing_to_return_is_shown_what_the_menu_counts(company: Company) -> None:
    """An administrator without a phone, say: else the badge has a number, and the list behind it is empty."""
    company.misses(0)
    late, chief = at(3 * DAY), browser(person("chief", "Administrator"))
    with time_machine.travel(late, tick=False):
        page = chief.get(reverse(LIST))
        assert (page.context["whose"], len(page.context["rows"])) == ("all", 1)
        assert shown(chief, whose="mine") == []
    assert chief.get(reverse(LIST)).context["whose"] == "mine", "not late yet: nothing is counted"
