"""Words that people and programs write around a telephone number, in lower case, with ё as е."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


EXTENSION_WORDS = _words(
    "доб добав добавочный добавочн вн внутр внутренний внут тон тоновый тоном тональный x х ext extn exten extension "
    "xtn int p w durchwahl dw poste interno внутрішній дод додатковий"
)
FILLERS = _words("номер номера тел телефон no number num n tel phone")
"""May stand beside a word for an extension: `вн. тел. 12`, `ext no 7`."""
JOINTS = _words("/ \\ , ; и или and or & та або")
"""Stands between two numbers, the second of which may be only an ending: 200-29-01/02."""
PHONE_WORDS = _words(
    "т тел телеф телефон телефоны моб мобильный мобил сот сотовый раб рабочий дом домашний гор городской прям прямой "
    "приемная офис осн основной доп дополнительный личный звонить контактный номер tel telefon phone ph mob mobile "
    "cell work home office main private direct business other whatsapp wa viber vb handy fon мтс билайн мегафон теле "
    "iphone number no voip"
)
"""A number beside one of them is a telephone number, even if it is not a public one."""
FAX_WORDS = _words("факс fax ф telefax")
OTHER_NUMBERS = _words(
    "инн огрн огрнип кпп бик окпо октмо снилс паспорт серия заказ заказа договор договора дог счет счета сч карта "
    "карты накладная акт лот артикул индекс order invoice contract passport card account acct inn iban vat zip sku tin "
    "telegram tg телеграм icq id"
)
"""What follows is a number, but not of a telephone."""

HIDDEN = _words(
    "anonymous anonym anonyme anonimo anónimo anonimous anonymus unknown private privat prive privé privado privato "
    "withheld hidden restricted restringido unavailable indisponible blocked suppressed null none undefined nil nan na "
    "no not unlisted callapi asterisk "
    "скрыт скрыто скрытый скрытого скрыта скрыл скрыла нд аноним анонимный анонимно неизвестен неизвестный неизвестно "
    "неизвестного неопределен неопределенный определен определился не нет без отсутствует приватный засекречен "
    "засекречено запрещен прихований приховано невідомий невідомо анонімний жасырын белгісіз "
    "unbekannt unterdruckt unterdrückt inconnu masque masqué oculto desconocido nascosto sconosciuto ukryty nieznany "
    "skryté neznámé skjult ukendt 非通知 匿名 未知 不明 隐藏"
)
HIDDEN_FILLERS = FILLERS | _words(
    "caller callerid cid id call calls name user абонент абонента абонентом звонок вызов вызывающий пользователь "
    "numero número numéro nummer rufnummer teilnehmer appel llamada client клиент display a by is the to s"
)
"""Beside a word for a hidden number these say nothing more: `Номер скрыт`, `Private caller`."""
