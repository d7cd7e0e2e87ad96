"""Somebody who may import, and the browser that she sits at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from crm.imports import isolated, reader
from crm.models import Tag


@pytest.fixture
def anna(db: None) -> User:
    user = User.objects.create(username="anna", first_name="Анна", last_name="Орлова", is_staff=True)
    user.groups.add(Group.objects.get(name="Administrator"))
    Tag.objects.create(name="VIP")
    return user


@pytest.fixture
def client(anna: User) -> Client:
    made = Client()
    made.force_login(anna)
    return made


@pytest.fixture(autouse=True)
def read_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader in this process: starting one for each of hundreds of files would take minutes.

    test_bombs.py and the browser's tests have it in its own.
    """

    def run(task: Mapping[str, Any], file: IO[bytes], output: IO[bytes]) -> None:
        for line in reader.answer(json.loads(json.dumps(task)), file.read()):
            output.write(line.encode() + b"\n")

    if request.node.get_closest_marker("isolated") is None:
        monkeypatch.setattr(isolated, "run", run)
