"""An office with somebody who looks after employees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

PASSWORD = "correct horse battery"


@pytest.fixture
def make_person(db: None) -> Callable[..., User]:
    """Makes somebody with these groups, and rights like `auth.change_user`."""

    def make(username: str, *groups: str, rights: tuple[str, ...] = (), **fields: Any) -> User:
        user = User.objects.create_user(username, password=PASSWORD, is_staff=True, **fields)
        user.groups.set(Group.objects.filter(name__in=groups))
        for right in rights:
            app, codename = right.split(".")
            user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
        return user

    return make


@pytest.fixture
def chief(make_person: Callable[..., User]) -> Client:
    """The browser of an administrator who is no superuser."""
    return browser(make_person("chief", "Administrator", first_name="Пётр", last_name="Главный"))


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def group(name: str) -> str:
    return str(Group.objects.get(name=name).pk)


def filled(**fields: Any) -> dict[str, Any]:
    """The page of a new operator, filled in."""
    phones = {"phones-TOTAL_FORMS": "0", "phones-INITIAL_FORMS": "0"}
    person = {"username": "anna", "first_name": "Анна", "last_name": "Орлова", "email": "", "language": ""}
    return {**person, "role": group("Operator"), **phones, **fields}
