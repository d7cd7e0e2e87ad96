"""People who sign in, and how often a password was hashed for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import hashers
from django.contrib.auth.models import Group, User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

PASSWORD = "correct horse battery"


class CountingHasher(hashers.PBKDF2PasswordHasher):
    """A cheap one that counts its work."""

    algorithm = "counting"
    iterations = 1
    hashed = 0

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        type(self).hashed += 1
        return super().encode(password, salt, iterations)


@pytest.fixture(autouse=True)
def hashing(settings: Any) -> type[CountingHasher]:
    """The hasher of this test; its `hashed` is how often it was asked."""
    settings.PASSWORD_HASHERS = ["tests.signin.conftest.CountingHasher"]
    CountingHasher.hashed = 0
    return CountingHasher


@pytest.fixture
def make_person(db: None) -> Callable[..., User]:
    """Makes somebody who can sign in with PASSWORD, with these groups."""

    def make(username: str, *groups: str, **fields: Any) -> User:
        user = User.objects.create_user(username, password=PASSWORD, is_staff=True, **fields)
        user.groups.set(Group.objects.filter(name__in=groups))
        return user

    return make


def sign_in(
    username: str, password: str, *, address: str = "192.0.2.1", language: str = "en", client: Client | None = None
) -> HttpResponse:
    """Fill in the login page."""
    return (client or Client()).post(
        reverse("admin:login"),
        {"username": username, "password": password},
        REMOTE_ADDR=address,
        headers={"Accept-Language": language, "User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"},
    )


def wrong_before(address: str, count: int) -> None:
    """So many wrong passwords came from this address already, four for each of many accounts."""
    for number in range(-(-count // 4)):
        AccessAttempt.objects.create(
            username=f"name{number}", ip_address=address, failures_since_start=min(4, count - 4 * number)
        )
