"""Why a message could not be read, in the reader's language."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from telephony.domain import fields
from telephony.domain.exceptions import MalformedHook
from telephony.ui.reasons import in_words

UTC_OF = ZoneInfo("UTC")
SPOILT = {
    "Поля callid нет, или оно пустое.": lambda: fields.required(fields.Params({}), "callid"),
    "callid: знаков 6, а принимается не больше 5.": lambda: fields.required(
        fields.Params({"callid": "123456"}), "callid", longest=5
    ),
    "В поле at должно быть время вида 2024-01-29 13:46:22, а пришло 'soon'.": lambda: fields.required_time(
        fields.Params({"at": "soon"}), "at", UTC_OF
    ),
}


@pytest.mark.parametrize("russian", SPOILT)
def test_what_the_reader_of_fields_says_is_known(russian: str) -> None:
    with pytest.raises(MalformedHook) as refusal:
        SPOILT[russian]()
    assert in_words(str(refusal.value)) != str(refusal.value)
    with translation.override("ru"):
        assert in_words(str(refusal.value)) == russian


@pytest.mark.parametrize(
    ("reason", "russian"),
    [
        ("number and key: both missing or empty.", "Нет ни number, ни key, или оба пустые."),
        ("start_stamp: no unix time in seconds.", "В поле start_stamp должно быть время Unix в секундах."),
        ("The body is no JSON.", "Тело запроса — не JSON."),
        (
            "The body is no JSON: Expecting value: line 1 column 1 (char 0).",
            "Тело запроса — не JSON: Expecting value: line 1 column 1 (char 0).",
        ),
        ("Something that nobody has translated.", "Something that nobody has translated."),
    ],
)
def test_reasons_in_russian(reason: str, russian: str) -> None:
    with translation.override("ru"):
        assert in_words(reason) == russian
