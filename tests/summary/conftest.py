"""Two employees and their supervisor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from telephony.models import Connection, ReportSubscription, Team
from telephony.summary.mail.subscribing import subscribe
from tests.desk.people import employee, person
from tests.summary.smtp import MailServer
from tests.telephony.factories import ConnectionFactory


@pytest.fixture
def connection(db: None) -> Connection:
    connection: Connection = ConnectionFactory.create(name="Moscow office")
    return connection


@pytest.fixture
def anna(connection: Connection) -> Any:
    return employee(connection, "anna", "101")


@pytest.fixture
def boris(connection: Connection) -> Any:
    return employee(connection, "boris", "102")


@pytest.fixture
def olga(anna: Any) -> Any:
    """Supervisor of Anna's team."""
    user = person("olga", "see_team_calls")
    Team.objects.create(name="Sales").members.set([anna, user])
    return user


@pytest.fixture
def owner(db: None) -> Any:
    return person("owner", "see_all_calls")


@pytest.fixture
def smtp(settings: Any) -> Iterator[MailServer]:
    """A mail server, and a project that uses it."""
    server = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 2
    yield server
    server.close()


@pytest.fixture
def order() -> Callable[..., ReportSubscription]:
    """Orders a report of yesterday at 8:00 in Moscow."""

    def order(user: Any, **given: Any) -> ReportSubscription:
        user.email = f"{user.username}@example.com"
        user.save()
        wanted = {"period": "day", "hour": 8, "time_zone": "Europe/Moscow", "language": "en", "teams": ()}
        return subscribe(user=user, origin="https://crm.example.com", **{**wanted, **given})

    return order
