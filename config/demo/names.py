"""Russian names and companies, put together from parts."""

from __future__ import annotations

import random

_MEN = ("Александр", "Дмитрий", "Максим", "Сергей", "Андрей", "Алексей", "Артём", "Илья", "Кирилл", "Михаил", "Никита")
_WOMEN = ("Анна", "Мария", "Елена", "Дарья", "Алина", "Ирина", "Екатерина", "Ольга", "Наталья", "Татьяна", "Юлия")
_FAMILIES = (  # noqa: SIM905  (28 lines as a list)
    "Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Фёдоров Морозов Волков Алексеев Лебедев "
    "Семёнов Егоров Павлов Козлов Степанов Николаев Орлов Андреев Макаров Никитин Захаров Зайцев Соловьёв Борисов"
).split()
_FORMS = ("ООО", "АО", "ИП")
_TRADES = ("Ренессанс", "Вектор", "Горизонт", "Альянс", "Северный ветер", "Меридиан", "Квартал", "Орион", "Прогресс")
_FIELDS = ("Капитал", "Строй", "Логистика", "Мебель", "Сервис", "Мед", "Авто", "Дом", "Агро", "Текстиль")
_CITY_CODES = ("495", "499", "812", "343", "383", "843", "846", "861")


def person(source: random.Random) -> str:
    """A first and last name, like «Анна Орлова»."""
    family = source.choice(_FAMILIES)
    if source.random() < 0.5:
        return f"{source.choice(_MEN)} {family}"
    return f"{source.choice(_WOMEN)} {family}а"


def company(source: random.Random) -> str:
    """A company's name, like «ООО Вектор Строй»."""
    return f"{source.choice(_FORMS)} {source.choice(_TRADES)} {source.choice(_FIELDS)}"


def mobile(source: random.Random) -> str:
    """A Russian mobile number of a range that is in use."""
    return f"+79{source.randint(100000000, 299999999)}"


def landline(source: random.Random) -> str:
    """A Russian city number."""
    return f"+7{source.choice(_CITY_CODES)}{source.randint(2000000, 7999999)}"
