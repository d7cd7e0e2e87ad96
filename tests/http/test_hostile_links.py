"""No hostile link makes a connection, whether it is given or redirected to."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import ip_network

import pytest

from telephony.http import Failure, Policy, Request, RequestFailed, send
from tests.http.conftest import GATEWAY, ONLY_GATEWAY
from tests.http.hostile import LINKS, aimed
from tests.http.peers import Listener, Victim, read_request
from tests.rows import rows

REFUSED = {Failure.BAD_ADDRESS, Failure.SCHEME, Failure.FORBIDDEN_ADDRESS}


class Gateway(Listener):
    """An allowed host that redirects to whatever the test says."""

    def __init__(self) -> None:
        self.location = ""
        super().__init__(self._redirect, host=GATEWAY)

    def _redirect(self, connection: socket.socket) -> None:
        read_request(connection)
        location = self.location.encode("utf-8", "surrogatepass")
        connection.sendall(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + b"\r\n\r\n")


def test_there_are_hundreds() -> None:
    assert len(set(LINKS.values())) >= 500


def test_a_hostile_link_is_refused_before_anything_is_connected(victim: Victim) -> None:
    with rows() as row:
        for name, link in LINKS.items():
            with row(name):
                with pytest.raises(RequestFailed) as raised:
                    send(Request(url=aimed(link, victim.port)), policy=Policy())
                assert raised.value.failure in REFUSED
                assert raised.value.permanent
                assert not raised.value.may_have_arrived
                assert victim.count() == 0


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    gateway = Gateway()
    yield gateway
    gateway.close()


def test_a_redirect_to_a_hostile_link_is_not_followed(victim: Victim, gateway: Gateway) -> None:
    with rows() as row:
        for name in [name for name in LINKS if name != "parser: empty"]:
            with row(name):
                gateway.location = aimed(LINKS[name], victim.port)
                with pytest.raises(RequestFailed) as raised:
                    send(Request(url=f"{gateway.url}/"), policy=ONLY_GATEWAY)
                # What is no absolute address leads back to the gateway; a NUL is no HTTP.
                assert raised.value.failure in REFUSED | {Failure.REDIRECTS, Failure.PROTOCOL}
                assert raised.value.may_have_arrived
                assert victim.count() == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "127.8.9.10"])
def test_the_victim_is_there_and_is_counted(host: str) -> None:
    """Else the tests above would prove nothing."""
    victim = Victim()
    networks = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    try:
        with pytest.raises(RequestFailed) as raised:
            send(Request(url=f"http://{host}:{victim.port}/"), policy=Policy(networks=networks))
        assert raised.value.failure is Failure.CUT
        assert victim.count() == 1
    finally:
        victim.close()
