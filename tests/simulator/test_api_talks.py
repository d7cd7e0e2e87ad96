"""Whole talks with the PBXs' APIs as the product has them, over real HTTP: signed, answered, understood."""

from __future__ import annotations

from datetime import date
from ipaddress import IPv4Network
from typing import Any, TypeVar

import pytest

from telephony.domain.exceptions import DialFailed, NotReady
from telephony.domain.hooks import ConnectionProfile
from telephony.http import Limits, Policy, Talk, hold, send
from telephony.vendors import get_vendor
from telephony.vendors.dialing import DialOrder
from telephony.vendors.listing import AskFailed
from telephony.vendors.simulated import Scenario
from tests.simulator.api import ZONE, Api

T = TypeVar("T")
HERE = Policy(networks=(IPv4Network("127.0.0.0/8"),))
KEYS: dict[str, dict[str, str]] = {
    "zadarma": {"api_key": "the-key", "secret": "the-secret"},
    "mango": {"api_key": "the-key", "api_salt": "the-salt"},
}
SLUGS = list(KEYS)


def known(api: Api, slug: str, **settings: str) -> ConnectionProfile:
    own = {**KEYS[slug], "api_url": f"{api.server.url}/{slug}", **settings}
    return ConnectionProfile(time_zone=ZONE, phone_region="RU", settings=own)


def talk(one: Talk[T]) -> T:
    return hold(one, policy=HERE, limits=Limits(total_seconds=20), sleep=lambda seconds: None)


def dial(api: Api, slug: str, extension: str = "102", **settings: str) -> Any:
    order = DialOrder(phone="+79001010100", extension=extension, order_id="crm-7-ab12")
    return talk(get_vendor(slug).dial(known(api, slug, **settings), order))


@pytest.mark.parametrize("slug", SLUGS)
def test_an_order_is_taken(api: Api, slug: str) -> None:
    dial(api, slug)
    ((vendor, order),) = api.orders
    assert (vendor, order.employee.extension, order.number.lstrip("+")) == (slug, "102", "79001010100")


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize(("extension", "code"), [("999", "not_registered"), ("996", "unreadable")])
def test_an_order_is_refused_in_words(api: Api, slug: str, extension: str, code: str) -> None:
    with pytest.raises(DialFailed) as failure:
        dial(api, slug, extension)
    assert failure.value.code == code
    assert not api.orders


@pytest.mark.parametrize("slug", SLUGS)
def test_a_wrong_secret_is_told_as_one(api: Api, slug: str) -> None:
    secret = list(KEYS[slug])[1]
    with pytest.raises(DialFailed) as failure:
        dial(api, slug, **{secret: "mistyped"})
    assert failure.value.code == "wrong_token"
    info = get_vendor(slug).call_info
    assert info is not None
    with pytest.raises(AskFailed):
        talk(info.day(known(api, slug, **{secret: "mistyped"}), date(2026, 3, 3)))


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("scenario", [Scenario.ANSWERED, Scenario.MISSED, Scenario.OUTGOING, Scenario.OUTGOING_MISSED])
def test_the_list_of_a_day_has_a_call_that_was_played(api: Api, slug: str, scenario: Scenario) -> None:
    info = get_vendor(slug).call_info
    assert info is not None
    pbx, call = api.play(slug, scenario)
    assert talk(info.day(known(api, slug), date(2026, 3, 2))).calls == ()
    listed = talk(info.day(known(api, slug), date(2026, 3, 3)))
    (row,) = listed.calls
    assert (row.call_id, listed.unread) == (pbx.call_id(call), 0)
    assert (row.direction, row.status, row.client_e164) == (call.direction, call.status, call.client)
    assert row.started_at == call.started_at
    assert (row.talk_seconds or 0) == call.talk_seconds
    assert row.extension == (call.last_employee.extension if call.last_employee else "")
    assert row.recording_reference == pbx.expected(call).recording


@pytest.mark.parametrize("slug", SLUGS)
def test_a_recording_is_fetched_by_its_reference(api: Api, slug: str) -> None:
    pbx, call = api.play(slug, Scenario.ANSWERED)
    reference = pbx.expected(call).recording
    request = talk(get_vendor(slug).recording(known(api, slug), link="", reference=reference))
    response = send(request, policy=HERE, limits=Limits())
    assert (response.status, response.headers["content-type"]) == (200, "audio/mpeg")
    assert response.size > 1000


def test_zadarma_has_no_recording_yet(api: Api) -> None:
    with pytest.raises(NotReady):
        talk(get_vendor("zadarma").recording(known(api, "zadarma"), link="", reference="1.2"))


def test_employees_are_listed(api: Api) -> None:
    for slug in SLUGS:
        office = get_vendor(slug).office
        assert office is not None
        found = talk(office.employees(known(api, slug)))
        assert [one.extension for one in found] == ["101", "102", "103", "104"]


def test_zadarma_s_phones_and_address(api: Api) -> None:
    office, profile = get_vendor("zadarma").office, known(api, "zadarma")
    assert office is not None
    assert talk(office.registration(profile, "101")) is True
    assert talk(office.registration(profile, "999")) is False
    assert talk(office.address(profile)).url == ""
    talk(office.set_address(profile, "https://crm.example.ru/telephony/hooks/zadarma/SECRET/"))
    set_now = talk(office.address(profile))
    assert set_now.url == "https://crm.example.ru/telephony/hooks/zadarma/SECRET/"
    assert set(set_now.switches.values()) == {True}
