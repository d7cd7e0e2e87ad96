"""What a column's head says: the heads of the usual exports, in Russian and English.

Bitrix24, amoCRM, Google (old and new), Outlook, Thunderbird, Yandex, 1C, phones and shops name the same things in
different words; what isn't a contact's must not be taken for it: faxes, contracts, tax numbers, messengers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

LEFT_OUT = "-"
"""What is known and is nothing of a contact's."""
PHONE_IF_NUMBERS = "number"
"""A number of something: a telephone's only if the cells are."""
NAMED = "named"
"""Somebody's or something's name: a company's if people are named in another column."""


SORTED_BY = 9
"""Rank of a name as it is sorted by (“Ivanov, Peter”): only if there is no other."""


DOUBTFUL = 8
"""Rank of telephones of something else, perhaps: the cells have to look like numbers."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a head means: one of crm.imports.fields, or one of the three above."""

    field: str
    rank: int = 0
    """Of several columns for one field the lowest counts."""


def _either(text: str) -> str:
    """A pattern of several that stand between ` | `, over as many lines as there are."""
    return "|".join(re.split(r"\s+\|\s+", text.strip()))


_QUALIFIERS = re.compile(
    r"^(?:contact|customer|client|person|buyer|crm|контакт|клиент) (?=\w)|"
    r" (?:контакта|клиента|покупателя|заказчика|абонента|контактного лица|of contact|сотрудника|наименование|название)$"
)
_NEVER = re.compile(
    r"\b(?:"
    + _either(r"""fax\w* | факс\w* | pager | пейджер\w* | telex | телекс\w* | телетайп\w* | tty | tdd | isdn | modem
        | модем | telegram\w* | телеграм\w* | skype | скайп | icq | jabber | msn | facebook | вконтакте | vk | instagram
        | инстаграм\w* | twitter | linked ?in | инн | кпп | огрн\w* | окпо | оквэд | бик | снилс | vat | tax | inn | kpp
        | ogrn | iban | assistant\w* | помощник\w* | секретар\w* | spouse | супруг\w* | children | дети | детей
        | руководител\w* | managers name | manager s name | yomi | phonetic | prefix | suffix | nickname | initials
        | инициал\w* | maiden | model | модел\w* | марка | оператор\w* | operator | carrier | verified | подтвержд\w*
        | подписан\w* | subscri\w* | opt | domain | домен | quality | status | статус\w* | pin | приложени\w*""")
    + r")\b|"
    + _either(r"""^is \b | ^(?:тип|вид|type|code|код) \b | \b(?:type|code)$ | ^краткое .*имя | ^имя эл
        | ^открытая линия | ^онлайн чат
        | (?:phone|email|address|website|phone number|relation|event|im|custom field) (?:type|label|display name)$""")
)
"""Never a contact's, whatever else the head says."""
_PHONE = re.compile(
    r"\b(?:"
    + _either(r"""(?:tele|mobile|cell|work|home|smart)?phones? | phonenumbers? | телефон\w* | тел | тлф | mobiles?
        | cell | cellular | tel | gsm | моб | мобильн\w* | сотов\w* | сот | telefon\w* | handy | callback
        | обратный вызов | радиотелефон\w*""")
    + r")\b"
)
_ABOUT_PHONES = frozenset(
    [
        *(
            "рабочий",
            "домашний",
            "основной",
            "дополнительный",
            "доп",
            "контактный",
            "другой",
            "личный",
            "прямой",
            "номер",
        ),
        *("городской", "служебный", "раб", "дом", "осн", "клиента", "контакта", "номера", "work", "home", "business"),
        *(
            "primary",
            "secondary",
            "other",
            "main",
            "number",
            "numbers",
            "contact",
            "direct",
            "office",
            "personal",
            "value",
        ),
    ]
)
_TELEPHONE_AND_FAX = re.compile(r"(?:тел|phone)\w*\.?\s*(?:/|,|&|\bи\b|\band\b)\s*(?:факс|fax)", re.IGNORECASE)
_COLLEAGUES = re.compile(r"\b(?:менеджер\w*|ответственн\w*|куратор\w*|manager|owner|responsible)\b")
"""Their telephones and addresses are the company's own, not the contact's."""
_EMAIL = re.compile(
    r"\b(?:e ?mails?|mail|мейл|имейл|емейл|почта|почты|электронн\w+ (?:почт\w+|адрес\w*)|эл (?:почт\w+|адрес))\b"
)
_NOT_EMAIL = re.compile(r"\b(?:рассылка|рассылку|почтовый|mailing|postal|subject|тема)\b")
_ABOUT_OTHERS = re.compile(
    r"\b(?:"
    + _either(r"""договор\w* | контракт\w* | contracts? | заказа | заказ | заказов | заказы | orders? | invoice\w*
        | счет\w* | накладн\w* | сделк\w* | deals? | лид | лида | воронк\w* | этап\w* | стади\w* | pipeline | stage
        | passport | паспорт\w* | карты | карта | карт | card | полис\w* | артикул\w* | товар\w* | цена | сумма
        | бюджет\w* | budget | баланс\w* | скидк\w* | бонус\w* | id | uid | uuid | guid | табельн\w* | порядку | дата
        | date | birthday | день рождения | anniversary | годовщина | created | updated | modified | созда\w+ | измен\w+
        | редактир\w+ | street | улиц\w* | city | город | state | область | индекс | postal | zip | country | страна
        | регион | район | дом | квартира | site | сайт | web | url | website | веб | страница | адрес\w* | address
        | department | отдел | office | пол | gender | sex | language | язык""")
    + r")\b"
)
"""Something else's, unless the head is one of those below."""

_HEADS = (
    (
        "responsible",
        0,
        r"""ответственн\w*(?: .*)? | responsible(?: .*)? | (?:contact |account |lead )?owner | account manager
        | assigned(?: to| user)?""",
    ),
    (
        "responsible",
        1,
        r"""(?:персональный |личный |ваш |основной )?менеджер(?: .*)? | manager | фио менеджера | куратор
        | sales manager""",
    ),
    ("source", 0, r"(?:lead )?source | источник(?: \w+)? | рекламный источник | откуда узнал\w*(?: о нас)?"),
    ("family", 0, r"last ?name | family ?name | surname | фамилия | прізвище | lname | sn"),
    ("middle", 0, r"middle ?name | additional ?name | отчество | по батькові | patronymic | second ?name"),
    ("given", 0, r"first ?name | given ?name | forename | fname | имя без фамилии"),
    (
        "name",
        0,
        r"""full ?name | display ?name | contact ?name | customer ?name | client ?name | person ?name | fio | ф и о
        | фио(?: .*)? | полное имя | имя (?:и )?фамилия | фамилия (?:и )?имя(?: (?:и )?отчество)? | имя отчество фамилия
        | контактное лицо | отображаемое имя | выводимое имя | имя полностью | контактные лица | представитель""",
    ),
    ("name", 1, r"name | имя | ім я | контакт | contact"),
    ("name", SORTED_BY, r"file as | сохранить как"),
    (
        NAMED,
        0,
        r"""клиент | client | customer | покупатель | заказчик | абонент | контрагент | партнер | поставщик
        | account name""",
    ),
    (NAMED, 1, r"название | наименование | наименование полное | полное наименование"),
    (
        "company",
        0,
        r"""(?:work )?(?:company|organi[sz]ation)(?: name)? | org | employer | компания | организация | фирма
        | компанія | організація
        | (?:полное |краткое |сокращенное )?(?:название|наименование|имя) (?:компании|организации|фирмы|предприятия)
        | (?:полное |краткое |сокращенное )?(?:название|наименование|имя) (?:юр лица|юридического лица)""",
    ),
    ("company", 1, r"юр лицо | юридическое лицо | предприятие | место работы | работодатель | account | магазин"),
    (
        "position",
        0,
        r"""job ?title | position | organi[sz]ation title | work position | должность(?: .*)? | посада
        | job position""",
    ),
    ("position", 1, r"title | role | роль"),
    (
        "tags",
        0,
        r"""tags? | labels? | теги? | тэги? | метк[аи] | ярлыки? | хэштеги | group membership | groups? | группы
        | categories | категории""",
    ),
    (
        "note",
        0,
        r"""(?:personal )?notes? | comments? | remarks? | примечани[ея](?: .*)? | заметк[аи] | memo | описание
        | комментари[ий](?: менеджера| к контакту)? | дополнительная информация | доп информация | description""",
    ),
    (
        PHONE_IF_NUMBERS,
        0,
        r"""номера? | numbers? | контактный номер | контактные данные | контакты | связь | whats ?app
        | вотсап | ватсап | viber | вайбер | n | другой контакт | контактная информация
        | номер (?:whatsapp|viber) | (?:work|home|office|business) (?:no|number)
        | (?:рабочий|домашний|личный) номер""",
    ),
)
_EXACT = tuple((field, rank, re.compile(f"^(?:{_either(pattern)})$")) for field, rank, pattern in _HEADS)
_SPLIT_CASE = re.compile(r"(?<=[a-zа-я])(?=[A-ZА-Я])")


def plain(head: str) -> str:
    """The head as words in lower case, one blank between them, without digits and signs."""
    text = _SPLIT_CASE.sub(" ", head) if not head.isupper() else head
    text = (
        text.casefold().replace("ё", "е").replace("e-mail", "email").replace("е-mail", "email").replace("№", " номер ")
    )
    return " ".join(re.findall(r"[^\W\d_]+", text))


def meaning(head: str) -> Meaning | None:
    """What the head says; None if nothing is known of it."""
    words = plain(head)
    if not words:
        return None
    if found := _way_to_reach(head, words):
        return found
    for form in dict.fromkeys((words, _QUALIFIERS.sub("", words))):
        for field, rank, pattern in _EXACT:
            if pattern.search(form):
                return Meaning(field, rank)
    return Meaning(LEFT_OUT) if _ABOUT_OTHERS.search(words) else None


def _way_to_reach(head: str, words: str) -> Meaning | None:
    """A telephone or an email, or what never is one; None if the head speaks of neither."""
    if _TELEPHONE_AND_FAX.search(head):
        return Meaning("phone", DOUBTFUL)
    is_phone, is_email = _PHONE.search(words), _EMAIL.search(words) and not _NOT_EMAIL.search(words)
    if _NEVER.search(words) or ((is_phone or is_email) and _COLLEAGUES.search(words)):
        return Meaning(LEFT_OUT)
    if is_phone:
        is_plain = all(word in _ABOUT_PHONES or _PHONE.fullmatch(word) for word in words.split())
        return Meaning("phone", 0 if is_plain else DOUBTFUL)
    return Meaning("email") if is_email else None


def known_heads(cells: Sequence[str]) -> int:
    """How many of these cells are heads of something of a contact's."""
    found = (meaning(cell) for cell in cells if len(cell) < 80)
    return sum(1 for known in found if known is not None and known.field != LEFT_OUT)
