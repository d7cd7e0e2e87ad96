"""The list of where a person stands is whole: each column has a decision, and a planted person is in none later."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as project
from django.db import models
from django.test import Client

from crm.models import ContactImportRow
from telephony import erasure
from telephony.call_log.exports import files as exports
from telephony.erasure import place as register
from telephony.models import AuditEntry, Connection, Export
from telephony.models.recording import recordings_storage
from telephony.recordings.storage import work_dir
from tests.keeping.erased import DIGITS, OTHER, erase, statistics, whole_database
from tests.keeping.planted import NAME, plant
from tests.keeping.world import files_in
from tests.telephony.factories import ConnectionFactory, make_user
from tests.telephony.messages import CLIENT

pytestmark = pytest.mark.django_db
TEXT = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.GenericIPAddressField)
"""A FileField is a name in text, too."""
NUMBER_OR_NAME = (DIGITS, "111-96-13", NAME)


def columns() -> dict[str, set[str]]:
    """Of each model those columns that may hold any text."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        fields = [field for field in model._meta.concrete_fields if isinstance(field, (*TEXT, models.FileField))]
        if names := {field.name for field in fields if not field.choices}:
            found[model._meta.label] = names
    return found


class TestTheList:
    def test_has_each_column_of_each_model(self) -> None:
        """A new one: say in telephony/erasure/places.py, or your app's own list, whether a person may stand there."""
        decided = {place.model: {*place.person, *place.nobody} for place in erasure.all_places()}
        assert decided == columns()

    def test_decides_once(self) -> None:
        for place in erasure.all_places():
            assert not set(place.person) & set(place.nobody), place.model
            assert bool(place.how) or not place.person, place.model

    def test_a_column_without_a_decision_would_be_seen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(register, "_places", {})
        with pytest.raises(AssertionError):
            self.test_has_each_column_of_each_model()

    def test_an_app_that_is_not_installed_is_not_searched(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(register, "_places", {})
        erasure.add_places([erasure.Place(model="nowhere.Row", person=("text",), forget=erasure.delete_rows)])
        assert register.searched_places() == []


def values() -> Iterator[tuple[str, str, str]]:
    """Model, column, and each value that stands there, opened where it is encrypted."""
    for label, names in columns().items():
        rows = apps.get_model(label)._default_manager.values_list(*sorted(names))
        for row in rows:
            for name, value in zip(sorted(names), row, strict=True):
                yield label, name, shown(value)


def shown(value: Any) -> str:
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).decode("utf-8", "replace")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def names_the_person(text: str) -> bool:
    return any(word.lower() in text.lower() for word in NUMBER_OR_NAME)


def found_in_columns() -> set[tuple[str, str]]:
    return {(label, name) for label, name, text in values() if names_the_person(text)}


@pytest.fixture
def office() -> Connection:
    connection: Connection = ConnectionFactory.create()
    return connection


class TestAPlantedPerson:
    def test_stands_in_each_column_of_the_list_and_in_none_afterwards(
        self, office: Connection, own_storage: Path
    ) -> None:
        call = plant(office)
        before = statistics(call)
        listed = {(place.model, name) for place in erasure.all_places() for name in place.person}
        assert found_in_columns() == listed
        assert len(files_in(own_storage)) == 2
        erase()
        assert found_in_columns() == set()
        assert [line for line in whole_database().splitlines() if names_the_person(line)] == []
        assert NAME.encode().decode("latin-1") not in whole_database()
        after = statistics(call)
        assert {**after, "our_number": ""} == {**before, "our_number": "", "legs": after["legs"]}
        assert ContactImportRow.objects.get().values == ["Пётр", OTHER]

    def test_stands_in_no_file_afterwards(
        self, office: Connection, own_storage: Path, exports_folder: Path, settings: Any
    ) -> None:
        plant(office)
        Export.objects.create(user=make_user("vera"), kind="calls", state="ready", file="a.xlsx", next_try_at=None)
        (exports_folder / "a.xlsx").write_bytes(f"{NAME} {CLIENT}".encode())
        assert any(files_that_name_the_person(folder) for folder in folders())
        (recording,) = recordings_storage().listdir("1")[1][:1]
        (own_storage / "1" / recording).write_bytes(f"{NAME} says {CLIENT}".encode())
        assert [path for path in folders() if path.is_dir()]
        assert files_that_name_the_person(own_storage)
        erase()
        assert not files_that_name_the_person(own_storage)
        assert not [path for folder in folders() for path in files_that_name_the_person(folder)]

    def test_stands_on_no_page_of_the_journal_afterwards(self, office: Connection, admin_client: Client) -> None:
        plant(office)
        entry: AuditEntry = erase()
        for address in ("/admin/", "/admin/telephony/auditentry/", f"/admin/telephony/auditentry/erased/{entry.pk}/"):
            page = admin_client.get(address)
            assert page.status_code == 200
            assert not names_the_person(page.content.decode())


def folders() -> list[Path]:
    """Wherever the application writes."""
    return [work_dir(), exports.folder(), Path(project.VAR_DIR) / "broker"]


def files_that_name_the_person(folder: Path) -> list[Path]:
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and (names_the_person(path.name) or names_the_person(shown(path.read_bytes())))
    ]
