"""A real Asterisk for a file of tests, and its phones for a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from telephony.vendors import installed
from tests.asterisk import made, phones
from tests.asterisk.office import Office
from tests.asterisk.running import Asterisk
from tests.databases import postgresql_database, postgresql_template
from tests.servers import Server
from tests.services import missing


@pytest.fixture(scope="module")
def running_asterisk() -> Iterator[Asterisk]:
    try:
        folder = made.folder()
    except made.NotHere as why:
        missing(str(why))
    asterisk = Asterisk(folder)
    try:
        asterisk.start()
        yield asterisk
    finally:
        asterisk.stop()


@pytest.fixture
def asterisk(running_asterisk: Asterisk) -> Iterator[Asterisk]:
    yield running_asterisk
    running_asterisk.put_phones_away()


@pytest.fixture(scope="session")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What phones say."""
    path = tmp_path_factory.mktemp("sound") / "tone.alaw"
    phones.sound(path)
    return path


@pytest.fixture(scope="module")
def new_office(
    running_asterisk: Asterisk,
    postgresql: str,
    tmp_path_factory: pytest.TempPathFactory,
    new_var_dir: Callable[[], Path],
) -> Iterator[Callable[..., Office]]:
    """Makes the product beside the Asterisk: `new_office(asgi=True)`, options are the server's.

    With `is_public=True` the server knows its own address.
    """
    if "asterisk" not in installed():
        pytest.skip("Asterisk is not among the PBXs of this installation.")
    with ExitStack() as at_the_end:

        def make(*, is_public: bool = False, **options: Any) -> Office:
            database = postgresql_database(postgresql, template=postgresql_template(postgresql))
            _, url = at_the_end.enter_context(database)
            server = Server(var_dir=new_var_dir(), database_url=url, **options)
            at_the_end.callback(server.stop)
            if is_public:
                server.environment["TELEPHONY_PUBLIC_URL"] = server.url
            office = Office(server, running_asterisk, tmp_path_factory.mktemp("agent"))
            at_the_end.callback(office.stop)
            return office

        yield make
