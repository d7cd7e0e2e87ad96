"""What was exported, and the example of a file, are imported as they are."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.test import Client
from openpyxl import load_workbook

from crm.models import Contact
from telephony.call_log.exports import write_due
from telephony.call_log.spreadsheet import as_csv
from telephony.models import Export
from tests.crm.imports.pages import people, run, uploaded
from tests.crm.imports.test_running import FILE

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "ru"])
def test_what_was_exported_can_be_imported_again(client: Client, exports_folder: Path, language: str) -> None:
    client.cookies["django_language"] = language
    run(client, uploaded(client, FILE))
    exported = b"".join(client.get("/crm/contacts/export.csv"))  # type: ignore[arg-type]
    Contact.objects.all().delete()
    run(client, uploaded(client, exported))
    assert b"".join(client.get("/crm/contacts/export.csv")) == exported  # type: ignore[arg-type]
    client.post("/telephony/exports/", {"kind": "contacts"})
    write_due()
    answer = client.get(f"/telephony/exports/{Export.objects.get().pk}.xlsx")
    book = load_workbook(io.BytesIO(b"".join(answer)))  # type: ignore[arg-type]
    assert b"".join(as_csv(book.active.iter_rows(values_only=True))) == exported  # type: ignore[union-attr]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_example_is_understood_as_it_is(client: Client, language: str) -> None:
    client.cookies["django_language"] = language
    run(client, uploaded(client, client.get("/crm/contacts/import/example.csv").content))
    assert people() == [
        {
            "name": "Иван Иванов",
            "phones": ["+79235292926"],
            "company": "ООО Вектор",
            "position": "директор",
            "email": "ivan@example.ru",
        }
    ]


def test_an_export_has_what_the_list_shows(client: Client) -> None:
    run(client, uploaded(client, FILE))
    exported = b"".join(client.get("/crm/contacts/export.csv?q=вектор")).decode()  # type: ignore[arg-type]
    assert exported.count("\r\n") == 2
    assert "Иван Иванов" in exported
