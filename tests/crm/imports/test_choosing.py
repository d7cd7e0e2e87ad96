"""A file that was understood otherwise than it is meant can be put right on the page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from lxml import html

from crm.imports import choices, running
from crm.models import Company, Contact, ContactImport, ContactImportFile
from tests.crm.imports.pages import form, people, run, uploaded
from tests.crm.imports.tables import workbook

pytestmark = pytest.mark.django_db


def read(client: Client, imported: ContactImport, **said: Any) -> ContactImport:
    answer = client.post(f"{imported.get_absolute_url()}read/", said, follow=True)
    running.run_due()
    imported.refresh_from_db()
    told = [str(message) for message in answer.context["messages"]]
    imported.said = [*told, *([imported.error] if imported.error else [])]  # type: ignore[attr-defined]
    return imported


def offered(client: Client, imported: ContactImport, name: str) -> list[str]:
    page = html.fromstring(client.get(imported.get_absolute_url()).content.decode())
    (found,) = (form for form in page.forms if form.action.endswith("/read/"))
    inputs = found.xpath(f".//select[@name='{name}']/option/@value | .//input[@name='{name}']/@value")
    return [str(value) for value in inputs]


def test_the_line_of_the_heads(client: Client) -> None:
    imported = uploaded(client, "Кого;Куда\nИван;89162000001\nАнна;89162000002\n")
    assert (imported.reading["head"], imported.columns) == (1, ["Кого", "Куда"])
    assert offered(client, imported, "head") == ["1", "2", "3", "-1"]
    imported = read(client, imported, head="-1")
    assert imported.columns == ["Column 1", "Column 2"]
    assert run(client, imported).rows.count() == 3
    assert [person["name"] for person in people()] == ["Кого", "Иван", "Анна"]


def test_the_sheet(client: Client) -> None:
    first, second = [["ФИО", "Телефон"], ["Иван", 89162000001]], [["", ""], ["Имя", "Почта"], ["Анна", "a@example.com"]]
    imported = uploaded(client, workbook({"Один": first, "Два": second}), "book.xlsx")
    assert offered(client, imported, "sheet") == ["Один", "Два"]
    imported = read(client, imported, sheet="Два", head="1")
    assert (imported.reading["sheet"], imported.reading["head"]) == ("Два", 2)
    run(client, imported)
    assert people() == [{"name": "Анна", "email": "a@example.com"}]


def test_encoding_and_delimiter_and_nonsense_for_them(client: Client) -> None:
    imported = uploaded(client, "Имя;Телефон\nИван;89162000001\n".encode("cp1251"))
    assert "koi8-r" in offered(client, imported, "encoding")
    assert read(client, imported, encoding="koi8-r", delimiter=",").columns == ["хЛЪ;рЕКЕТНМ"]
    imported = read(client, imported, encoding="rot13", delimiter="")
    assert (imported.columns, imported.reading["encoding"]) == (["Имя", "Телефон"], "cp1251")
    assert offered(client, uploaded(client, "sep=#\nИмя#Телефон\nИван#89162000001\n"), "delimiter")[-1] == "#"


def test_how_a_file_was_read_is_remembered_for_it(client: Client) -> None:
    content = "a;b\nИмя;Телефон\nИван;89162000001\n"
    read(client, uploaded(client, content), head="1")
    assert uploaded(client, content).columns == ["a", "b"]


def test_a_reading_that_gives_nothing_is_told_and_changes_nothing(client: Client) -> None:
    imported = uploaded(client, "Имя;Телефон\nИван;89162000001\n")
    imported = read(client, imported, head="2")
    assert imported.said == ["The file has only a head: there is no contact in it."]  # type: ignore[attr-defined]
    assert imported.rows.count() == 1
    ContactImportFile.objects.all().delete()
    assert "The file is no longer kept: choose it once more." in read(client, imported, head="1").said  # type: ignore[attr-defined]


def test_nothing_is_read_or_chosen_any_more_after_the_start(client: Client) -> None:
    imported = uploaded(client, "Имя;Телефон\nИван;89162000001\n")
    sent = form(client, imported)
    choices.start(imported=imported)
    choices.start(imported=imported)
    choices.stop(imported=imported)
    choices.stop(imported=imported)
    client.post(f"{imported.get_absolute_url()}choose/", {**sent, "field": ["", "name"]})
    imported.refresh_from_db()
    assert (imported.state, imported.fields) == ("cancelled", ["name", "phone"])


def test_other_columns_can_be_chosen_and_a_wrong_answer_is_none(client: Client) -> None:
    imported = uploaded(client, "Имя;Телефон;Любимый цвет\nИван;89162000001;синий\nАнна;89162000001;\n")
    changed = {"field": ["name", "phone", "note"], "answer-3": "maybe"}
    client.post(f"{imported.get_absolute_url()}choose/", {**form(client, imported), **changed})
    run(client, imported)
    assert [(person["name"], person.get("note")) for person in people()] == [("Иван", "синий"), ("Анна", None)]


def test_a_row_that_the_crm_refuses_is_told_with_the_reason(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A company of the name is added by somebody else in other letters, between the check and the row."""
    monkeypatch.setattr("crm.services.contacts.find_company", lambda name: None)
    Company.objects.create(name="ООО Ива")
    imported = run(client, uploaded(client, "Имя;Компания\nИван;ООО Ива\nАнна;\n"))
    assert [row.state for row in imported.rows.order_by("number")] == ["failed", "added"]
    assert "already exists" in imported.rows.get(number=2).error


def test_a_contact_that_is_deleted_while_its_row_is_done_is_added(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ivan = Contact.objects.create(name="Иван")
    ivan.phones.create(raw="89162000001")
    imported = uploaded(client, "Имя;Телефон;Должность\nИван;89162000001;директор\n")
    real = running.Known.match

    def match(self: Any, draft: Any) -> Any:
        found = real(self, draft)
        Contact.objects.all().delete()
        return found

    monkeypatch.setattr(running.Known, "match", match)
    run(client, imported)
    assert people() == [{"name": "Иван", "phones": ["+79162000001"], "position": "директор"}]


def test_totals_under_a_table_are_nobody_and_a_long_note_is_told(client: Client) -> None:
    imported = uploaded(
        client, f"Имя;Телефон;Заметка;Заметка 2\nИван;89162000001;{'а' * 9000};{'б' * 9000}\nИтого: 1;;;\n"
    )
    imported = run(client, imported)
    assert [row.state for row in imported.rows.order_by("number")] == ["added", "failed"]
    assert "Longer than fits" in imported.rows.get(number=2).warnings
    assert len(people()[0]["note"]) == 10_000
