"""What is typed into a search finds whom people expect: on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from crm.models import Company, Contact
from crm.selectors import contacts
from crm.selectors.contacts import after, matching
from crm.services import add_contact
from crm.services.contacts import find_company
from crm.services.searching import refresh_contacts
from crm.words import searchable, typed
from tests.servers import Server

PEOPLE = {
    "Иван Ёлкин": {"phones": ["8 (923) 529-29-26"], "company": "ООО «Вектор-Плюс»", "email": "Ivan.Elkin@vector.ru"},
    "Анна Орлова": {"phones": ["+7 495 123-45-67", "+79130000001"]},
    "Анна-Мария О'Нил": {"phones": ["+1 920 234 5678"], "company": "100% Success_Co"},
    "Склад": {"phones": ["009235292999"]},
}
FOUND = {
    "ёлкин": "Иван Ёлкин",
    "елкин": "Иван Ёлкин",
    "ЁЛКИН ИВ": "Иван Ёлкин",
    "вектор": "Иван Ёлкин",
    "плюс иван": "Иван Ёлкин",
    "ivan.elkin@vec": "Иван Ёлкин",
    "vector.ru": "Иван Ёлкин",
    "8 (923) 529-29-26": "Иван Ёлкин",
    "+79235292926": "Иван Ёлкин",
    "7923529": "Иван Ёлкин",
    "8 923 52": "Иван Ёлкин, Склад",
    "2926": "Иван Ёлкин",
    "26": "Иван Ёлкин",
    "иван 2926": "Иван Ёлкин",
    "анна": "Анна Орлова, Анна-Мария О'Нил",
    "мария нил": "Анна-Мария О'Нил",
    "о'нил": "Анна-Мария О'Нил",
    "100%": "Анна-Мария О'Нил",
    "success_co": "Анна-Мария О'Нил",
    "123-45-67": "Анна Орлова",
    "9130000001": "Анна Орлова",
    "920 234": "Анна-Мария О'Нил",
    "9235292999": "Склад",
    "": "everybody",
    "ванов": "",
    "орлова иван": "",
    "5292927": "",
    "анна' | 'иван": "",
    "---": "",
    "%": "",
    "\\": "",
}
FOUND["529-29-2"] = "Иван Ёлкин"
FOUND["529-29"] = "Иван Ёлкин, Склад"
FOUND[""] = ", ".join(sorted(PEOPLE))


@pytest.fixture
def people(db: None) -> None:
    for name, values in PEOPLE.items():
        add_contact(name=name, **values)  # type: ignore[arg-type]


def found(term: str) -> str:
    return ", ".join(sorted(matching(Contact.objects.all(), term).values_list("name", flat=True)))


@pytest.mark.parametrize("term", FOUND)
def test_what_is_typed_finds(people: None, term: str) -> None:
    assert found(term) == FOUND[term]


@pytest.mark.postgresql
def test_postgresql_finds_the_same_by_its_index(
    make_server: Callable[..., Server], postgresql_database: str, tmp_path: Path
) -> None:
    server = make_server(database_url=postgresql_database)
    script = tmp_path / "script.py"
    script.write_text(
        "import json\nfrom django.db import connection\nfrom crm.models import Contact\n"
        "from crm.selectors.contacts import matching\nfrom crm.services import add_contact\n"
        f"for name, values in {PEOPLE!r}.items():\n    add_contact(name=name, **values)\n"
        f"found = {{term: ', '.join(sorted(matching(Contact.objects.all(), term).values_list('name', flat=True)))"
        f" for term in {list(FOUND)!r}}}\n"
        "connection.cursor().execute('SET enable_seqscan = off')\n"
        "plan = matching(Contact.objects.order_by(), 'анна').explain()\n"
        "print(json.dumps({'found': found, 'plan': plan}))\n"
    )
    printed = server.manage("shell", "-v0", "-c", f"exec(open({str(script)!r}).read())").stdout
    answer = json.loads(printed.strip().splitlines()[-1])
    assert answer["found"] == FOUND
    assert "contact_words" in answer["plan"]


@pytest.mark.parametrize("few", [0, 1, 1000])
def test_the_first_ones_are_the_same_however_many_there_are(
    people: None, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(contacts, "FEW", few)
    for term, names in FOUND.items():
        first = contacts.first_matching(Contact.objects.order_by("name"), term)
        assert ", ".join(first.values_list("name", flat=True)) == names


def test_a_list_goes_on_after_a_row_of_the_same_name(db: None) -> None:
    rows = [Contact.objects.create(name=name) for name in ("Анна", "Анна", "Анна", "Борис")]
    ordered = Contact.objects.order_by("name", "id")
    assert list(after(ordered, "Анна", rows[1].pk)) == rows[2:]
    assert list(after(ordered, "Борис", rows[3].pk)) == []


class TestStaysRight:
    """The words follow what they are made of."""

    @pytest.fixture(autouse=True)
    def contact(self, people: None) -> Contact:
        return Contact.objects.get(name="Иван Ёлкин")

    def test_when_a_company_is_renamed(self) -> None:
        company = Company.objects.get(name__contains="Вектор")
        company.name = "АО Меридиан"
        company.save()
        assert (found("меридиан"), found("плюс")) == ("Иван Ёлкин", "")

    def test_when_only_one_column_is_saved(self) -> None:
        company = Company.objects.get(name__contains="Вектор")
        company.name = "АО Меридиан"
        company.save(update_fields=["name"])
        assert matching(Company.objects.all(), "меридиан").get() == company
        assert found("меридиан") == "Иван Ёлкин"

    @pytest.mark.parametrize("at_once", [True, False])
    def test_when_a_company_is_deleted(self, at_once: bool) -> None:
        companies = Company.objects.filter(name__contains="Вектор")
        companies.delete() if at_once else companies.get().delete()
        assert (found("плюс"), found("ёлкин")) == ("", "Иван Ёлкин")

    def test_when_a_number_is_changed_added_or_deleted(self, contact: Contact) -> None:
        phone = contact.phones.get()
        phone.raw = "+79990000000"
        phone.save()
        assert (found("8 999 000"), found("5292926")) == ("Иван Ёлкин", "")
        contact.phones.create(raw="+79991111111")
        assert found("1111111") == "Иван Ёлкин"
        contact.phones.all().delete()
        assert found("1111111") == ""

    def test_when_the_contact_is_saved_again(self, contact: Contact) -> None:
        contact.email = "new@example.ru"
        contact.save(update_fields=["email"])
        assert (found("new@"), found("2926")) == ("Иван Ёлкин", "Иван Ёлкин")

    def test_after_rows_were_written_past_the_models(self, contact: Contact) -> None:
        Contact.objects.update(search_text="")
        refresh_contacts(ids=Contact.objects.values_list("pk", flat=True))
        assert found("вектор 2926") == "Иван Ёлкин"


def test_a_contact_is_deleted_with_its_numbers(people: None) -> None:
    Contact.objects.all().delete()
    assert found("") == ""


@pytest.mark.parametrize("name", ["ооо «вектор-плюс»", "ООО «Вектор-Плюс»"])
def test_a_company_is_found_by_its_whole_name_in_any_case(people: None, name: str) -> None:
    company = find_company(name)
    assert company is not None
    assert company.name == "ООО «Вектор-Плюс»"


@pytest.mark.parametrize("name", ["ООО Вектор", "«»"])
def test_another_name_is_another_company(people: None, name: str) -> None:
    assert find_company(name) is None


def test_words_are_kept_once_and_short_numbers_whole() -> None:
    assert searchable("Анна анна", "", emails=[""], numbers=["101", ""]) == "анна 101 01"
    assert typed("1") == [["1"]]
