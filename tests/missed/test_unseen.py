"""A client's page: what rang for others is counted, and not shown."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from telephony.models import MissedItem
from tests.missed.company import Company

pytestmark = pytest.mark.django_db
MINUTE = 60


def page_for(username: str, group: str, item: MissedItem) -> str:
    user, _ = User.objects.get_or_create(username=username)
    User.objects.filter(pk=user.pk).update(is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user)
    return browser.get(reverse("telephony:missed_item", args=[item.pk])).content.decode()


def test_attempts_that_rang_for_others_are_counted_and_not_shown(company: Company) -> None:
    """The phone 101 is of-101's."""
    company.misses(0)
    company.misses(2 * MINUTE, rings=(("102", 2),))
    item = MissedItem.objects.get()
    page = page_for("of-101", "Operator", item)
    assert page.count("</time>") == item.attempts - 1 == 1
    assert "1 more call of this client rang for other people only" in page
    assert "more call of this client" not in page_for("leader", "Administrator", item)
