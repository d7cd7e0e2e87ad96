"""Users who may open the pages."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.sessions.backends.base import SessionBase
from django.test import Client

from telephony.models import Connection
from tests.telephony.factories import ExtensionFactory, make_user


def person(username: str, *rights: str) -> Any:
    """A user who may open the pages and, without other rights, sees the own calls."""
    user = make_user(username)
    user.is_staff = True
    user.first_name = username.title()
    user.save()
    wanted = rights or ("see_own_calls",)
    user.user_permissions.add(*Permission.objects.filter(codename__in=["view_call", *wanted]))
    return user


def employee(connection: Connection, username: str, number: str) -> Any:
    """The same, with a phone at this PBX."""
    user = person(username)
    ExtensionFactory.create(connection=connection, number=number, user=user)
    return user


def session_of(user: Any) -> SessionBase:
    """One that was just opened."""
    client = Client()
    client.force_login(user)
    store: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore(client.cookies["sessionid"].value)
    return store
