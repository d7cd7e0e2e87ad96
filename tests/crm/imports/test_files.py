"""Files as people have them, each imported as the page proposes: what comes of it stands beside it (NAME.json).

cases/ are inputs that once went wrong; books/ are address books in the shape of real exports, with invented people.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from crm.models import Contact
from tests.crm.imports.pages import people, run, uploaded

HERE = Path(__file__).parent
FILES = sorted(path for folder in ("cases", "books") for path in (HERE / folder).iterdir() if path.suffix != ".json")


def outcome(client: Client, path: Path) -> dict[str, Any]:
    imported = uploaded(client, path.read_bytes(), path.name)
    questions = [question["row"] for question in imported.report["questions"]]
    imported = run(client, imported)
    rows = imported.rows.order_by("number")
    found = {
        "contacts": people(),
        "questions": questions,
        "mistakes": list(rows.filter(state="failed").values_list("number", flat=True)),
        "warnings": list(rows.exclude(warnings="").values_list("number", flat=True)),
    }
    return {name: value for name, value in found.items() if value}


@pytest.mark.django_db
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_comes_as_it_is_meant_without_touching_the_mapping_and_again_adds_nobody(
    client: Client, path: Path
) -> None:
    expected = json.loads(path.with_name(f"{path.name}.json").read_text())
    assert outcome(client, path) == expected
    outcome(client, path)
    assert people() == expected.get("contacts", [])
    assert Contact.objects.count() == len(expected.get("contacts", []))
