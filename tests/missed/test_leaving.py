"""Somebody leaves while clients wait for them: nobody is forgotten, and what is over stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model

from crm.services import add_contact
from telephony.missed import deciding
from telephony.missed.rebuilding import rebuild
from telephony.models import MissedItem, MissedRule
from tests.missed.company import OTHER, Company, told
from tests.telephony.factories import make_user
from tests.telephony.messages import CLIENT, at

pytestmark = pytest.mark.django_db
MINUTE = 60


def _is_switched_off(user: Any) -> None:
    user.is_active = False
    user.save()


def _is_deleted(user: Any) -> None:
    user.delete()


def _is_switched_off_in_the_database(user: Any) -> None:
    get_user_model()._default_manager.filter(pk=user.pk).update(is_active=False)
    rebuild()


@pytest.fixture
def vera(company: Company) -> Any:
    """Two clients wait for her: of one she is in charge, the other she took. A third one she has talked with."""
    user = make_user("vera")
    with time_machine.travel(at(10 * MINUTE), tick=False):
        add_contact(name="Вася", phones=[CLIENT], responsible=user)
        for second, client in enumerate((CLIENT, OTHER, "79165550101")):
            company.misses(second, client=client)
        deciding.take(item=MissedItem.objects.get(client_key=f"+{OTHER}"), user=user)
        done = MissedItem.objects.get(client_key="+79165550101")
        deciding.take(item=done, user=user)
        deciding.close(item=done, user=user, reason="settled")
    return user


def whose() -> list[tuple[str, str | None]]:
    return [(item["state"], item["assignee"]) for item in told()]


@pytest.mark.parametrize("leaves", [_is_switched_off, _is_deleted, _is_switched_off_in_the_database])
def test_others_get_what_waits_for_who_leaves(
    company: Company, vera: Any, leaves: Callable[[Any], None], django_capture_on_commit_callbacks: Any
) -> None:
    assert whose() == [("open", "vera"), ("taken", "vera"), ("closed", "vera")]
    boris = make_user("boris")
    MissedRule.objects.create(way="fixed", user=boris)
    with time_machine.travel(at(20 * MINUTE), tick=False), django_capture_on_commit_callbacks(execute=True):
        leaves(vera)
    assert whose() == [("open", "boris"), ("open", "boris"), ("closed", None if leaves is _is_deleted else "vera")]
    with time_machine.travel(at(30 * MINUTE), tick=False):
        deciding.take(item=MissedItem.objects.get(client_key=f"+{OTHER}"), user=boris)
    assert whose()[1] == ("taken", "boris")


def test_who_is_given_it_back_takes_over(company: Company, vera: Any, django_capture_on_commit_callbacks: Any) -> None:
    """It had been given to Anna before Vera took it."""
    anna, item = make_user("anna"), MissedItem.objects.get(client_key=f"+{OTHER}")
    with time_machine.travel(at(20 * MINUTE), tick=False):
        deciding.give(item=item, user=vera, to=anna)
        deciding.take(item=item, user=vera)
    with django_capture_on_commit_callbacks(execute=True):
        _is_switched_off(vera)
    assert whose()[1] == ("open", "anna")
