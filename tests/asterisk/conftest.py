"""A real Asterisk for a file of tests, and its phones for a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.asterisk import made, phones
from tests.asterisk.running import Asterisk
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
