"""The many ways in which an office's set-up can be spoilt."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client

from telephony.connections.settings import save_extension
from telephony.intake import inbox
from telephony.models import CallLeg, Card, Connection, Delivery, DeskSettings, Extension
from tests.desk.people import person
from tests.desk.spoilt_office import Office
from tests.telephony.factories import ExtensionFactory
from tests.telephony.messages import (
    CLIENT,
    at,
    form,
    mobilon_rings,
    send,
    sipuni,
    sipuni_answers,
    sipuni_ends,
    sipuni_rings,
    xvb,
)


def wrong_extension(office: Office) -> None:
    office.ring("177")


def mistyped_extension(office: Office) -> None:
    Extension.objects.update(number="0101")
    office.ring()


def extension_at_another_pbx(office: Office) -> None:
    other = office.pbx("sipuni", user="012345")
    ExtensionFactory.create(connection=other, number="102", user=office.anna)
    office.ring("102")


def connection_without_a_user(office: Office) -> None:
    Extension.objects.all().delete()
    office.ring()


def mapped_only_afterwards(office: Office) -> None:
    office.ring("144")
    office.tell(9, sipuni_ends(9, "CANCEL"))
    save_extension(extension=Extension(connection=office.connection, user=office.anna, number="144"))


def unknown_key(office: Office) -> None:
    mobilon = office.pbx("mobilon")
    ExtensionFactory.create(connection=mobilon, number="", key="her-key", user=office.anna)
    office.tell(1, mobilon_rings("another-key"), mobilon)


def deactivated_user(office: Office) -> None:
    User.objects.filter(pk=office.anna.pk).update(is_active=False)
    office.ring()


def cards_switched_off(office: Office) -> None:
    DeskSettings.objects.create(user=office.anna, cards=False)
    office.ring()


def do_not_disturb(office: Office) -> None:
    DeskSettings.objects.create(user=office.anna, do_not_disturb=True)
    office.ring()


def outgoing_cards_switched_off(office: Office) -> None:
    DeskSettings.objects.create(user=office.anna, outgoing_cards=False)
    caller = {"src_num": "012345101", "short_src_num": "101", "src_type": "2"}
    office.tell(1, sipuni(1, 1, **caller, dst_num=CLIENT, dst_type="1"))


def internal_call(office: Office) -> None:
    ends = {"src_num": "012345102", "src_type": "2", "dst_num": "012345101", "dst_type": "2"}
    office.tell(1, sipuni(1, 1, **ends))


def know_the_clock(office: Office) -> None:
    """Earlier messages told that it is right."""
    office.connection.clock_behind = office.connection.clock_quickest = 0.0
    office.connection.clock_since = at(0)
    office.connection.save()


def message_came_late(office: Office) -> None:
    know_the_clock(office)
    office.tell(1, sipuni_rings(1, "101"), seconds_late=200)


def wrong_time_zone(office: Office) -> None:
    know_the_clock(office)
    office.tell(1, sipuni_rings(1, "101"), seconds_late=2 * 3600 + 2)


def processed_late(office: Office) -> None:
    hook = sipuni_rings(1, "101").hook(at(1))
    delivery = inbox.receive(connection=office.connection, hook=hook)
    office.clock.move_to(at(900))
    inbox.process(delivery=delivery)


def no_phone_named(office: Office) -> None:
    office.tell(0, sipuni(1, 0))


def only_the_end_is_told(office: Office) -> None:
    pbx = office.pbx("xvb", access_code="10019")
    office.tell(60, xvb("COMPLETED", "7", status="missed", type="in"), pbx)


def only_a_recording_is_told(office: Office) -> None:
    pbx = office.pbx("wirecrm")
    office.tell(60, form(event="NOTIFY_RECORD", pbx_call_id="in_9", record_link="https://r.example.ru/9.mp3"), pbx)


def ring_is_not_told(office: Office) -> None:
    ExtensionFactory.create(connection=office.connection, number="102", user=office.chief)
    office.ring("102")  # So this PBX tells of rings: where none is, the card comes with the answer.
    office.tell(5, sipuni_answers(5, "101"))
    CallLeg.objects.filter(extension_number="102").delete()


def two_phones_of_one_user(office: Office) -> None:
    ExtensionFactory.create(connection=office.connection, number="201", user=office.anna)
    office.ring()
    office.ring("201", 2)
    Card.objects.all().delete()
    CallLeg.objects.filter(extension_number="101").delete()


def no_page_was_open(office: Office) -> None:
    office.ring()


def not_on_the_staff(office: Office) -> None:
    User.objects.filter(pk=office.anna.pk).update(is_staff=False)
    office.ring()


def browser_was_offline(office: Office) -> None:
    DeskSettings.objects.create(user=office.anna, seen_at=at(0))
    office.ring()
    office.tell(20, sipuni_ends(20, "CANCEL"))


def tab_in_the_background(office: Office) -> None:
    office.ring()
    Card.objects.update(fetched_at=at(2))


def malformed_message(office: Office) -> None:
    office.tell(1, form(event="1", src_num=CLIENT))


def misspelt_placeholder(office: Office) -> None:
    office.tell(1, mobilon_rings("key", "{NUMBER]"), office.pbx("mobilon"))


def event_that_means_nothing(office: Office) -> None:
    office.tell(1, form(event="9", call_id="1", src_num=CLIENT))


def worker_stands(office: Office) -> None:
    inbox.receive(connection=office.connection, hook=sipuni_rings(1, "101").hook(at(1)))
    office.clock.move_to(at(600))


def connection_switched_off(office: Office) -> None:
    Connection.objects.update(enabled=False)
    assert send(office.connection, sipuni_rings(1, "101")).status_code == 404


def wrong_access_code(office: Office) -> None:
    pbx = office.pbx("xvb", access_code="10019")
    wrong = form(cmd="event", event="INCOMING", callid="1", access_code="1", phone=CLIENT, type="in")
    assert send(pbx, wrong).status_code == 403


def mistyped_address(office: Office) -> None:
    assert Client().post("/telephony/hooks/sipuni/mistyped/", {"event": "1"}).status_code == 404


def address_never_entered(office: Office) -> None:
    pass


def fell_silent(office: Office) -> None:
    office.tell(1, form(event="9", call_id="1"))
    office.asked["moment"] = at(7200)
    office.clock.move_to(at(7300))


def another_number(office: Office) -> None:
    office.asked["number"] = "79990001122"
    office.tell(1, form(event="9", call_id="1"))
    Delivery.objects.update(state="applied", error="")


def no_pbx_at_all(office: Office) -> None:
    Connection.objects.all().delete()


def vendor_not_installed(office: Office) -> None:
    Connection.objects.update(vendor="removed")


def person_without_a_phone(office: Office) -> None:
    office.asked["person"] = person("zoe")


def person_without_rights(office: Office) -> None:
    office.asked["person"] = User.objects.create(username="guest")
