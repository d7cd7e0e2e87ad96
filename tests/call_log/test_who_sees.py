"""Whose calls, orders and missed clients a right reaches: asked of access.py itself, whatever page asks it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group, User
from django.utils import timezone

from crm.models import Note
from telephony.calls import access
from telephony.calls.access import Scope
from telephony.models import Call, Dial, MissedItem, MissedRang, Recording, Team
from tests.listening.world import connection, make_call, make_person, store

pytestmark = pytest.mark.django_db
FIRST = timezone.now().replace(microsecond=0) - timedelta(days=1)
SEEN = {
    "": [],
    "Operator": ["anna"],
    "Supervisor": ["anna", "boris"],
    "Administrator": ["anna", "boris", "nobody", "vera"],
}


@pytest.fixture
def people() -> dict[str, User]:
    """Anna and Boris are in one team, Vera is in another."""
    found = {name: make_person(name) for name in ("anna", "boris", "vera")}
    Team.objects.create(name="Sales").members.add(found["anna"], found["boris"])
    Team.objects.create(name="Support").members.add(found["vera"])
    return found


def anna_as(group: str) -> Any:
    anna = User.objects.get(username="anna")
    anna.groups.set(Group.objects.filter(name=group))
    return anna


def missed(name: str, day: int = 0, **fields: Any) -> MissedItem:
    at = FIRST + timedelta(days=day)
    told = {"connection": connection(), "attempts": 1, "first_at": at, "last_at": at, "due_at": at, "state": "open"}
    made: MissedItem = MissedItem.objects.create(client_key=name, **told, **fields)
    return made


def rang(item: MissedItem, user: User) -> None:
    MissedRang.objects.create(item=item, user=user, first_at=item.first_at)


@pytest.mark.parametrize("group", SEEN)
def test_orders_of_whose_calls_are_seen(people: dict[str, User], group: str) -> None:
    for name, person in [*people.items(), ("nobody", None)]:
        Dial.objects.create(user=person, phone_raw=name, idempotency_key=f"key-{name}")
    Dial.objects.create(user=None, phone_raw="canary", idempotency_key="canary-0123")
    found = access.visible_dials(anna_as(group)).values_list("phone_raw", flat=True)
    # One's own orders are seen with no right at all.
    assert sorted(found) == (SEEN[group] or ["anna"])


def test_a_supervisor_without_a_team_sees_the_own(people: dict[str, User]) -> None:
    Team.objects.all().delete()
    anna = anna_as("Supervisor")
    for name, person in people.items():
        Dial.objects.create(user=person, phone_raw=name, idempotency_key=f"key-{name}")
        missed(name, assignee=person)
        make_call(responsible=person)
    assert [dial.phone_raw for dial in access.visible_dials(anna)] == ["anna"]
    assert [item.client_key for item in access.visible_missed(anna)] == ["anna"]
    assert [call.responsible for call in access.visible_calls(anna)] == [anna]


@pytest.mark.parametrize("group", SEEN)
@pytest.mark.parametrize("between", [None, (FIRST, FIRST + timedelta(days=1))])
def test_missed_clients_whose_phone_rang_or_who_is_to_return_them(
    people: dict[str, User], group: str, between: Any
) -> None:
    ways = ("rang", "assignee", "closed_by", "team")
    for name, person in people.items():
        rang(missed(f"{name} rang"), person)
        missed(f"{name} assignee", assignee=person)
        missed(f"{name} closed_by", closed_by=person)
        missed(f"{name} team", team=person.teams.get() if name != "boris" else None, assignee=person)
    for way in ways:
        missed(f"nobody {way}")
    found = access.visible_missed(anna_as(group), between=between).values_list("client_key", flat=True)
    assert sorted(found) == sorted(f"{name} {way}" for name in SEEN[group] for way in ways)


@pytest.mark.parametrize("group", ["Operator", "Administrator"])
def test_missed_clients_of_a_time_are_those_who_were_missed_first_within_it(
    people: dict[str, User], group: str
) -> None:
    for name, day in (("before", -1), ("begin", 0), ("end", 1)):
        rang(missed(name, day), people["anna"])
    found = access.visible_missed(anna_as(group), between=(FIRST, FIRST + timedelta(days=1)))
    assert [item.client_key for item in found] == ["begin"]
    assert access.visible_missed(anna_as(group)).count() == 3


@pytest.mark.parametrize("group", SEEN)
def test_rows_that_lead_to_a_call_are_seen_with_it(people: dict[str, User], group: str) -> None:
    for name, person in [*people.items(), ("nobody", None)]:
        call = make_call(leg_of=person)
        Note.objects.create(call=call, text=name)
    Note.objects.create(text="of no call")
    found = Note.objects.filter(access.sees_call_of(anna_as(group))).values_list("text", flat=True)
    assert sorted(found) == SEEN[group]


@pytest.mark.parametrize("group", SEEN)
def test_recordings_of_what_is_seen(people: dict[str, User], group: str, own_storage: Any) -> None:
    stored = {}
    for name, person in [*people.items(), ("nobody", None)]:
        stored[name] = store(make_call(leg_of=person), b"RIFF").pk
    person = anna_as(group)
    assert set(access.audible_recordings(person).values_list("pk", flat=True)) == {stored[n] for n in SEEN[group]}
    assert not access.audible_recordings(person, Recording.objects.exclude(pk__in=stored.values())).exists()
    assert access.may_download(person) is (group in {"Supervisor", "Administrator"})


def test_calls_that_were_played_here_are_nobodys(people: dict[str, User]) -> None:
    Call.objects.filter(pk=make_call(leg_of=people["anna"]).pk).update(is_test=True)
    for group in SEEN:
        assert not access.visible_calls(anna_as(group)).exists()


def test_a_scope_reaches_oneself_once_and_the_team(people: dict[str, User]) -> None:
    Team.objects.create(name="Night").members.add(people["anna"], people["boris"])
    anna, boris = people["anna"], people["boris"]
    assert access.people_of(anna, Scope.OWN) == [anna.pk]
    assert access.people_of(anna, Scope.TEAM) == [anna.pk, boris.pk]
    assert set(access.colleagues(anna).values_list("user_id", flat=True)) == {anna.pk, boris.pk}


def test_who_is_signed_out_or_dismissed_reaches_nothing(people: dict[str, User]) -> None:
    gone = anna_as("Administrator")
    gone.is_active = False
    for user in (gone, AnonymousUser()):
        assert (access.seeing(user), access.listening(user)) == (Scope.NOTHING, Scope.NOTHING)
        assert access.may_download(user) is False


def test_a_list_that_was_narrowed_before_stays_narrow(people: dict[str, User]) -> None:
    first, second = make_call(leg_of=people["anna"]), make_call(responsible=people["anna"])
    other = make_call(responsible=people["vera"])
    anna = anna_as("Operator")
    assert set(access.visible_calls(anna, Call.objects.exclude(pk=first.pk))) == {second}
    assert set(access.charged_to(Call.objects.all(), anna.pk)) == {second}
    assert not access.charged_to(Call.objects.filter(pk=other.pk), anna.pk).exists()
