"""Wrong passwords are counted, whoever they are for; an office goes on working meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from config.signin import throttle
from tests.signin.conftest import PASSWORD, CountingHasher, sign_in, wrong_before

pytestmark = pytest.mark.django_db
OFFICE, FAR_AWAY = "192.0.2.1", "198.51.100.9"


def test_after_five_wrong_passwords_the_right_one_is_refused_before_it_is_hashed(
    make_person: Callable[..., User], hashing: type[CountingHasher]
) -> None:
    make_person("anna")
    statuses = [sign_in("anna", "wrong").status_code for _ in range(throttle.MOST_OF_PAIR)]
    assert statuses == [200] * (throttle.MOST_OF_PAIR - 1) + [429]
    hashing.hashed = 0
    refused = sign_in("anna", PASSWORD)
    assert (refused.status_code, hashing.hashed) == (429, 0)
    assert "Try again in 15 minutes." in refused.content.decode()
    assert "ask your administrator" in refused.content.decode()
    russian = sign_in("anna", PASSWORD, language="ru").content.decode()
    assert "Попробуйте снова через 15 минут." in russian


def test_a_name_that_nobody_has_is_locked_like_any_other(db: None) -> None:
    statuses = [sign_in("nobody", "wrong").status_code for _ in range(throttle.MOST_OF_PAIR + 1)]
    assert statuses[-2:] == [429, 429]


def test_the_lock_ends_by_itself_and_is_not_made_longer_by_trying(make_person: Callable[..., User]) -> None:
    make_person("anna")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(throttle.MOST_OF_PAIR):
            sign_in("anna", "wrong")
        clock.shift(timedelta(minutes=14))
        assert sign_in("anna", PASSWORD).status_code == 429
        clock.shift(timedelta(minutes=1, seconds=1))
        assert sign_in("anna", PASSWORD).status_code == 302


def test_a_lock_is_not_made_longer_by_who_else_is_wrong_there_or_elsewhere(make_person: Callable[..., User]) -> None:
    make_person("anna")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(throttle.MOST_OF_PAIR):
            sign_in("anna", "wrong")
        clock.shift(timedelta(minutes=10))
        sign_in("boris", "wrong")
        sign_in("anna", "wrong", address=FAR_AWAY)
        lock = throttle.find_lock("anna", OFFICE)
        assert lock is not None
        assert lock.minutes == 5


def test_an_address_is_known_for_thirty_days_after_the_last_sign_in(make_person: Callable[..., User]) -> None:
    make_person("anna")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert sign_in("anna", PASSWORD, address=OFFICE).status_code == 302
        for days, status in ((29, 302), (31, 429)):
            clock.shift(timedelta(days=days))
            wrong_before(OFFICE, throttle.MOST_OF_ADDRESS)
            assert sign_in("anna", PASSWORD, address=OFFICE).status_code == status
            AccessAttempt.objects.all().delete()


def test_a_colleague_behind_the_same_address_is_not_locked_out(make_person: Callable[..., User]) -> None:
    make_person("anna")
    make_person("boris")
    for _ in range(throttle.MOST_OF_PAIR + 3):
        sign_in("anna", "wrong", address=OFFICE)
    assert sign_in("boris", PASSWORD, address=OFFICE).status_code == 302


def test_guesses_from_many_addresses_lock_the_account_but_not_where_it_signed_in_before(
    make_person: Callable[..., User], hashing: type[CountingHasher]
) -> None:
    make_person("anna")
    assert sign_in("anna", PASSWORD, address=OFFICE).status_code == 302
    for number in range(throttle.MOST_OF_ACCOUNT):
        sign_in("anna", "wrong", address=f"203.0.113.{number // 4}")
    hashing.hashed = 0
    assert sign_in("anna", PASSWORD, address=FAR_AWAY).status_code == 429
    assert hashing.hashed == 0
    assert sign_in("anna", PASSWORD, address=OFFICE).status_code == 302


def test_an_address_that_tries_many_accounts_is_locked_but_not_for_who_signed_in_from_it_before(
    make_person: Callable[..., User], hashing: type[CountingHasher]
) -> None:
    make_person("anna")
    make_person("boris")
    assert sign_in("anna", PASSWORD, address=OFFICE).status_code == 302
    wrong_before(OFFICE, throttle.MOST_OF_ADDRESS - 1)
    sign_in("boris", "wrong", address=OFFICE)
    hashing.hashed = 0
    assert sign_in("boris", PASSWORD, address=OFFICE).status_code == 429
    assert hashing.hashed == 0
    assert sign_in("anna", PASSWORD, address=OFFICE).status_code == 302
    assert sign_in("boris", PASSWORD, address=FAR_AWAY).status_code == 302


def test_another_browser_s_name_is_not_another_count(make_person: Callable[..., User]) -> None:
    make_person("anna")
    for number in range(throttle.MOST_OF_PAIR):
        last = Client().post(
            "/admin/login/", {"username": "anna", "password": "wrong"}, headers={"User-Agent": f"robot {number}"}
        )
    assert last.status_code == 429


def test_the_addresses_of_one_ipv6_network_are_counted_as_one(make_person: Callable[..., User]) -> None:
    make_person("anna")
    for number in range(throttle.MOST_OF_PAIR):
        sign_in("anna", "wrong", address=f"2001:db8:0:7::{number}")
    assert sign_in("anna", PASSWORD, address="2001:db8:0:7:ffff::1").status_code == 429
    assert sign_in("anna", PASSWORD, address="2001:db8:0:8::1").status_code == 302


@pytest.mark.parametrize("address", ["", "no address"])
def test_a_sender_without_an_address_is_counted_too(make_person: Callable[..., User], address: str) -> None:
    make_person("anna")
    for _ in range(throttle.MOST_OF_PAIR):
        last = sign_in("anna", "wrong", address=address)
    assert last.status_code == 429
    assert AccessAttempt.objects.get().ip_address is None


def test_a_good_sign_in_forgets_the_wrong_ones_before_it(make_person: Callable[..., User]) -> None:
    make_person("anna")
    for _ in range(2):
        for _ in range(throttle.MOST_OF_PAIR - 1):
            assert sign_in("anna", "wrong").status_code == 200
        assert sign_in("anna", PASSWORD).status_code == 302


def test_no_password_is_kept_with_the_count(make_person: Callable[..., User]) -> None:
    make_person("anna")
    sign_in("anna", "almost right")
    assert "almost right" not in repr(AccessAttempt.objects.values())
