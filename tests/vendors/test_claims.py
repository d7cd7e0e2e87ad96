"""A vendor tells what it can be asked by flags and by methods: both say the same."""

from __future__ import annotations

from datetime import date

import pytest

from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.http import Response
from telephony.vendors import installed
from telephony.vendors.base import Vendor
from telephony.vendors.listing import CallInfo
from telephony.vendors.office import Office
from tests.vendors.payloads import RECEIVED_AT, profile
from tests.vendors.talks import answer, held

VENDORS = list(installed().values())
QUESTIONS = {
    "lists_employees": ["employees"],
    "tells_registration": ["registration"],
    "sets_address": ["address", "set_address"],
}
ANSWER: Response = answer({})


class Silent(Office):
    """Claims nothing."""

    def is_set_up(self, profile: ConnectionProfile) -> bool:
        return True


class Halves(CallInfo):
    """Has neither half of a question."""

    def is_set_up(self, profile: ConnectionProfile) -> bool:
        return True


def is_own(found: object, base: type, name: str) -> bool:
    return getattr(type(found), name) is not getattr(base, name)


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.slug)
def test_whatever_a_vendor_claims_it_can_be_asked(vendor: Vendor) -> None:
    office, info = vendor.office, vendor.call_info
    for flag, names in QUESTIONS.items() if office else ():
        assert [is_own(office, Office, name) for name in names] == [getattr(office, flag)] * len(names), flag
    if info:
        assert is_own(info, CallInfo, "day") or {"day_request", "read_day"} <= vars(type(info)).keys()
        own = is_own(info, CallInfo, "call") or {"call_request", "read_call"} <= vars(type(info)).keys()
        assert own is info.tells_one_call


def test_what_is_not_claimed_is_no_silent_nothing() -> None:
    office, info = Silent(), Halves()
    for ask in (
        lambda: office.employees(profile()),
        lambda: office.registration(profile(), "101"),
        lambda: office.address(profile(), own_path="/"),
        lambda: office.set_address(profile(), "https://crm.example.ru/"),
        lambda: held(info.day(profile(), date(2026, 3, 2))),
        lambda: held(info.call(profile(), "1")),
        lambda: info.read_day(ANSWER, profile()),
        lambda: info.read_call(ANSWER, profile(), "1"),
    ):
        with pytest.raises(NotImplementedError):
            ask()


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.slug)
def test_only_a_pbx_that_fetches_errands_polls(vendor: Vendor) -> None:
    """Any other's message is of a call, and has to be stored: also one without a word in it."""
    hook = Hook(method="POST", body=b"", received_at=RECEIVED_AT)
    assert vendor.fetches_errands or not vendor.is_poll(hook)
