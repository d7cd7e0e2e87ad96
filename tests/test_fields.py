"""Reading fields out of whatever a PBX sends, whole or damaged."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from telephony import fields
from telephony.exceptions import MalformedHook
from telephony.hooks import Hook

NOW = datetime(2024, 1, 29, 10, 46, 30, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")
FORM = "application/x-www-form-urlencoded"


def read(body: bytes = b"", content_type: str = "", query: bytes = b"") -> fields.Params:
    headers = {"content-type": content_type} if content_type else {}
    return fields.read_params(Hook(method="POST", query=query, headers=headers, body=body, received_at=NOW))


def multipart(*parts: bytes, end: bytes = b"--b--\r\n") -> bytes:
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + end


class TestRequest:
    def test_nothing(self) -> None:
        assert read() == {}
        assert read(b" \r\n", FORM) == {}

    def test_query(self) -> None:
        assert read(query=b"a=1&b=two+words&c=%2B7&d=&e&&=x") == {
            "a": "1",
            "b": "two words",
            "c": "+7",
            "d": "",
            "e": "",
            "": "x",
        }

    @pytest.mark.parametrize("query", ["a=Вася×".encode(), b"a=%D0%92%D0%B0%D1%81%D1%8F%C3%97"])
    def test_russian_query(self, query: bytes) -> None:
        assert read(query=query) == {"a": "Вася×"}

    def test_body_comes_before_query_and_empty_never_wins(self) -> None:
        assert read(b"a=body&b=", FORM, query=b"a=query&b=query&c=query") == {"a": "body", "b": "query", "c": "query"}

    def test_first_value_that_is_not_empty(self) -> None:
        assert read(b"a=&a=1&a=2", FORM) == {"a": "1"}

    def test_more_than_a_thousand_fields(self) -> None:
        body = "&".join(f"f{number}={number}" for number in range(3000)).encode()
        assert read(body, FORM)["f2999"] == "2999"

    @pytest.mark.parametrize(
        "content_type", ["", FORM, "text/plain", "nonsense", f"{FORM}; charset=klingon", "text/\r\nx"]
    )
    def test_form_under_any_content_type(self, content_type: str) -> None:
        assert read("имя=Вася&тел=1\r\n".encode(), content_type) == {"имя": "Вася", "тел": "1"}

    @pytest.mark.parametrize("value", ["Вася".encode("cp1251"), b"%C2%E0%F1%FF"])
    @pytest.mark.parametrize("charset", ["windows-1251", "utf-8", "undefined", "base64", "idna", "\x00"])
    def test_windows_1251(self, value: bytes, charset: str) -> None:
        """Declared or not, and under charsets that are none or decode nothing."""
        assert read(b"a=" + value, f"{FORM}; charset={charset}") == {"a": "Вася"}

    def test_what_no_database_stores_is_left_out(self) -> None:
        assert read(b"a%00=1%002") == {"a": "12"}
        assert read(b"a=x\\ud800y", f"{FORM}; charset=unicode_escape") == {"a": "x?y"}
        assert read(b'{"a\\u0000": "1\\u00002", "b\\ud800": "\\udfff"}') == {"a": "12", "b?": "?"}


class TestMultipart:
    TYPE = "multipart/form-data; boundary=b"

    def test_fields(self) -> None:
        body = multipart(
            b'Content-Disposition: form-data; name="event"\r\n\r\nNOTIFY_END',
            'Content-Disposition: form-data; name="имя"\r\n\r\nВася\r\nи Петя'.encode(),
            b'Content-Disposition: form-data; name="empty"\r\n\r\n',
            b"Content-Disposition: form-data\r\n\r\nnameless",
        )
        found = read(body, self.TYPE)
        assert found["event"] == "NOTIFY_END"
        assert "Вася\r\nи Петя" in found.values()
        assert found["empty"] == ""
        assert "nameless" not in found.values()

    def test_windows_1251_in_one_part_or_in_all(self) -> None:
        value = "Вася".encode("cp1251")
        own = b'Content-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=windows-1251\r\n\r\n'
        assert read(multipart(own + value), self.TYPE) == {"a": "Вася"}
        bare = b'Content-Disposition: form-data; name="a"\r\n\r\n'
        assert read(multipart(bare + value), self.TYPE) == {"a": "Вася"}
        koi8 = read(multipart(bare + "Вася".encode("koi8-r")), f"{self.TYPE}; charset=koi8-r")
        assert koi8 == {"a": "Вася"}

    def test_without_its_end(self) -> None:
        part = b'Content-Disposition: form-data; name="a"\r\n\r\n1'
        assert read(multipart(part, end=b""), self.TYPE)["a"].strip() == "1"

    @pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=other"])
    def test_without_its_boundary(self, content_type: str) -> None:
        with pytest.raises(MalformedHook, match="no field between its boundaries"):
            read(multipart(b'Content-Disposition: form-data; name="a"\r\n\r\n1'), content_type)

    def test_nested_too_deeply(self) -> None:
        levels = (
            f"--b{level}\r\nContent-Type: multipart/mixed; boundary=b{level + 1}\r\n\r\n" for level in range(2000)
        )
        with pytest.raises(MalformedHook, match="nested too deeply"):
            read("".join(levels).encode(), "multipart/form-data; boundary=b0")


class TestJson:
    @pytest.mark.parametrize("content_type", ["application/json", "application/vnd.pbx+json; charset=utf-8", "", FORM])
    def test_values_as_text(self, content_type: str) -> None:
        body = '{"id": 1419783130.15590, "n": 101, "none": null, "yes": true, "name": "Вася", "deep": {"a": ["я", 1]}}'
        assert read(body.encode(), content_type) == {
            "id": "1419783130.15590",
            "n": "101",
            "none": "",
            "yes": "true",
            "name": "Вася",
            "deep": '{"a": ["я", "1"]}',
        }

    @pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\r\n\t "])
    def test_by_its_first_sign(self, start: bytes) -> None:
        assert read(start + b'{"a": "1"}', "application/vnd.pbx+json") == {"a": "1"}

    def test_windows_1251(self) -> None:
        assert read('{"a": "Вася"}'.encode("cp1251"), "application/json; charset=windows-1251") == {"a": "Вася"}

    def test_huge_number(self) -> None:
        assert read(b'{"a": ' + b"9" * 10_000 + b"}")["a"] == "9" * 10_000

    @pytest.mark.parametrize("body", [b"{", b'{"a"}', b"{'a': 1}", b"a=1"])
    def test_no_json(self, body: bytes) -> None:
        with pytest.raises(MalformedHook, match="The body is no JSON"):
            read(body, "application/json")

    @pytest.mark.parametrize("body", [b"[1]", b"1", b"null"])
    def test_no_object(self, body: bytes) -> None:
        with pytest.raises(MalformedHook, match="no object with fields"):
            read(body, "application/json")

    def test_nested_too_deeply(self) -> None:
        with pytest.raises(MalformedHook, match="nested too deeply"):
            read(b'{"a": ' + b"[" * 100_000, "application/json")


class TestText:
    def test_without_blanks(self) -> None:
        assert fields.text({"a": " 1 "}, "a") == "1"
        assert fields.text({}, "a") == ""

    def test_too_long(self) -> None:
        assert fields.text({"a": "x" * 300}, "a", longest=300) == "x" * 300
        with pytest.raises(MalformedHook, match=r"^a: expected at most 200 characters, got 201.$"):
            fields.text({"a": "x" * 201}, "a")

    def test_required(self) -> None:
        assert fields.required({"a": "1"}, "a") == "1"
        assert fields.required({"a": "x" * 300}, "a", longest=300)
        for params in ({}, {"a": " "}):
            with pytest.raises(MalformedHook, match=r"^a: missing or empty.$"):
                fields.required(params, "a")

    def test_chosen(self) -> None:
        assert fields.chosen({"a": " 1 ", "b": "", "c": "x" * 300, "d": "4"}, ["a", "b", "c", "e"]) == {
            "a": "1",
            "c": "x" * 200,
        }


class TestSeconds:
    @pytest.mark.parametrize(
        ("value", "expected"), [("16", 16), (" 0 ", 0), ("16.9", 16), ("", None), ("604800", 604800)]
    )
    def test_length(self, value: str, expected: int | None) -> None:
        assert fields.seconds({"duration": value}, "duration") == expected

    @pytest.mark.parametrize("value", ["-1", "604801", "a minute", "nan", "inf", "0:16"])
    def test_no_length(self, value: str) -> None:
        with pytest.raises(MalformedHook, match=r"^duration: expected a number of seconds, got "):
            fields.seconds({"duration": value}, "duration")


class TestUnixTime:
    def test_moment(self) -> None:
        assert fields.unix_time({"t": "1378296000"}, "t") == datetime(2013, 9, 4, 12, tzinfo=UTC)
        assert fields.unix_time({"t": "1378296000.5"}, "t") == datetime(2013, 9, 4, 12, 0, 0, 500_000, tzinfo=UTC)

    @pytest.mark.parametrize("params", [{}, {"t": ""}, {"t": "0"}])
    def test_none(self, params: dict[str, str]) -> None:
        assert fields.unix_time(params, "t") is None

    @pytest.mark.parametrize("value", ["soon", "-5", "1378296000000", "1e300", "nan", "12", "2024-01-29"])
    def test_no_moment(self, value: str) -> None:
        with pytest.raises(MalformedHook, match=r"^t: expected Unix seconds, got "):
            fields.unix_time({"t": value}, "t")


class TestLocalTime:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("2024-01-29 13:46:22", datetime(2024, 1, 29, 10, 46, 22, tzinfo=UTC)),
            ("2024-01-29T13:46:22+05:00", datetime(2024, 1, 29, 8, 46, 22, tzinfo=UTC)),
            ("", None),
        ],
    )
    def test_moment(self, value: str, expected: datetime | None) -> None:
        assert fields.local_time({"t": value}, "t", MOSCOW) == expected

    @pytest.mark.parametrize(
        "value", ["yesterday", "0000-00-00 00:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59", "x" * 99]
    )
    def test_no_moment(self, value: str) -> None:
        with pytest.raises(MalformedHook, match=r"^t: expected a time like 2024-01-29 13:46:22, got ") as caught:
            fields.local_time({"t": value}, "t", MOSCOW)
        assert len(str(caught.value)) < 110


class TestNear:
    @pytest.mark.parametrize("seconds", [0, 1, 600])
    def test_soon_after_its_reference(self, seconds: int) -> None:
        assert fields.near(NOW, NOW - timedelta(seconds=seconds)) == NOW

    @pytest.mark.parametrize("seconds", [-1, 601, 86400])
    def test_held_up_or_before_its_reference(self, seconds: int) -> None:
        reference = NOW - timedelta(seconds=seconds)
        assert fields.near(NOW, reference) == reference

    def test_without_reference(self) -> None:
        assert fields.near(NOW, None) == NOW

    def test_own_patience(self) -> None:
        reference = NOW - timedelta(hours=1)
        assert fields.near(NOW, reference, within=timedelta(hours=2)) == NOW


def test_json_of_a_form_is_the_form() -> None:
    params = {"event": "ring", "from": "+7 920", "имя": "Вася"}
    assert read(json.dumps(params).encode(), "application/json") == params
