"""Fixtures for the SOAP tests. Only servers, in processes of their own, import crm and config."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from telephony.models import Connection
from tests.servers import Server
from tests.soap.messages import E164, PASSWORD, USER
from tests.soap.requests import add_mobilon
from tests.telephony.factories import make_contact


@pytest.fixture
def mobilon(db: None) -> Connection:
    """A connection whose PBX calls 1C's services."""
    return add_mobilon()


@pytest.fixture
def ivan(transactional_db: None) -> Any:
    """Иван Иванов calls from NUMBER. In no transaction: SayName looks for him from a thread of its own."""
    return make_contact(E164)


def prepare(server: Server) -> Server:
    """With tables, a connection to Mobilon and the contact of the documents' answer; started."""
    server.environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    server.make_tables()
    login = ("--set", f"soap_user={USER}", "--set", f"soap_password={PASSWORD}")
    name = ("--set", "say_name_template=VIP:{company}", "--set", "say_name_form=plain")
    server.manage("connection", "add", "mobilon", "--name", "Office", "--timezone", "Europe/Moscow", *login, *name)
    server.manage("contact", "add", "--name", "Анна", "--phone", E164, "--company", "Ренессанс Капитал")
    server.start()
    return server


@pytest.fixture(scope="module")
def soap_server(new_var_dir: Callable[[], Path]) -> Iterator[Server]:
    """A real server with the documents' contact, for the tests of one module."""
    server = Server(var_dir=new_var_dir())
    try:
        yield prepare(server)
    finally:
        server.stop()


@pytest.fixture
def make_soap_server(new_var_dir: Callable[[], Path]) -> Iterator[Callable[..., Server]]:
    """Makes prepared servers with other options; all of them are stopped at the end."""
    servers: list[Server] = []

    def make(**options: Any) -> Server:
        servers.append(Server(var_dir=new_var_dir(), workers=1, **options))
        return prepare(servers[-1])

    yield make
    for server in servers:
        server.stop()
