"""The reconcile page as a browser sees it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from tests.callinfo.office import TOKEN, Office
from tests.telephony.factories import make_user


def client_with(*rights: str) -> Client:
    user: Any = make_user(f"with {len(rights)} rights")
    user.is_staff = True
    user.save()
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = Client()
    client.force_login(user)
    return client


def address(office: Office, name: str = "day") -> str:
    return reverse(f"telephony:reconcile_{name}", args=[office.connection.pk])


def page(client: Client, office: Office, **query: str) -> str:
    response = client.get(address(office), query)
    assert response.status_code == 200
    text: str = response.content.decode()
    assert TOKEN not in text
    return text
