"""Which calls are found does not depend on the way that is chosen for few or for many of them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User

from crm.services import add_contact
from telephony.call_log import search
from telephony.calls import access
from telephony.calls.access import Scope, visible_calls, with_part_of
from telephony.models import Call, Team
from tests.call_log.test_call_log import shown, sign_in
from tests.listening.world import make_call, make_person
from tests.telephony.factories import ExtensionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["few", "many"])
def ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is with few rows, and as it would be with millions."""
    if request.param == "many":
        monkeypatch.setattr(access, "FEW_LEGS", 0)
        monkeypatch.setattr(search, "FEW_CALLS", 0)
        monkeypatch.setattr(search, "FEW_CONTACTS", 0)
        monkeypatch.setattr(search, "FEW_LEGS", 0)


@pytest.fixture
def people() -> dict[str, User]:
    """Anna, whose team Boris is in, and Vera, who is in none."""
    found = {name: make_person(name) for name in ("anna", "boris", "vera")}
    Team.objects.create(name="Sales").members.add(found["anna"], found["boris"])
    return found


@pytest.fixture
def calls(people: dict[str, User]) -> dict[str, Call]:
    """Of each a call on the phone and one that they are only responsible for; and one of nobody."""
    made = {"nobody's": make_call()}
    for name, person in people.items():
        made[f"{name}'s phone"] = make_call(leg_of=person)
        made[f"{name}'s charge"] = make_call(responsible=person)
    make_call(leg_of=people["vera"], responsible=people["vera"], number="+78121112233")
    return made


@pytest.mark.usefixtures("ways")
@pytest.mark.parametrize(
    ("group", "owners"),
    [("Operator", ["anna"]), ("Supervisor", ["anna", "boris"])],
)
def test_the_same_calls_are_seen(
    people: dict[str, User], calls: dict[str, Call], group: str, owners: list[str]
) -> None:
    people["anna"].groups.add(Group.objects.get(name=group))
    wanted = {calls[f"{name}'s {what}"].pk for name in owners for what in ("phone", "charge")}
    anna = User.objects.get(username="anna")
    assert access.seeing(anna) is (Scope.OWN if group == "Operator" else Scope.TEAM)
    assert set(visible_calls(anna).values_list("pk", flat=True)) == wanted
    # As a part of other questions, too.
    assert Call.objects.filter(pk__in=visible_calls(anna).values("pk")).count() == len(wanted)
    assert not visible_calls(anna).filter(pk=calls["vera's phone"].pk).exists()


@pytest.mark.usefixtures("ways")
def test_who_had_no_calls_sees_none(calls: dict[str, Call]) -> None:
    newcomer = make_person("newcomer", "Operator")
    assert not visible_calls(newcomer).exists()
    assert not with_part_of(Call.objects.all(), [newcomer.pk]).exists()
    assert not access.charged_to(Call.objects.all(), newcomer.pk).exists()


@pytest.mark.usefixtures("ways")
def test_an_employees_calls_are_found(people: dict[str, User], calls: dict[str, Call]) -> None:
    owner = sign_in("anna", "Administrator")
    boris = people["boris"].pk
    ExtensionFactory.create(connection=calls["nobody's"].connection, user=people["boris"], number="102")
    assert shown(owner, f"employee={boris}") == {calls["boris's phone"].pk, calls["boris's charge"].pk}
    answer = owner.get("/api/v1/calls/?responsible=boris").json()["results"]
    assert [call["id"] for call in answer] == [calls["boris's charge"].pk]
    assert owner.get("/api/v1/calls/?responsible=stranger").json()["results"] == []


TEXTS = {"812": 1, "8121": 1, "21112": 1, "12233": 1, "8 (812) 111-22-33": 1, "101": 4, "999": 0, "99999": 0}


@pytest.mark.usefixtures("ways")
@pytest.mark.parametrize("text", [*TEXTS, "Мария", "Заратустра", "call-1"])
def test_texts_are_found(people: dict[str, User], calls: dict[str, Call], text: str) -> None:
    contact = add_contact(name="Мария Орлова", phones=["+79991112233"])
    Call.objects.filter(pk=calls["nobody's"].pk).update(contact=contact)
    found = shown(sign_in("anna", "Administrator"), f"text={text}")
    if text in ("Мария", "call-1"):
        assert found == {calls["nobody's"].pk}
    else:
        assert len(found) == TEXTS.get(text, 0)


@pytest.mark.usefixtures("ways")
def test_the_internal_number_is_found_however_long(people: dict[str, User], calls: dict[str, Call]) -> None:
    calls["vera's phone"].legs.update(extension_number="70001")
    assert shown(sign_in("anna", "Administrator"), "text=70001") == {calls["vera's phone"].pk}
    assert shown(sign_in("anna", "Administrator"), "text=7000") == set()
