"""Texts, lengths of time and outcomes."""

from __future__ import annotations

import pytest

from telephony.domain import fields
from telephony.domain.exceptions import MalformedHook
from tests.fields import odd, params


class TestText:
    def test_without_blanks(self) -> None:
        assert fields.text(params(a=" 1 "), "a") == "1"
        assert fields.text(params(), "a") == ""

    @pytest.mark.parametrize("value", ["null", "NULL", "None", "undefined", "(null)", " nil "])
    def test_what_scripts_write_for_nothing(self, value: str) -> None:
        assert fields.text(params(a=value), "a") == ""
        with pytest.raises(MalformedHook, match=r"^a: missing or empty.$"):
            fields.required(params(a=value), "a")

    def test_too_long(self) -> None:
        assert fields.text(params(a="x" * 300), "a", longest=300) == "x" * 300
        told = params(a="x" * 201)
        assert fields.text(told, "a") == fields.text(told, "a") == ""
        assert [note.to_json() for note in told.notes] == [
            {"oddity": "too_long", "field": "a", "value": "x" * 40 + "…"}
        ]
        with pytest.raises(MalformedHook, match=r"^a: expected at most 200 characters, got 201.$"):
            fields.required(told, "a")

    def test_required(self) -> None:
        assert fields.required(params(a="1"), "a") == "1"
        assert fields.required(params(a="x" * 300), "a", longest=300)
        for missing in (params(), params(a=" ")):
            with pytest.raises(MalformedHook, match=r"^a: missing or empty.$"):
                fields.required(missing, "a")

    def test_chosen(self) -> None:
        assert fields.chosen({"a": " 1 ", "b": "", "c": "x" * 300, "d": "4"}, ["a", "b", "c", "e"]) == {
            "a": "1",
            "c": "x" * 200,
        }

    def test_one_of(self) -> None:
        told = params(a="IN", b="sideways", c="")
        assert [fields.one_of(told, name, {"in": 1}) for name in "abcd"] == [1, None, None, None]
        assert odd(told) == [("not_understood", "b")]


class TestSeconds:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            *[("16", 16), (" 0 ", 0), ("16.9", 16), ("75.0", 75), ("75,0", 75), ("604800", 604_800), ("0016", 16)],
            *[
                ("00:01:15", 75),
                ("1:15", 75),
                ("0:16", 16),
                ("01:00:00", 3600),
                ("1 00:00:05", 86_405),
                ("75:00", 4500),
            ],
            *[
                ("00:01:15.250", 75),
                ("75 s", 75),
                ("75sec", 75),
                ("75 сек.", 75),
                ("75000 ms", 75),
                ("1 мин 15 сек", 75),
            ],
            *[("1m15s", 75), ("PT1M15S", 75), ("1h", 3600), ("1 ч. 2 мин.", 3720)],
        ],
    )
    def test_length(self, value: str, expected: int) -> None:
        told = params(duration=value)
        assert fields.seconds(told, "duration") == expected
        assert not told.notes

    @pytest.mark.parametrize("value", ["", "null", " ", "None"])
    def test_nothing(self, value: str) -> None:
        told = params(duration=value)
        assert fields.seconds(told, "duration") is None
        assert not told.notes

    @pytest.mark.parametrize("value", ["-1", "604801", "a minute", "nan", "inf", "1:2:3:4", "1e3", "9" * 99, "x" * 999])
    def test_no_length(self, value: str) -> None:
        told = params(duration=value)
        assert fields.seconds(told, "duration") is None
        assert odd(told) in ([("not_a_length", "duration")], [("too_long", "duration")])


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        *[(word, "no_answer") for word in ("NOANSWER", "no answer", "No Answer", "no_answer", "no-answer", "Missed")],
        *[(word, "answered") for word in ("ANSWER", "ANSWERED", "answered", "Success", " Answered. ")],
        *[(word, "cancelled") for word in ("canceled", "cancelled", "CANCEL", "ABANDON", "ORIGINATOR_CANCEL")],
        *[(word, "busy") for word in ("BUSY", "declined", "User Busy", "CALL_REJECTED")],
        *[(word, "failed") for word in ("CONGESTION", "CHANUNAVAIL", "DONTCALL", "no money", "NotAvailable", "failed")],
        *[("Отклонён", "busy"), ("нет ответа", "no_answer")],
    ],
)
def test_outcomes(word: str, expected: str) -> None:
    told = params(status=word)
    assert fields.outcome(told, "status") == expected
    assert not told.notes


def test_outcomes_that_nobody_knows() -> None:
    told = params(status="WHATEVER", empty="", null="null")
    assert fields.outcome(told, "status") == "unknown"
    assert fields.outcome(told, "empty") is fields.outcome(told, "null") is fields.outcome(told, "none") is None
    assert odd(told) == [("unknown_outcome", "status")]
