"""A card, and a contact's page, say that the client waits, who returns it, and who is calling them already."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from crm.services import add_contact
from telephony.cards.desk import CardView, desk_of
from telephony.domain.events import Direction
from telephony.models import LiveEvent, MissedItem
from tests.missed.company import Company
from tests.telephony.messages import CLIENT, at

pytestmark = pytest.mark.django_db
MINUTE = 60


@pytest.fixture(autouse=True)
def clock(db: None) -> Any:
    with time_machine.travel(at(10 * MINUTE)) as traveller:
        yield traveller


@pytest.fixture
def anna(company: Company) -> Any:
    """Her phone is 101."""
    company.at("sipuni")
    user: Any = get_user_model()._default_manager.get(username="of-101")
    user.is_staff = True
    user.save()
    user.groups.add(Group.objects.get(name="Administrator"))
    return user


def card(user: Any, state: str) -> CardView:
    return next(one for one in desk_of(user).cards if one.state == state)


def test_who_rings_again_was_missed_before(company: Company, anna: Any) -> None:
    company.misses(0)
    company.sends(company.call(10 * MINUTE - 5)[:2])
    shown = card(anna, "ringing").waiting
    assert shown is not None
    assert "missed 1 time" in shown.text
    assert not shown.is_over


def test_who_rings_again_while_a_colleague_calls_them(company: Company, anna: Any) -> None:
    company.misses(0)
    told = company.call(10 * MINUTE - 8, "xvb", direction=Direction.OUTGOING, phone="102")
    company.sends(told[:1])
    company.sends(company.call(10 * MINUTE - 5)[:2])
    shown = card(anna, "ringing").waiting
    assert shown is not None
    assert "of-102 is calling them right now." in shown.caller


def test_whoever_is_to_return_it_is_told_at_once(company: Company, anna: Any) -> None:
    """Vera's phone did not ring: she has no card."""
    vera = get_user_model()._default_manager.create(username="vera")
    add_contact(name="Вася", phones=[CLIENT], responsible=vera)
    company.misses(9 * MINUTE)
    assert LiveEvent.objects.filter(user=vera, topic="cards").exists()


def test_the_contact_s_page_says_so(company: Company, anna: Any) -> None:
    contact = add_contact(name="Вася", phones=[CLIENT])
    company.misses(0)
    told = company.call(10 * MINUTE - 5, "xvb", direction=Direction.OUTGOING, phone="102")
    company.sends(told[:1])
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(anna)
    page = browser.get(contact.get_absolute_url()).content.decode()
    assert "missed 1 time" in page
    assert f"/missed/{MissedItem.objects.get().pk}/" in page
    assert "of-102 is calling them right now." in page
    company.calls(4 * MINUTE, "xvb")
    assert "missed 1 time" not in browser.get(contact.get_absolute_url()).content.decode()
