"""Two people who share a number or an address are never made one silently; unknown people in charge are said once."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from crm.models import Contact
from tests.crm.imports.pages import form, people, run, uploaded

pytestmark = pytest.mark.django_db

SHARED = "Имя;Телефон;Email\nИван Петров;+7 495 200-12-01;a@example.com\nАнна Сидорова;84952001201;b@example.com\n"


def names() -> list[str]:
    return list(Contact.objects.order_by("pk").values_list("name", flat=True))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("other", ["Иван Петров", "Анна Сидорова"]), ("same", ["Иван Петров"]), ("skip", ["Иван Петров"])],
)
def test_a_row_that_shares_a_number_is_a_question_with_three_answers(
    client: Client, answer: str, expected: list[str]
) -> None:
    imported = uploaded(client, SHARED)
    page = client.get(imported.get_absolute_url()).content.decode()
    assert "Is this the same person?" in page
    assert "+7 495 200-12-01" in page
    assert form(client, imported)["answer-3"] == ["other"]
    imported = run(client, imported, **{"answer-3": answer})
    assert names() == expected
    assert imported.rows.get(number=3).state == {"other": "added", "same": "skipped", "skip": "skipped"}[answer]


@pytest.mark.parametrize(
    ("known", "row", "is_question"),
    [
        ("Иван Петров", "Петров Иван;84952001201;", False),
        ("Иван Петров", "ИВАН  ПЕТРОВ;;A@example.com", False),
        ("Семён Королёв", "Семен Королев;84952001201;", False),
        ("Иван Петров", "Анна Сидорова;;A@EXAMPLE.com", True),
        ("Иван Петров", "Иван;84952001201;", True),
        ("Иван Петров", ";84952001201;", False),
        ("+74952001201", "Анна Сидорова;84952001201;", False),
        ("Иван Петров", "Анна Сидорова;84952001202;c@example.com", False),
    ],
)
def test_who_has_the_name_too_is_the_same_and_everybody_else_a_question(
    client: Client, known: str, row: str, is_question: bool
) -> None:
    contact = Contact.objects.create(name=known, email="a@example.com")
    contact.phones.create(raw="+7 495 200-12-01")
    imported = uploaded(client, f"Имя;Телефон;Почта\n{row}\n")
    assert bool(imported.report["questions"]) == is_question


def test_a_contact_that_is_called_by_its_number_gets_the_name(client: Client) -> None:
    contact = Contact.objects.create(name="+74952001201")
    contact.phones.create(raw="+7 495 200-12-01")
    run(client, uploaded(client, "Имя;Телефон\nАнна Сидорова;84952001201\n"))
    assert names() == ["Анна Сидорова"]


def test_extensions_of_one_number_are_several_people(client: Client) -> None:
    rows = "Иван Петров;84952001201 доб. 101\nАнна Сидорова;84952001201 доб. 102\nОхрана;84952001201\n"
    imported = uploaded(client, f"Имя;Телефон\n{rows}")
    assert [question["row"] for question in imported.report["questions"]] == [4]


def test_one_answer_for_all_questions_and_another_for_one_of_them(client: Client) -> None:
    rows = "".join(f"Человек {word};84952001201\n" for word in ("Первый", "Второй", "Третий", "Четвёртый"))
    imported = uploaded(client, f"Имя;Телефон\n{rows}")
    url = f"{imported.get_absolute_url()}choose/"
    client.post(url, {**form(client, imported), "answer": "skip"})
    client.post(url, {**form(client, imported), "answer-4": "other"})
    sent = form(client, imported)
    assert [sent[f"answer-{row}"] for row in (3, 4, 5)] == [["skip"], ["other"], ["skip"]]
    run(client, imported)
    assert names() == ["Человек Первый", "Человек Третий"]


def test_answers_people_and_columns_are_remembered_for_the_file(client: Client, anna: User) -> None:
    content = "Имя;Телефон;Менеджер;Своё\nИван;84952001201;Кто-то;x\nАнна;84952001201;;y\n"
    imported = uploaded(client, content)
    fields = ["name", "phone", "responsible", "note"]
    changed = {"field": fields, "answer-3": "skip", "person-0": anna.pk}
    client.post(f"{imported.get_absolute_url()}choose/", {**form(client, imported), **changed})
    again = form(client, uploaded(client, content))
    assert (again["field"], again["answer-3"], again["person-0"]) == (fields, ["skip"], [str(anna.pk)])
    other = form(client, uploaded(client, content + "Пётр;84952001202;;\n"))
    assert (other["answer-3"], other["person-0"]) == (["other"], [""])


def test_questions_that_nobody_has_seen_are_asked_before_the_start(client: Client) -> None:
    imported = uploaded(client, "Имя;Телефон;Что-то\nИван;84952001201;84952001203\nАнна;84952001202;84952001203\n")
    assert imported.fields == ["name", "phone", ""]
    url, sent = f"{imported.get_absolute_url()}choose/", form(client, imported)
    client.post(url, {**sent, "field": ["name", "phone", "phone"], "start": ""})
    imported.refresh_from_db()
    assert (imported.state, len(imported.report["questions"])) == ("preview", 1)
    run(client, imported)
    assert names() == ["Иван", "Анна"]


@pytest.mark.parametrize(("chosen", "responsible"), [("anna", "anna"), ("0", ""), ("", "")])
def test_an_unknown_person_in_charge_is_said_once_for_the_whole_file(
    client: Client, anna: User, chosen: str, responsible: str
) -> None:
    imported = uploaded(client, "Имя;Ответственный\nИван;Кто-то\nПётр;КТО-ТО\nАнна;Анна Орлова\n")
    assert imported.report["people"] == [["Кто-то", 2]]
    value: Any = anna.pk if chosen == "anna" else chosen
    client.post(f"{imported.get_absolute_url()}choose/", {**form(client, imported), "person-0": value})
    assert form(client, imported)["person-0"] == [str(value)]
    run(client, imported)
    assert [contact.get("responsible", "") for contact in people()] == [responsible, responsible, "anna"]
    assert ["note" in contact for contact in people()] == [chosen == ""] * 2 + [False]


def test_a_name_that_two_users_have_is_asked_for(client: Client) -> None:
    for username in ("ivan1", "ivan2"):
        User.objects.create(username=username, first_name="Иван", last_name="Серов", is_staff=True)
    imported = uploaded(client, "Имя;Ответственный\nПётр;Иван Серов\nОлег;ivan2\n")
    assert imported.report["people"] == [["Иван Серов", 1]]
