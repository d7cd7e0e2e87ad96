"""A plain form is read in a way of its own: as the parser that reads every form reads it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from telephony.domain.fields.multipart import _parts_in_any_shape, _plain_parts
from tests.fields import multipart

TYPE = "multipart/form-data; boundary=b"
PIECES = [
    b"",
    b"a",
    b"--",
    b"b",
    b"\r\n",
    b"\n",
    b"\r",
    b" ",
    b"\r\n--b",
    b"\r\n--b--",
    b'"',
    b"=",
    b"\xd0\xb8",
    b"\x0c\x85",
]
contents = st.lists(st.sampled_from(PIECES), max_size=6).map(b"".join)
names = st.sampled_from(
    [b"call_id", b"a[b]", b" a ", b"a;b=c", "имя".encode(), b"a%22", b"=?utf-8?Q?a?=", b"", b'a\\"b']
)
heads = st.sampled_from([b'Content-Disposition: form-data; name="%s"'] * 5 + [
    b'content-disposition: form-data; name="%s"',
    b'Content-Disposition: form-data; name="%s"; filename="x.txt"',
    b"Content-Disposition: form-data; name=%s",
    b'Content-Type: text/plain\r\nContent-Disposition: form-data; name="%s"',
])  # fmt: skip


@st.composite
def parts(draw: st.DrawFn) -> bytes:
    return draw(heads) % draw(names) + b"\r\n\r\n" + draw(contents)


@given(st.lists(parts(), min_size=1, max_size=4))
def test_both_ways_read_the_same(sent: list[bytes]) -> None:
    body = multipart(*sent)
    assert _plain_parts(body) in ([], _parts_in_any_shape(TYPE, body))


def test_what_programs_write_goes_the_short_way() -> None:
    part = b'Content-Disposition: form-data; name="%s"\r\n\r\n%s'
    assert _plain_parts(multipart(part % (b"event", b"START"), part % (b"note", b"two\r\nlines"))) == [
        ("event", b"START", None),
        ("note", b"two\r\nlines", None),
    ]


def test_a_form_that_is_cut_off_does_not() -> None:
    assert _plain_parts(multipart(b'Content-Disposition: form-data; name="event"\r\n\r\nSTART', end=b"")) == []
