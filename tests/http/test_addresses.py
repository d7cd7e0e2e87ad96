"""Which addresses are allowed, and how links are read."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from telephony.http import Failure, RequestFailed
from telephony.http.addresses import parse
from telephony.http.networks import is_allowed
from tests.http.notations import INSIDE, OTHERWISE_SPECIAL, SPECIAL_IPV6
from tests.rows import rows

PUBLIC = [
    *("1.1.1.1", "8.8.8.8", "5.255.255.242", "77.88.8.8", "93.184.216.34", "223.255.255.255", "100.63.255.255"),
    *("100.128.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "169.253.255.255", "126.0.0.1"),
    *("128.0.0.1", "9.255.255.255", "11.0.0.0", "192.0.1.0", "198.17.255.255", "198.20.0.0", "192.88.98.1", "1.0.0.0"),
    *("2606:4700:4700::1111", "2001:4860:4860::8888", "2a02:6b8::feed:0ff", "2400::1", "2620:fe::fe", "2003::1"),
    # IPv4 hosts, seen from a network without IPv4.
    *("64:ff9b::8.8.8.8", "64:ff9b::5df9:1"),
]
NOT_PUBLIC = [
    *INSIDE.values(),
    *OTHERWISE_SPECIAL.values(),
    *SPECIAL_IPV6,
    *("0.255.255.255", "10.255.255.255", "127.255.255.255", "172.16.0.0", "192.168.255.255", "169.254.255.255"),
    *("192.0.0.9", "192.0.0.10", "192.0.0.170", "192.0.0.255", "233.252.0.1", "255.255.255.254", "247.0.0.0"),
    *("::ffff:8.8.8.8", "::8.8.8.8", "2002:808:808::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "64:ff9b:1::808:808"),
    *("64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::10.1.2.3", "64:ff9b::e000:1", "64:ff9b:0:1::1"),
    *("2001:1ff:ffff::1", "2001:db8:ffff::1", "2002:ffff::1", "3fff:fff::1", "1fff::1", "fe80::1%1", "ffff::1"),
    *("2001:3::1", "2001:4:112::1", "2001:30::1", "100:0:0:1::1", "fdff::1", "febf::1", "feff::1"),
]
ADDRESSES = [*((text, True) for text in PUBLIC), *((text, False) for text in NOT_PUBLIC)]


def test_only_globally_routable_addresses_are_allowed() -> None:
    with rows() as row:
        for text, public in ADDRESSES:
            with row(text):
                assert is_allowed(text, []) is public


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("10.1.2.3", True),
        ("10.1.3.1", False),
        ("fd00::1", True),
        ("fd01::1", False),
        # Another way to write a listed address is not listed.
        ("::ffff:10.1.2.3", False),
        ("64:ff9b::10.1.2.3", False),
        ("8.8.8.8", True),
    ],
)
def test_listed_networks_are_allowed_besides(text: str, allowed: bool) -> None:
    assert is_allowed(text, [ip_network("10.1.2.0/24"), ip_network("fd00::/64")]) is allowed


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://pbx.example.ru", "http://pbx.example.ru/"),
        ("HTTPS://PBX.Example.RU:443/Rec/1.MP3", "https://pbx.example.ru/Rec/1.MP3"),
        ("http://pbx.example.ru:8080?x=1", "http://pbx.example.ru:8080/?x=1"),
        ("https://pbx.example.ru/a?b=c&d=%D0%B8#part", "https://pbx.example.ru/a?b=c&d=%D0%B8"),
        ("https://pbx.example.ru/запись 1.mp3", "https://pbx.example.ru/%D0%B7%D0%B0%D0%BF%D0%B8%D1%81%D1%8C%201.mp3"),
        ("https://pbx.example.ru/a@b:c;d=e,f~(g)'!*+$&h", "https://pbx.example.ru/a@b:c;d=e,f~(g)'!*+$&h"),
        ('https://pbx.example.ru/"<>^`{|}', "https://pbx.example.ru/%22%3C%3E%5E%60%7B%7C%7D"),
        ("https://атс.рф/1.mp3", "https://xn--80a8ac.xn--p1ai/1.mp3"),
        ("https://АТС.РФ/1.mp3", "https://xn--80a8ac.xn--p1ai/1.mp3"),
        ("http://8.8.8.8:81/", "http://8.8.8.8:81/"),
        ("http://[2606:4700:0:0::1111]:81/x", "http://[2606:4700::1111]:81/x"),
        ("http://1und1.example/", "http://1und1.example/"),
        ("http://a_b.example/", "http://a_b.example/"),
        ("http://1.2.3.4.example/", "http://1.2.3.4.example/"),
        ("http://0x7f.example/", "http://0x7f.example/"),
        ("ftp://user:p%40ss@pbx.example.ru/dir/1.wav", "ftp://pbx.example.ru/dir/1.wav"),
        ("ftp://pbx.example.ru:2121/1.wav", "ftp://pbx.example.ru:2121/1.wav"),
    ],
)
def test_plain_links_are_read(text: str, url: str) -> None:
    address = parse(text)
    assert address.url == url
    assert parse(address.url).url == url


def test_user_and_password_of_a_link_are_decoded() -> None:
    address = parse("ftp://user:p%40s:s@pbx.example.ru/1.wav")
    assert (address.user, address.password) == ("user", "p@s:s")
    alone = parse("ftp://user@pbx.example.ru/1.wav")
    assert (alone.user, alone.password) == ("user", "")


@pytest.mark.parametrize("text", ["http://faß.example/", "http://a\u200cb.example/", "http://ﬁ.example/"])
def test_a_name_that_two_standards_read_differently_is_refused(text: str) -> None:
    with pytest.raises(RequestFailed) as raised:
        parse(text)
    assert raised.value.failure is Failure.BAD_ADDRESS


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/x", "https://pbx.example/x"),
        ("x?y", "https://pbx.example/dir/x?y"),
        ("?y", "https://pbx.example/dir/file?y"),
        ("../x", "https://pbx.example/x"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("http://cdn.example:81", "http://cdn.example:81/"),
        ("#part", "https://pbx.example/dir/file?a=b"),
    ],
)
def test_redirects_are_relative_to_where_they_come_from(location: str, url: str) -> None:
    assert parse("https://pbx.example/dir/file?a=b").joined(location).url == url
