"""Whole talks with the PBXs' APIs as the product has them, over real HTTP: signed, answered, understood."""

from __future__ import annotations

from datetime import date
from ipaddress import IPv4Network
from typing import Any, TypeVar

import pytest

from telephony.domain.exceptions import DialFailed, NoRecording, NotReady
from telephony.domain.hooks import ConnectionProfile
from telephony.http import Limits, Policy, Talk, hold, send
from telephony.vendors import get_vendor
from telephony.vendors.base import Vendor
from telephony.vendors.dialing import DialOrder
from telephony.vendors.listing import AskFailed
from telephony.vendors.mango.simulator.api import file_id
from telephony.vendors.simulated import Scenario
from telephony.vendors.telphin.client import asked
from tests.simulator.api import ZONE, Api

T = TypeVar("T")
HERE = Policy(networks=(IPv4Network("127.0.0.0/8"),))
KEYS: dict[str, dict[str, str]] = {
    "zadarma": {"api_key": "the-key", "secret": "the-secret"},
    "mango": {"api_key": "the-key", "api_salt": "the-salt"},
    "onlinepbx": {"domain": "pbx00000.onpbx.ru", "api_key": "the-key"},
    "telphin": {"client_id": "client-id", "client_secret": "client-secret"},
    "itoolabs": {"variant": "gravitel", "token": "the-token"},
    "itoolabs new": {"variant": "megafon", "token": "the-token"},
    "uis": {"access_token": "the-token"},
}
"""The last one is the key. The PBXs by ITooLabs have two interfaces."""
SLUGS = list(KEYS)
WITH_LISTS = [slug for slug in SLUGS if slug != "telphin"]
PATHS = {"itoolabs": "/sys/crm_api.wcgp", "itoolabs new": "/crmapi/v1"}


def known(api: Api, slug: str, **settings: str) -> ConnectionProfile:
    address = f"{api.server.url}/{slug.split(maxsplit=1)[0]}{PATHS.get(slug, '')}"
    apis = {"call_api_url": f"{address}/call/v4.0", "data_api_url": f"{address}/data/v2.0"}
    own = {**KEYS[slug], "api_url": address, "address": address, **apis, **settings}
    return ConnectionProfile(time_zone=ZONE, phone_region="RU", settings=own)


def talk(one: Talk[T]) -> T:
    return hold(one, policy=HERE, limits=Limits(total_seconds=20), sleep=lambda seconds: None)


def vendor_of(slug: str) -> Vendor:
    return get_vendor(slug.split(maxsplit=1)[0])


def dial(api: Api, slug: str, extension: str = "102", **settings: str) -> Any:
    order = DialOrder(phone="+79001010100", extension=extension, user_key=extension, order_id="crm-7-ab12")
    return talk(vendor_of(slug).dial(known(api, slug, **settings), order))


@pytest.mark.parametrize("slug", SLUGS)
def test_an_order_is_taken(api: Api, slug: str) -> None:
    dial(api, slug)
    ((vendor, order),) = api.orders
    assert (vendor, order.employee.extension) == (slug.split(maxsplit=1)[0], "102")
    assert order.number.lstrip("+") == "79001010100"


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize(("extension", "code"), [("999", "not_registered"), ("996", "unreadable")])
def test_an_order_is_refused_in_words(api: Api, slug: str, extension: str, code: str) -> None:
    with pytest.raises(DialFailed) as failure:
        dial(api, slug, extension)
    # ITooLabs has one word for all.
    words = "bad_parameters" if slug in PATHS and code == "not_registered" else code
    assert failure.value.code == words
    assert not api.orders


@pytest.mark.parametrize("slug", SLUGS)
def test_a_wrong_secret_is_told_as_one(api: Api, slug: str) -> None:
    secret = list(KEYS[slug])[-1]
    with pytest.raises(DialFailed) as failure:
        dial(api, slug, **{secret: "mistyped"})
    assert failure.value.code == "wrong_token"
    vendor, profile = vendor_of(slug), known(api, slug, **{secret: "mistyped"})
    info = vendor.call_info
    asked: Any = info.day(profile, date(2026, 3, 3)) if info else vendor.recording(profile, link="", reference="1-2")
    with pytest.raises(AskFailed):
        talk(asked)


@pytest.mark.parametrize("slug", WITH_LISTS)
@pytest.mark.parametrize("scenario", [Scenario.ANSWERED, Scenario.MISSED, Scenario.OUTGOING, Scenario.OUTGOING_MISSED])
def test_the_list_of_a_day_has_a_call_that_was_played(api: Api, slug: str, scenario: Scenario) -> None:
    info = vendor_of(slug).call_info
    assert info is not None
    pbx, call = api.play(slug.split(maxsplit=1)[0], scenario)
    assert talk(info.day(known(api, slug), date(2026, 3, 2))).calls == ()
    listed = talk(info.day(known(api, slug), date(2026, 3, 3)))
    (row,) = listed.calls
    assert (row.call_id, listed.unread) == (pbx.call_id(call), 0)
    assert (row.direction, row.status, row.client_e164) == (call.direction, call.status, call.client)
    assert row.started_at == call.started_at
    assert (row.talk_seconds or 0) == call.talk_seconds
    if call.last_employee:
        assert call.last_employee.extension in (row.extension, row.user_key.removeprefix("sim").removesuffix("key"))
    assert row.is_recorded is bool(pbx.expected(call).recording)


@pytest.mark.parametrize("slug", WITH_LISTS)
def test_a_recording_is_fetched_as_the_list_names_it(api: Api, slug: str) -> None:
    info = vendor_of(slug).call_info
    assert info is not None
    api.play(slug.split(maxsplit=1)[0], Scenario.ANSWERED)
    (row,) = talk(info.day(known(api, slug), date(2026, 3, 3))).calls
    asked = vendor_of(slug).recording(known(api, slug), link=row.recording_link, reference=row.recording_reference)
    response = send(talk(asked), policy=HERE, limits=Limits())
    assert (response.status, response.headers["content-type"]) == (200, "audio/mpeg")
    assert response.size > 1000


def test_zadarma_has_no_recording_yet(api: Api) -> None:
    with pytest.raises(NotReady):
        talk(get_vendor("zadarma").recording(known(api, "zadarma"), link="", reference="1.2"))


def test_mango_has_no_recording_of_a_missed_call(api: Api) -> None:
    _, call = api.play("mango", Scenario.MISSED)
    asked = get_vendor("mango").recording(known(api, "mango"), link="", reference=file_id(call))
    response = send(talk(asked), policy=HERE, limits=Limits())
    assert (response.status, response.text) == (404, '{"result": 3320}')


def test_zadarma_has_no_recording_of_a_missed_call(api: Api) -> None:
    pbx, call = api.play("zadarma", Scenario.MISSED)
    with pytest.raises(NotReady, match="Record not found"):
        talk(get_vendor("zadarma").recording(known(api, "zadarma"), link="", reference=pbx.call_id(call)))


@pytest.mark.parametrize(
    ("order", "settings", "said"),
    [
        ({}, {"api_key": "mistyped"}, "3105: wrong key"),
        ({"extension": "105"}, {}, "3300: there is no such employee or number"),
        ({"order_id": ""}, {}, "3103: wrong parameters"),
        ({"phone": "+7900CLIENT"}, {}, "3200: wrong number"),
    ],
)
def test_mango_says_what_is_wrong_with_an_order(
    api: Api, order: dict[str, str], settings: dict[str, str], said: str
) -> None:
    wrong = DialOrder(**{"phone": "+79001010100", "extension": "102", "order_id": "crm-7-ab12", **order})
    with pytest.raises(DialFailed, match=said):
        talk(get_vendor("mango").dial(known(api, "mango", **settings), wrong))
    assert not api.orders


def test_employees_are_listed(api: Api) -> None:
    for slug in WITH_LISTS:
        office = vendor_of(slug).office
        assert office is not None
        found = talk(office.employees(known(api, slug)))
        assert [one.extension for one in found] == ["101", "102", "103", "104"]


def test_onlinepbx_s_phones_and_a_recording_that_there_is_not(api: Api) -> None:
    office, profile = get_vendor("onlinepbx").office, known(api, "onlinepbx")
    assert office is not None
    assert talk(office.registration(profile, "101")) is True
    assert talk(office.registration(profile, "105")) is None
    with pytest.raises(NoRecording):
        talk(get_vendor("onlinepbx").recording(profile, link="", reference="1"))


def test_zadarma_s_phones_and_address(api: Api) -> None:
    office, profile = get_vendor("zadarma").office, known(api, "zadarma")
    assert office is not None
    assert talk(office.registration(profile, "101")) is True
    assert talk(office.registration(profile, "999")) is False
    with pytest.raises(AskFailed, match="Wrong parameters!"):
        talk(office.registration(profile, "105"))
    assert talk(office.address(profile, own_path="/hooks/")).url == ""
    talk(office.set_address(profile, "https://crm.example.ru/telephony/hooks/zadarma/SECRET/"))
    set_now = talk(office.address(profile, own_path="/hooks/"))
    assert set_now.url == "https://crm.example.ru/telephony/hooks/zadarma/SECRET/"
    assert set(set_now.switches.values()) == {True}


def test_telphin_s_recording_is_fetched_as_the_hangup_names_it_and_what_is_not_there_is_told(api: Api) -> None:
    profile = known(api, "telphin")
    pbx, call = api.play("telphin", Scenario.ANSWERED)
    vendor, reference = get_vendor("telphin"), pbx.expected(call).recording
    response = send(talk(vendor.recording(profile, link="", reference=reference)), policy=HERE, limits=Limits())
    assert (response.status, response.headers["content-type"]) == (200, "audio/mpeg")
    missing = talk(vendor.recording(profile, link="", reference="101-1"))
    assert send(missing, policy=HERE, limits=Limits()).status == 404


def test_telphin_s_token_is_replaced_once_and_an_extension_that_there_is_not_is_a_wrong_key(api: Api) -> None:
    profile, vendor = known(api, "telphin"), get_vendor("telphin")
    profile.kept["token"] = "expired"
    order = DialOrder(phone="+79001010100", extension="102", user_key="102")
    taken = talk(vendor.dial(profile, order))
    assert [(order.employee.extension, order.order_id) for _, order in api.orders] == [("102", taken.order_id)]
    with pytest.raises(DialFailed) as failure:
        talk(vendor.dial(profile, DialOrder(phone="+79001010100", extension="1", user_key="1")))
    assert failure.value.code == "wrong_key"
    assert talk(asked(profile, "extension/1/event/")).status == 404
