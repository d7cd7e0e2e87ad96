"""One client: all numbers of a contact, whoever joins, parts or erases them; and never a guess."""

from __future__ import annotations

from datetime import date

import pytest

from crm.models import Contact, ContactPhone
from crm.services import add_contact
from crm.services.merging import merge_contacts
from telephony.calls.contacts import attach_contact
from telephony.intake.replay import replay
from telephony.models import Delivery, MissedDecision, MissedItem
from tests.callinfo.office import DAY, open_office
from tests.keeping.erased import erase
from tests.missed.company import OTHER, Company, call_of, lives, told
from tests.telephony.factories import make_user
from tests.telephony.messages import CLIENT, at

pytestmark = pytest.mark.django_db
MINUTE, HOUR = 60, 3600
THIRD = "79165550101"


def names() -> list[tuple[str | None, str, int]]:
    return [(item["contact"], item["state"], item["attempts"]) for item in told()]


class TestOneContact:
    def test_is_one_client_with_all_its_numbers(self, company: Company) -> None:
        add_contact(name="Вася", phones=[CLIENT, OTHER])
        company.misses(0)
        company.misses(MINUTE, client=OTHER)
        assert names() == [("Вася", "open", 2)]
        company.calls(HOUR, "xvb")
        assert names() == [("Вася", "returned", 2)]

    def test_that_is_made_later_joins_its_numbers(
        self, company: Company, django_capture_on_commit_callbacks: object
    ) -> None:
        company.misses(0)
        company.misses(MINUTE, client=OTHER)
        assert lives() == ["open 1", "open 1"]
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            add_contact(name="Вася", phones=[CLIENT, OTHER])
        assert names() == [("Вася", "open", 2)]

    def test_that_is_deleted_leaves_its_numbers(self, company: Company) -> None:
        contact = add_contact(name="Вася", phones=[CLIENT, OTHER])
        company.misses(0)
        company.misses(MINUTE, client=OTHER)
        contact.delete()
        assert names() == [(None, "open", 1), (None, "open", 1)]

    def test_whose_number_is_somebody_elses_now(self, company: Company) -> None:
        """The latest call tells whose it is."""
        vasya = add_contact(name="Вася", phones=[CLIENT])
        company.misses(0)
        ContactPhone.objects.filter(contact=vasya).delete()
        petya = Contact.objects.create(name="Петя")
        ContactPhone.objects.create(contact=petya, raw=CLIENT)
        company.misses(MINUTE)
        assert names() == [("Петя", "open", 2)]


class TestTwoContacts:
    """With one number: nobody says whose call it is, until somebody does."""

    @pytest.fixture
    def pair(self) -> list[Contact]:
        return [add_contact(name="Вася", phones=[CLIENT, OTHER]), add_contact(name="Петя", phones=[CLIENT, THIRD])]

    def test_are_not_guessed(self, company: Company, pair: list[Contact]) -> None:
        company.misses(0)
        assert names() == [(None, "open", 1)]
        company.calls(HOUR, client=OTHER)
        assert names() == [(None, "open", 1)]
        company.calls(2 * HOUR)
        assert names() == [(None, "returned", 1)]

    def test_until_one_is_chosen(self, company: Company, pair: list[Contact]) -> None:
        company.misses(0)
        company.misses(MINUTE, client=OTHER)
        company.misses(2 * MINUTE, client=THIRD)
        attach_contact(call=call_of(0), contact_pk=pair[0].pk, user=None)
        assert names() == [("Вася", "open", 2), ("Петя", "open", 1)]
        attach_contact(call=call_of(0), contact_pk=pair[1].pk, user=None)
        assert names() == [("Петя", "open", 2), ("Вася", "open", 1)]

    def test_become_one_in_the_middle(self, company: Company, pair: list[Contact]) -> None:
        company.misses(0, client=OTHER)
        company.misses(MINUTE, client=THIRD)
        merge_contacts(winner_pk=pair[0].pk, loser_pk=pair[1].pk, user=make_user("anna"))
        assert names() == [("Вася", "open", 2)]
        company.calls(HOUR, client=THIRD)
        assert names() == [("Вася", "returned", 2)]


class TestAnErasure:
    def test_in_the_middle_leaves_nobody_to_call(self, company: Company) -> None:
        company.misses(0)
        company.misses(MINUTE, client=OTHER)
        MissedDecision.objects.create(client_key=f"+{CLIENT}", at=at(90), kind="snoozed", until=at(HOUR))
        erase(CLIENT)
        assert [(item["client_e164"], item["state"]) for item in told()] == [(f"+{OTHER}", "open")]
        assert not MissedDecision.objects.exists()
        company.misses(HOUR)
        assert lives() == ["open 1", "open 1"]

    def test_of_one_number_leaves_the_contact_with_the_other(self, company: Company) -> None:
        add_contact(name="Вася", phones=[CLIENT, OTHER])
        company.misses(0, client=OTHER)
        company.misses(MINUTE)
        erase(CLIENT)
        assert [(item["client_e164"], item["attempts"]) for item in told()] == [(f"+{OTHER}", 1)]


def test_the_pbx_s_list_brings_the_answer_an_hour_later() -> None:
    with open_office() as office:
        office.tells(0, "START", "170.001")
        office.tells(20, "HANGUP", "170.001", callstatus="NOANSWER")
        assert lives() == ["open 1"]
        office.lists(1200, "ANSWERED", duration=65, call_id="170.002")
        office.pull(DAY)
        assert lives() == ["returned 1"]
        office.pull(date(2024, 1, 29))
        assert lives() == ["returned 1"]


def test_the_list_says_that_it_was_answered_after_all() -> None:
    with open_office() as office:
        office.tells(0, "START", "170.001")
        office.tells(20, "HANGUP", "170.001", callstatus="NOANSWER")
        office.lists(0, "ANSWERED", duration=65, callid="170.001")
        office.pull(DAY)
        assert lives() == []


def test_a_replay_of_everything_changes_nothing(company: Company) -> None:
    for second, talk in ((0, None), (MINUTE, 5), (HOUR, 60), (2 * HOUR, None)):
        company.sends(company.call(second, talk=talk))
        company.sends(company.call(second + 7, "wirecrm", talk=talk, client=OTHER))
    before = list(MissedItem.objects.order_by("pk").values())
    for delivery in Delivery.objects.order_by("-pk"):
        replay(delivery=delivery)
    assert list(MissedItem.objects.order_by("pk").values()) == before
    assert len(before) == 4
