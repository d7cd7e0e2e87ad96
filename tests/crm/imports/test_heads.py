"""What columns are taken for: by their heads, and by whether their cells look like that."""

from __future__ import annotations

import pytest

from crm.imports.columns import propose

HEADS = {
    "name": [
        "ФИО",
        "ФИО клиента",
        "Ф.И.О.",
        "Полное имя контакта",
        "Контактное лицо",
        "Display Name",
        "Имя, Фамилия",
        "имя:",
    ],
    "family": ["Фамилия", "Last Name", "LAST_NAME", "surname", "Family Name", "Фамилия контакта"],
    "given": ["Given Name", "First Name", "first_name", "Contact First Name"],
    "middle": ["Отчество", "Middle Name", "Additional Name"],
    "phone": [
        *[
            "Телефон",
            "Рабочий телефон",
            "Моб. тел.",
            "тел",
            "Сотовый",
            "Телефон переносной",
            "Телефон раб. 2",
            "Обратный вызов",
        ],
        *[
            "Phone 1 - Value",
            "Mobile Number",
            "Business Phone 2",
            "phone_work",
            "PhoneNumber",
            "Основной телефон организации",
        ],
        *[
            "Тел./факс",
            "Car Phone",
            "Телефон для рассылок",
            "WhatsApp",
            "Контактный номер",
            "Номер",
            "Контакты",
            "Work No.",
        ],
    ],
    "email": [
        "E-mail",
        "Эл. почта",
        "Адрес 2 эл. почты",
        "E-mail 1 - Value",
        "Рабочий e-mail",
        "Адрес электронной почты",
    ],
    "company": ["Компания", "Название компании", "Organization 1 - Name", "Company", "Юр. лицо", "Компания контакта"],
    "position": ["Должность", "Job Title", "Organization Title"],
    "responsible": ["Ответственный", "Ответственный за контакт", "Менеджер", "Contact owner", "Персональный менеджер"],
    "tags": ["Теги", "Метки", "Labels", "Group Membership"],
    "source": ["Источник", "Lead source"],
    "note": ["Комментарий", "Примечание 3", "Notes", "Заметки"],
}
CELLS = {"phone": "8 916 200-00-01", "email": "a@example.com"}


@pytest.mark.parametrize(("field", "head"), [(field, head) for field, heads in HEADS.items() for head in heads])
def test_heads_of_the_usual_exports_are_known(field: str, head: str) -> None:
    assert propose([head], [[CELLS.get(field, "что-то")]]) == [field]


@pytest.mark.parametrize(
    "head",
    [
        *[
            "Факс",
            "Номер факса",
            "Business Fax",
            "Home Fax",
            "phone_fax",
            "Пейджер",
            "Номер пейджера",
            "ISDN",
            "Телекс",
        ],
        *[
            "Номер договора",
            "№ заказа",
            "Order No.",
            "Номер карты",
            "Счёт",
            "Паспорт",
            "Дата заказа",
            "ID",
            "Внешний ID",
        ],
        *[
            "ИНН",
            "КПП",
            "ОГРН",
            "VAT number",
            "Tax ID",
            "СНИЛС",
            "Telegram",
            "Контакт Telegram",
            "Телеграм (телефон)",
            "ICQ",
        ],
        *[
            "Телефон помощника",
            "Assistant's Phone",
            "Телефон менеджера",
            "Phone 1 - Type",
            "Phone 1 - Label",
            "Модель телефона",
        ],
        *[
            "is_main_phone_number",
            "phone_number_type",
            "Code",
            "Тип контакта",
            "Government ID Number",
            "Индекс",
            "Табельный номер",
        ],
    ],
)
def test_numbers_of_other_things_are_no_telephones_even_if_they_look_like_them(head: str) -> None:
    assert propose(["Имя", "Телефон", head], [["Иван", "84952000002", "89162000001"]])[2] == ""


@pytest.mark.parametrize(
    ("head", "cell"),
    [
        *[
            ("Номер", "17"),
            ("№", "3"),
            ("Customer Number", "20240115"),
            ("Контакты", "ул. Лесная"),
            ("Number", "А-12/7"),
        ],
        *[("Телефонный код города", "Москва"), ("Телефон куплен", "да")],
    ],
)
def test_a_column_that_looks_like_a_phone_by_name_must_look_like_one_in_its_cells(head: str, cell: str) -> None:
    assert propose(["Имя", head], [["Иван", cell]] * 3) == ["name", ""]


def test_a_plain_telephone_column_stays_one_whatever_is_in_it() -> None:
    assert propose(["Имя", "Телефон"], [["Иван", "уточнить"], ["Анна", "7,9E+10"]]) == ["name", "phone"]


def test_numbers_addresses_and_names_are_found_by_their_cells_where_no_head_names_them() -> None:
    rows = [
        ["1", "Иван Петров", "+7 916 200-00-01", "a@example.com"],
        ["2", "Анна", "8 916 200-00-02", "b@example.com"],
    ]
    assert propose(["x", "y", "z", "w"], rows) == ["", "name", "phone", "email"]
    assert propose(["Код", "Кто", "Телефон", "w"], [["9161112233", "Иван", "84952000001", "89162000001"]])[3] == ""


def test_one_column_each_of_what_there_is_one_of() -> None:
    heads = ["ФИО", "Телефон 1", "Телефон 2", "Компания", "E-mail:", "Город", "Имя"]
    rows = [["Иван Петров", "89162000001", "84952000001", "ООО Ива", "a@example.com", "Омск", "Иван"]]
    assert propose(heads, rows) == ["name", "phone", "phone", "company", "email", "", ""]
    assert propose(["Компания", "Организация"], [["", "ООО Ива"]]) == ["", "company"]


@pytest.mark.parametrize(
    ("heads", "fields"),
    [
        (["Имя", "Фамилия"], ["given", "family"]),
        (["Name", "Given Name", "Family Name"], ["name", "given", "family"]),
        (["Клиент", "Телефон"], ["name", "phone"]),
        (["Клиент", "Контактное лицо"], ["company", "name"]),
        (["Контрагент", "Имя", "Фамилия"], ["company", "given", "family"]),
        (["Наименование", "Компания", "Имя"], ["", "company", "name"]),
        (["File As", "First Name"], ["", "given"]),
        (["File As", "Phone"], ["name", "phone"]),
    ],
)
def test_names_of_people_and_of_companies_are_told_from_one_another(heads: list[str], fields: list[str]) -> None:
    cells = {"Телефон": "89162000001", "Phone": "89162000001"}
    assert propose(heads, [[cells.get(head, "Что-то") for head in heads]]) == fields


@pytest.mark.parametrize(("cell", "field"), [("Mr.", ""), ("г-жа", ""), ("CEO", "position")])
def test_a_title_is_a_position_or_how_somebody_is_addressed(cell: str, field: str) -> None:
    assert propose(["First Name", "Title"], [["Peter", cell]]) == ["given", field]
