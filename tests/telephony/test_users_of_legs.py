"""Whose phone rang: legs find their users by number and key, and calls their responsible user."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from telephony.calls import apply
from telephony.calls.contacts import Lookup
from telephony.connections.settings import save_extension
from telephony.domain.directory import EmptyDirectory
from telephony.models import Call, CallLeg, Connection, Extension
from telephony.privacy.user_keys import label, make_hash
from tests.telephony.factories import ConnectionFactory, ExtensionFactory, UserFactory, make_user
from tests.telephony.messages import (
    deliver,
    form,
    mobilon_rings,
    only_call,
    sipuni,
    sipuni_answers,
    sipuni_ends,
    sipuni_rings,
)

pytestmark = pytest.mark.django_db


def marked(key: str) -> str:
    return label(make_hash(key))


def users_of_legs() -> dict[str, str | None]:
    legs = CallLeg.objects.all()
    return {str(leg): leg.user.username if leg.user else None for leg in legs}


def test_legs_find_their_users_by_number_and_by_key() -> None:
    sipuni_office, mobilon_office = ConnectionFactory.create(), ConnectionFactory.create(vendor="mobilon")
    anna, boris = make_user("anna"), make_user("boris")
    ExtensionFactory.create(connection=sipuni_office, user=anna, number="101")
    ExtensionFactory.create(connection=mobilon_office, user=boris, number="101", key="gW3cyUJA")
    deliver(sipuni_office, sipuni_rings(0, "101"))
    deliver(mobilon_office, mobilon_rings("gW3cyUJA"))
    deliver(mobilon_office, mobilon_rings("unknown"))
    assert users_of_legs() == {"101": "anna", marked("gW3cyUJA"): "boris", marked("unknown"): None}


def test_the_key_counts_more_than_the_number() -> None:
    connection = ConnectionFactory.create(vendor="mobilon")
    ExtensionFactory.create(connection=connection, user=make_user("anna"), number="101")
    ExtensionFactory.create(connection=connection, user=make_user("boris"), number="102", key="K")
    told = {"uuid": "1", "state": "PREANSWER", "direction": "incoming", "from": "79201119613", "to": "101"}
    deliver(connection, form(**told, userkey="K"))
    assert users_of_legs() == {"101": "boris"}


def test_responsible_is_who_talked_longest(connection: Connection) -> None:
    anna = ExtensionFactory.create(connection=connection, number="101").user
    boris = ExtensionFactory.create(connection=connection, number="102").user
    deliver(connection, sipuni_rings(0, "101"))
    assert only_call().responsible == anna
    deliver(connection, sipuni_answers(5, "101"))
    deliver(connection, sipuni_rings(10, "102"))
    assert only_call().responsible == anna
    deliver(connection, sipuni_answers(15, "102"))
    transferred = {"dst_num": "012345102", "short_dst_num": "102", "dst_type": "2", "status": "ANSWER"}
    deliver(connection, sipuni(4, 20, **transferred))
    deliver(connection, sipuni_ends(60))
    assert only_call().responsible == boris


def test_responsible_for_a_missed_call_is_whose_phone_rang_last(connection: Connection) -> None:
    for number in ("101", "102"):
        ExtensionFactory.create(connection=connection, number=number)
    for second, number in ((0, "101"), (5, "102")):
        deliver(connection, sipuni_rings(second, number))
    deliver(connection, sipuni_ends(20, "NOANSWER"))
    assert only_call().responsible == Extension.objects.get(number="102").user


def test_nobody_is_responsible_if_the_one_who_talked_is_not_known_here(connection: Connection) -> None:
    ExtensionFactory.create(connection=connection, number="101")
    deliver(connection, sipuni_rings(0, "101"))
    deliver(connection, sipuni_answers(5, "999"))
    assert only_call().responsible is None


def test_a_leg_stays_with_whoever_had_the_extension_then(connection: Connection) -> None:
    extension = ExtensionFactory.create(connection=connection, number="101", user=make_user("anna"))
    deliver(connection, sipuni_rings(0, "101"))
    extension.user = make_user("boris")
    save_extension(extension=extension)
    deliver(connection, sipuni_answers(5, "101"))
    assert users_of_legs() == {"101": "anna"}
    assert only_call().responsible.username == "anna"  # type: ignore[union-attr]


def test_legs_that_turn_out_to_be_one_are_stored_as_one(connection: Connection) -> None:
    """The second ring of 101 was a leg of its own only because of an event that is read otherwise today."""
    for second in (0, 20):
        deliver(connection, sipuni_rings(second, "101"))
        left = {"dst_num": "012345101", "short_dst_num": "101", "dst_type": "2", "status": "NOANSWER"}
        deliver(connection, sipuni(4, second + 10, **left))
    assert only_call().legs.count() == 2
    only_call().events.filter(kind="leg_ended").first().delete()  # type: ignore[union-attr]
    apply.refold(call=only_call(), lookup=Lookup(EmptyDirectory()))
    assert only_call().legs.count() == 1


class TestExtensionAddedLater:
    def test_gets_the_legs_and_calls_that_nobody_was_named_for(self, connection: Connection) -> None:
        deliver(connection, sipuni_rings(0, "101"))
        deliver(ConnectionFactory.create(), sipuni_rings(0, "101", call_id="other office"))
        anna = make_user("anna")
        save_extension(extension=Extension(connection=connection, user=anna, number="101"))
        assert dict(Call.objects.values_list("external_id", "responsible__username")) == {
            "1.10": "anna",
            "other office": None,
        }

    def test_finds_legs_by_key(self) -> None:
        connection = ConnectionFactory.create(vendor="mobilon")
        deliver(connection, mobilon_rings("K"))
        save_extension(extension=Extension(connection=connection, user=make_user("anna"), key="K"))
        assert only_call().responsible.username == "anna"  # type: ignore[union-attr]

    def test_takes_no_call_that_is_somebodys(self, connection: Connection) -> None:
        ExtensionFactory.create(connection=connection, number="102", user=make_user("boris"))
        deliver(connection, sipuni_rings(0, "101"))
        deliver(connection, sipuni_answers(3, "102"))
        deliver(connection, sipuni_ends(9))
        save_extension(extension=Extension(connection=connection, user=make_user("anna"), number="101"))
        assert users_of_legs() == {"101": "anna", "102": "boris"}
        assert only_call().responsible.username == "boris"  # type: ignore[union-attr]

    @pytest.mark.parametrize("late", ["101", "102", "103"])
    def test_makes_the_same_user_responsible_as_if_it_had_been_there(self, connection: Connection, late: str) -> None:
        """101 answers; 102 and 103 ring later, at the same second. In a call that goes on, and in a missed one."""
        numbers = ["101", "102", "103"]
        tellings = {
            "open": [sipuni_rings(0, "101"), sipuni_answers(3, "101"), sipuni_rings(5, "102"), sipuni_rings(5, "103")],
            "missed": [*(sipuni_rings(0, number) for number in numbers), sipuni_ends(20, "NOANSWER")],
        }
        twin = ConnectionFactory.create()
        users = {number: UserFactory.create() for number in numbers}
        for number in numbers:
            ExtensionFactory.create(connection=twin, number=number, user=users[number])
            if number != late:
                ExtensionFactory.create(connection=connection, number=number, user=users[number])
        for name, messages in tellings.items():
            for message in messages:
                body = message.body.replace(b"1.10", name.encode())
                for office in (connection, twin):
                    deliver(office, type(message)(body=body))
        save_extension(extension=Extension(connection=connection, number=late, user=users[late]))
        responsible = {
            office: dict(Call.objects.filter(connection=office).values_list("external_id", "responsible"))
            for office in (connection, twin)
        }
        assert responsible[connection] == responsible[twin]
        assert None not in responsible[twin].values()

    def test_leaves_a_call_of_somebody_unknown_who_is_more_concerned(self, connection: Connection) -> None:
        deliver(connection, sipuni_rings(0, "101"))
        deliver(connection, sipuni_answers(3, "999"))
        deliver(connection, sipuni_ends(9))
        save_extension(extension=Extension(connection=connection, user=make_user("anna"), number="101"))
        assert users_of_legs() == {"101": "anna", "999": None}
        assert only_call().responsible is None

    def test_without_legs_changes_nothing(self, connection: Connection) -> None:
        deliver(connection, sipuni_rings(0, "101"))
        save_extension(extension=Extension(connection=connection, user=make_user("anna"), number="555"))
        assert only_call().responsible is None


class TestConstraints:
    @pytest.mark.parametrize(
        ("values", "error"),
        [
            ({}, "Give the internal number, the key, or both."),
            ({"number": "101"}, "This internal number is somebody's already on this connection."),
            ({"key": "K"}, "This key is somebody's already on this connection."),
        ],
    )
    def test_an_extension_needs_a_number_or_key_of_its_own(
        self, connection: Connection, values: dict[str, str], error: str
    ) -> None:
        ExtensionFactory.create(connection=connection, number="101", key="K")
        with pytest.raises(ValidationError, match=error):
            save_extension(extension=Extension(connection=connection, user=make_user("anna"), **values))

    def test_the_same_number_on_another_connection_is_fine(self, connection: Connection) -> None:
        anna = make_user("anna")
        save_extension(extension=Extension(connection=connection, user=anna, number="101"))
        of_key = Extension(connection=connection, user=anna, key="K1")
        save_extension(extension=of_key)
        save_extension(extension=Extension(connection=connection, user=anna, key="K2"))
        save_extension(extension=Extension(connection=ConnectionFactory.create(), user=anna, number="101"))
        assert str(Extension.objects.get(pk=of_key.pk)) == f"{marked('K1')} ({connection.name})"
