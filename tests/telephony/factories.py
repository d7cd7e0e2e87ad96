"""Makes telephony's rows; nothing here knows which CRM is installed."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from telephony.models import Connection, Extension


class UserFactory(DjangoModelFactory):
    class Meta:
        model = settings.AUTH_USER_MODEL

    username = Sequence("user{}".format)


class ConnectionFactory(DjangoModelFactory):
    class Meta:
        model = Connection

    vendor = "sipuni"
    name = Sequence("Office {}".format)


class ExtensionFactory(DjangoModelFactory):
    class Meta:
        model = Extension

    connection = SubFactory(ConnectionFactory)
    user = SubFactory(UserFactory)
    number = Sequence(lambda number: str(200 + number))


def make_contact(number: str, name: str = "Иван Иванов", *, responsible: Any = None) -> Any:
    """A contact with this number, in whichever contact model is installed."""
    model: Any = apps.get_model(settings.TELEPHONY_CONTACT_MODEL)
    if not hasattr(model, "phones"):  # tests.standalone.models.Person
        return model.objects.create(name=name, number=number, keeper=responsible)
    contact = model.objects.create(name=name, responsible=responsible)
    contact.phones.create(raw=number)
    return contact


def make_user(username: str) -> Any:
    return get_user_model()._default_manager.create(username=username)
