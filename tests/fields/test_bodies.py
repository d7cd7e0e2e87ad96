"""Forms, multipart and JSON, in any charset and odd wrappings."""

from __future__ import annotations

import json

import pytest

from telephony.domain import fields
from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import Hook
from telephony.domain.notes import Oddity
from tests.fields import FORM, NOW, multipart, read


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
        assert read(b'{"a\\u0000": "1\\u00002", "b\\ud800": "\\udfff"}') == {"a": "12", "b?": "?"}


class TestMultipart:
    TYPE = "multipart/form-data; boundary=b"

    def test_parts_in_parts_without_end(self) -> None:
        """Also between boundaries that the header does not name."""
        mixed = b"Content-Type: multipart/mixed; boundary=x%d\r\n\r\n"
        body = b"".join(b"--x%d\r\n" % n + mixed % (n + 1) for n in range(1500))
        for content_type in (self.TYPE, "multipart/form-data; boundary=x0", "multipart/form-data"):
            with pytest.raises(MalformedHook):
                read(body, content_type)

    def test_fields(self) -> None:
        body = multipart(
            b'Content-Disposition: form-data; name="event"\r\n\r\nNOTIFY_END',
            'Content-Disposition: form-data; name="имя"\r\n\r\nВася\r\nи Петя'.encode(),
            b'Content-Disposition: form-data; name="empty"\r\n\r\n',
            b"Content-Disposition: form-data\r\n\r\nnameless",
        )
        found = read(body, self.TYPE)
        assert found["event"] == "NOTIFY_END"
        assert found["имя"] == "Вася\r\nи Петя"
        assert found["empty"] == ""
        assert "nameless" not in found.values()

    def test_a_name_in_the_form_of_rfc_2231(self) -> None:
        body = multipart(b"Content-Disposition: form-data; name*=utf-8''%D0%B8%D0%BC%D1%8F\r\n\r\nx")
        assert read(body, self.TYPE) == {"имя": "x"}

    def test_an_ascii_name_is_one_in_every_charset(self) -> None:
        body = multipart(b'Content-Disposition: form-data; name="from"\r\n\r\n' + "Вася".encode("utf-16-le"))
        assert read(body, f"{self.TYPE}; charset=utf-16-le") == {"from": "Вася"}

    def test_a_mark_of_the_byte_order_is_no_part_of_a_name(self) -> None:
        body = multipart('Content-Disposition: form-data; name="\ufeffevent"\r\n\r\nNOTIFY_END'.encode())
        assert read(body, self.TYPE)["event"] == "NOTIFY_END"

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

    PART = b'Content-Disposition: form-data; name="a"\r\n\r\n1'

    @pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=other", FORM, ""])
    def test_by_the_boundary_that_stands_in_the_body(self, content_type: str) -> None:
        assert read(multipart(self.PART, self.PART.replace(b'"a"', b'"c"')), content_type) == {"a": "1", "c": "1"}

    @pytest.mark.parametrize("dashes", [(b"", b""), (b"", b"--"), (b"-", b"-"), (b"--", b""), (b"----", b"--")])
    @pytest.mark.parametrize("line", [b"\r\n", b"\n"])
    def test_boundaries_that_lack_dashes(self, dashes: tuple[bytes, bytes], line: bytes) -> None:
        start, end = dashes
        second = self.PART.replace(b'"a"', b'"c"').replace(b"1", b"2--b")
        body = start + b"b" + line + self.PART + line + start + b"b" + line + second + line + start + b"b" + end + line
        assert read(body.replace(b"\r\n", line), self.TYPE) == {"a": "1", "c": "2--b"}

    @pytest.mark.parametrize("body", [b"--b\r\nnothing\r\n--b--", b"b" * 300, b"--\r\n--"])
    def test_without_any_field(self, body: bytes) -> None:
        with pytest.raises(MalformedHook, match="no field between its boundaries"):
            read(body, self.TYPE)

    def test_what_is_no_multipart_at_all(self) -> None:
        assert read(b"a=1&b=2", self.TYPE) == {"a": "1", "b": "2"}
        assert read(b'{"a": 1}', self.TYPE) == {"a": "1"}

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

    @pytest.mark.parametrize("body", [b"{", b'{"a"}', b"{'a': 1}", b"a", b'"a'])
    def test_no_json(self, body: bytes) -> None:
        with pytest.raises(MalformedHook, match="The body is no JSON"):
            read(body, "application/json")

    def test_a_form_that_is_called_json(self) -> None:
        assert read(b"a=1&b=%2B7", "application/json") == {"a": "1", "b": "+7"}

    @pytest.mark.parametrize("content_type", ["application/json", FORM, ""])
    @pytest.mark.parametrize(
        "body",
        [
            b'[{"a": 1, "b": {"c": 2}}]',
            b'{"data": {"a": 1, "b": {"c": 2}}}',
            b'[{"event": {"a": 1, "b": {"c": 2}}}]',
            b"data=%7B%22a%22%3A1%2C%22b%22%3A%7B%22c%22%3A2%7D%7D",
            b"data=%5B%7B%22a%22%3A1%2C%22b%22%3A%7B%22c%22%3A2%7D%7D%5D&x={NUMBER}&y=[1]",
            b"%7B%22a%22%3A1%2C%22b%22%3A%7B%22c%22%3A2%7D%7D",
        ],
    )
    def test_wrapped_once_more(self, body: bytes, content_type: str) -> None:
        found = read(body, content_type)
        assert (found["a"], found["b"]) == ("1", '{"c": "2"}')
        assert "c" not in found

    def test_a_field_of_the_form_beats_one_in_its_json(self) -> None:
        assert read(b'a=1&data={"a": 2, "b": 3}')["a"] == "1"

    def test_json_written_as_text_in_json(self) -> None:
        assert read(json.dumps('{"a": 1}').encode(), "application/json") == {"a": "1"}

    def test_an_empty_list_says_nothing(self) -> None:
        assert read(b"[]", "application/json") == {}

    def test_a_list_of_several_is_refused_in_words(self) -> None:
        with pytest.raises(MalformedHook, match="is a list of 2: send each message in a request of its own"):
            read(b'[{"a": 1}, {"a": 2}]', "application/json")

    @pytest.mark.parametrize("body", [b"[1]", b"1", b"null"])
    def test_no_object(self, body: bytes) -> None:
        with pytest.raises(MalformedHook, match="no object with fields"):
            read(body, "application/json")

    def test_nested_too_deeply(self) -> None:
        with pytest.raises(MalformedHook, match="nested too deeply"):
            read(b'{"a": ' + b"[" * 100_000, "application/json")


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=windows-1251"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks(charset: str, encoding: str) -> None:
    """An editor writes them before the script that sends the message."""
    assert read("a=Вася&b=2".encode(encoding), FORM + charset) == {"a": "Вася", "b": "2"}
    assert read('{"a": "Вася"}'.encode(encoding), "application/json" + charset) == {"a": "Вася"}
    if encoding == "utf-8-sig":
        body = multipart('Content-Disposition: form-data; name="a"\r\n\r\nВася'.encode())
        assert read("\ufeff".encode() + body, TestMultipart.TYPE) == {"a": "Вася"}
    assert read(b"%EF%BB%BFa=1", query=b"%EF%BB%BFb=2") == {"a": "1", "b": "2"}


def test_json_of_a_form_is_the_form() -> None:
    told = {"event": "ring", "from": "+7 920", "имя": "Вася"}
    assert read(json.dumps(told).encode(), "application/json") == told


def test_who_reads_a_request_again_has_its_fields_and_notes_of_its_own() -> None:
    hook = Hook(method="GET", query=b"from=101&size=big", received_at=NOW)
    first = fields.read_params(hook)
    first.odd(Oddity.NOT_UNDERSTOOD, "size", first.pop("size"))
    assert (fields.read_params(hook), fields.read_params(hook).notes) == ({"from": "101", "size": "big"}, ())
