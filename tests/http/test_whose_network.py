"""Networks that can be somebody's own, hosts that are the same, and the check of each socket."""

from __future__ import annotations

import socket
from ipaddress import ip_network

import pycurl
import pytest

from telephony.http import Failure, Policy, RequestFailed, is_same_host
from telephony.http.addresses import LONGEST, parse
from telephony.http.gate import Gate
from telephony.http.networks import internal, is_internal

OWN = "https://pbx.example.ru/api"


@pytest.mark.parametrize(
    ("text", "is_own"),
    [
        ("10.0.0.0/8", True),
        ("192.168.7.0/24", True),
        ("100.64.0.0/10", True),
        ("fd12::/16", True),
        ("::1/128", True),
        # Wider than what is kept for private use.
        ("8.0.0.0/6", False),
        ("fc00::/6", False),
        ("0.0.0.0/0", False),
        ("::/0", False),
        # Public addresses of one site, and more than one site has.
        ("203.0.113.0/24", True),
        ("203.0.112.0/23", False),
        ("2a02:6b8:7::/48", True),
        ("2a02:6b8:6::/47", False),
    ],
)
def test_a_network_is_somebodys_own_if_it_is_private_or_as_small_as_a_site(text: str, is_own: bool) -> None:
    assert is_internal(ip_network(text)) is is_own


def test_of_listed_networks_too_wide_ones_allow_nothing() -> None:
    assert internal(["0.0.0.0/0", "10.1.0.0/16", "::/0"]) == (ip_network("10.1.0.0/16"),)


@pytest.mark.parametrize(
    ("address", "is_same"),
    [
        ("https://PBX.example.ru:443/records/1.mp3", True),
        ("https://pbx.example.ru:444/", False),
        ("https://pbx.example.ru.evil.example/", False),
        ("http://pbx.example.ru:443/", False),
        ("no address", False),
        ("", False),
    ],
)
def test_a_secret_goes_only_to_the_host_that_it_is_for(address: str, is_same: bool) -> None:
    assert is_same_host(address, OWN) is is_same


def test_a_secret_of_an_address_that_nobody_can_read_goes_nowhere() -> None:
    assert is_same_host(OWN, "nonsense") is False


@pytest.mark.parametrize(("length", "is_read"), [(LONGEST, True), (LONGEST + 1, False)])
def test_a_link_may_be_so_long(length: int, is_read: bool) -> None:
    text = f"{OWN}/".ljust(length, "x")
    if is_read:
        assert parse(text).url == text
    else:
        with pytest.raises(RequestFailed) as raised:
            parse(text)
        assert raised.value.failure is Failure.BAD_ADDRESS


def test_nothing_is_no_link_and_leads_nowhere() -> None:
    for read in (parse, parse(OWN).joined):
        with pytest.raises(RequestFailed) as raised:
            read("")
        assert raised.value.failure is Failure.BAD_ADDRESS


@pytest.mark.parametrize(("port", "is_opened"), [(1023, False), (1024, True)])
def test_ftp_takes_its_files_from_ports_that_no_service_has(port: int, is_opened: bool) -> None:
    gate = Gate(Policy(networks=(ip_network("127.0.0.0/8"),)))

    def open_at(port: int) -> bool:
        peer = (socket.AF_INET, socket.SOCK_STREAM, 0, ("127.0.0.1", port))
        opened = gate.open(pycurl.SOCKTYPE_IPCXN, peer)
        if isinstance(opened, socket.socket):
            opened.close()
        return opened != pycurl.SOCKET_BAD

    assert open_at(21)
    gate.greet()
    assert open_at(port) is is_opened
