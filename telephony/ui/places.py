"""Where a number is from: its country and, of Russian city numbers, the region.

phonenumberslite has no names of places, so the likely ones stand here, in both of the interface's languages:
they are data, not phrases. Source of the city codes: the Russian numbering plan.
"""

from __future__ import annotations

from functools import cache

import phonenumbers
from django.utils.translation import get_language, gettext
from phonenumbers import NumberParseException, PhoneNumberType

_COUNTRIES = """
AE United Arab Emirates|ОАЭ; AL Albania|Албания; AM Armenia|Армения; AR Argentina|Аргентина;
AT Austria|Австрия; AU Australia|Австралия; AZ Azerbaijan|Азербайджан; BA Bosnia and Herzegovina|Босния и Герцеговина;
BE Belgium|Бельгия; BG Bulgaria|Болгария; BR Brazil|Бразилия; BY Belarus|Беларусь; CA Canada|Канада;
CH Switzerland|Швейцария; CN China|Китай; CU Cuba|Куба; CY Cyprus|Кипр; CZ Czechia|Чехия; DE Germany|Германия;
DK Denmark|Дания; DO Dominican Republic|Доминиканская Республика; EE Estonia|Эстония; EG Egypt|Египет;
ES Spain|Испания; FI Finland|Финляндия; FR France|Франция; GB United Kingdom|Великобритания; GE Georgia|Грузия;
GR Greece|Греция; HK Hong Kong|Гонконг; HR Croatia|Хорватия; HU Hungary|Венгрия; ID Indonesia|Индонезия;
IE Ireland|Ирландия; IL Israel|Израиль; IN India|Индия; IQ Iraq|Ирак; IR Iran|Иран; IS Iceland|Исландия;
IT Italy|Италия; JP Japan|Япония; KG Kyrgyzstan|Киргизия; KR South Korea|Южная Корея; KZ Kazakhstan|Казахстан;
LT Lithuania|Литва; LU Luxembourg|Люксембург; LV Latvia|Латвия; MD Moldova|Молдавия; ME Montenegro|Черногория;
MK North Macedonia|Северная Македония; MN Mongolia|Монголия; MT Malta|Мальта; MX Mexico|Мексика;
MY Malaysia|Малайзия; NL Netherlands|Нидерланды; NO Norway|Норвегия; NZ New Zealand|Новая Зеландия;
PK Pakistan|Пакистан; PL Poland|Польша; PT Portugal|Португалия; QA Qatar|Катар; RO Romania|Румыния;
RS Serbia|Сербия; RU Russia|Россия; SA Saudi Arabia|Саудовская Аравия; SE Sweden|Швеция; SG Singapore|Сингапур;
SI Slovenia|Словения; SK Slovakia|Словакия; TH Thailand|Таиланд; TJ Tajikistan|Таджикистан;
TM Turkmenistan|Туркмения; TR Turkey|Турция; TW Taiwan|Тайвань; UA Ukraine|Украина; US United States|США;
UZ Uzbekistan|Узбекистан; VN Vietnam|Вьетнам; ZA South Africa|ЮАР
"""
_RUSSIAN_REGIONS = """
301 Buryatia|Бурятия; 302 Zabaykalsky Krai|Забайкальский край; 341 Udmurtia|Удмуртия; 342 Perm Krai|Пермский край;
343 Sverdlovsk Oblast|Свердловская область; 345 Tyumen Oblast|Тюменская область; 346 Khanty-Mansi AO|ХМАО — Югра;
347 Bashkortostan|Башкортостан; 349 Yamalo-Nenets AO|Ямало-Ненецкий АО; 351 Chelyabinsk Oblast|Челябинская область;
352 Kurgan Oblast|Курганская область; 353 Orenburg Oblast|Оренбургская область; 365 Crimea|Крым;
381 Omsk Oblast|Омская область; 382 Tomsk Oblast|Томская область; 383 Novosibirsk Oblast|Новосибирская область;
384 Kemerovo Oblast|Кемеровская область; 385 Altai Krai|Алтайский край; 388 Altai Republic|Республика Алтай;
390 Khakassia|Хакасия; 391 Krasnoyarsk Krai|Красноярский край; 394 Tuva|Тыва; 395 Irkutsk Oblast|Иркутская область;
401 Kaliningrad Oblast|Калининградская область; 411 Yakutia|Якутия; 413 Magadan Oblast|Магаданская область;
415 Kamchatka Krai|Камчатский край; 416 Amur Oblast|Амурская область; 421 Khabarovsk Krai|Хабаровский край;
423 Primorsky Krai|Приморский край; 424 Sakhalin Oblast|Сахалинская область; 426 Jewish AO|Еврейская АО;
427 Chukotka AO|Чукотский АО; 471 Kursk Oblast|Курская область; 472 Belgorod Oblast|Белгородская область;
473 Voronezh Oblast|Воронежская область; 474 Lipetsk Oblast|Липецкая область; 475 Tambov Oblast|Тамбовская область;
481 Smolensk Oblast|Смоленская область; 482 Tver Oblast|Тверская область; 483 Bryansk Oblast|Брянская область;
484 Kaluga Oblast|Калужская область; 485 Yaroslavl Oblast|Ярославская область; 486 Oryol Oblast|Орловская область;
487 Tula Oblast|Тульская область; 491 Ryazan Oblast|Рязанская область; 492 Vladimir Oblast|Владимирская область;
493 Ivanovo Oblast|Ивановская область; 494 Kostroma Oblast|Костромская область; 495 Moscow|Москва;
496 Moscow Oblast|Московская область; 498 Moscow Oblast|Московская область; 499 Moscow|Москва;
811 Pskov Oblast|Псковская область; 812 Saint Petersburg|Санкт-Петербург; 813 Leningrad Oblast|Ленинградская область;
814 Karelia|Карелия; 815 Murmansk Oblast|Мурманская область; 816 Novgorod Oblast|Новгородская область;
817 Vologda Oblast|Вологодская область; 818 Arkhangelsk Oblast|Архангельская область;
820 Vologda Oblast|Вологодская область; 821 Komi|Коми; 831 Nizhny Novgorod Oblast|Нижегородская область;
833 Kirov Oblast|Кировская область; 834 Mordovia|Мордовия; 835 Chuvashia|Чувашия; 836 Mari El|Марий Эл;
841 Penza Oblast|Пензенская область; 842 Ulyanovsk Oblast|Ульяновская область; 843 Tatarstan|Татарстан;
844 Volgograd Oblast|Волгоградская область; 845 Saratov Oblast|Саратовская область;
846 Samara Oblast|Самарская область; 847 Kalmykia|Калмыкия; 848 Samara Oblast|Самарская область;
851 Astrakhan Oblast|Астраханская область; 855 Tatarstan|Татарстан; 861 Krasnodar Krai|Краснодарский край;
862 Krasnodar Krai|Краснодарский край; 863 Rostov Oblast|Ростовская область; 865 Stavropol Krai|Ставропольский край;
866 Kabardino-Balkaria|Кабардино-Балкария; 867 North Ossetia|Северная Осетия; 869 Sevastopol|Севастополь;
871 Chechnya|Чечня; 872 Dagestan|Дагестан; 873 Ingushetia|Ингушетия; 877 Adygea|Адыгея;
878 Karachay-Cherkessia|Карачаево-Черкесия; 879 Stavropol Krai|Ставропольский край
"""


def whereabouts(e164: str) -> str:
    """Country and region in the reader's language, like `Russia, Tatarstan` or `Russia, mobile`; empty if unknown."""
    parsed = _parse(e164)
    if parsed is None:
        return ""
    code = phonenumbers.region_code_for_number(parsed)
    country = _named(_COUNTRIES, code or "") or code or ""
    kind = phonenumbers.number_type(parsed)
    if kind == PhoneNumberType.TOLL_FREE:
        return f"{country}, {gettext('toll-free')}"
    region = _named(_RUSSIAN_REGIONS, str(parsed.national_number)[:3]) if code == "RU" else ""
    if not region and kind == PhoneNumberType.MOBILE:
        region = gettext("mobile")
    return f"{country}, {region}" if region else country


def _parse(e164: str) -> phonenumbers.PhoneNumber | None:
    if not e164.startswith("+"):
        return None
    try:
        return phonenumbers.parse(e164)
    except NumberParseException:
        return None


def _named(table: str, code: str) -> str:
    english, russian = _read(table).get(code, ("", ""))
    return russian if (get_language() or "").startswith("ru") else english


@cache
def _read(table: str) -> dict[str, tuple[str, str]]:
    entries = (entry.strip().partition(" ") for entry in table.replace("\n", " ").split(";"))
    return {code: (names.partition("|")[0], names.partition("|")[2]) for code, _, names in entries}
