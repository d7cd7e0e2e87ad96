"""What a name resolves to is judged at each look-up, on the socket."""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import ip_network

import pycurl
import pytest

from telephony.http import Failure, Limits, Policy, Request, RequestFailed, outcomes, send
from telephony.http.gate import Gate
from tests.http.conftest import GATEWAY, LOOPBACK, ONLY_GATEWAY
from tests.http.notations import INSIDE, OTHERWISE_SPECIAL, SPECIAL_IPV6
from tests.http.peers import Listener, Victim, answer, answering, redirect

Resolve = Callable[..., None]
Listen = Callable[..., Listener]
MAPPED = ["::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1", "::ffff:169.254.169.254"]


def failure_of(url: str, policy: Policy) -> RequestFailed:
    with pytest.raises(RequestFailed) as raised:
        send(Request(url=url), policy=policy, limits=Limits(connect_seconds=2, total_seconds=2))
    return raised.value


@pytest.mark.parametrize("address", [*INSIDE.values(), *OTHERWISE_SPECIAL.values(), *SPECIAL_IPV6, *MAPPED])
def test_a_name_that_leads_inside_is_refused(address: str, victim: Victim, resolve: Resolve) -> None:
    resolve("good.example", victim.port, [address])
    failed = failure_of(f"http://good.example:{victim.port}/x.wav", Policy())
    assert failed.failure is Failure.FORBIDDEN_ADDRESS
    assert not failed.may_have_arrived
    assert victim.count() == 0


@pytest.mark.parametrize(
    "name",
    ["localhost.localdomain", "metadata.google.internal", "127.0.0.1.nip.example", "pbx", "xn--e1afmkfd.xn--p1ai"],
)
def test_no_name_is_trusted_for_its_looks(name: str, victim: Victim, resolve: Resolve) -> None:
    resolve(name, victim.port, ["127.0.0.1"])
    assert failure_of(f"http://{name}:{victim.port}/", Policy()).failure is Failure.FORBIDDEN_ADDRESS
    assert victim.count() == 0


def test_all_addresses_of_a_name_may_be_inside(victim: Victim, resolve: Resolve) -> None:
    resolve("good.example", victim.port, ["127.0.0.1", "10.0.0.1", "::1", "169.254.169.254"])
    assert failure_of(f"http://good.example:{victim.port}/", Policy()).failure is Failure.FORBIDDEN_ADDRESS
    assert victim.count() == 0


def test_of_several_addresses_only_allowed_ones_are_tried(victim: Victim, resolve: Resolve) -> None:
    """The first is refused, the second is allowed and nobody listens there."""
    resolve("good.example", victim.port, ["127.0.0.1", GATEWAY])
    only_gateway = Listener(answering(answer(b"fine")), host=GATEWAY)
    try:
        resolve("good.example", only_gateway.port, ["127.0.0.1", "::1", GATEWAY])
        response = send(Request(url=f"http://good.example:{only_gateway.port}/"), policy=ONLY_GATEWAY)
        assert response.body == b"fine"
    finally:
        only_gateway.close()


def test_a_name_that_changes_between_two_hops_is_judged_again(listen: Listen, resolve: Resolve) -> None:
    """The answer of the second look-up is the victim (DNS rebinding), and it is what the second hop would connect."""
    gateway = listen(answering(redirect("/again")), host=GATEWAY)
    with_same_port = Listener(answering(answer(b"secret")), host="127.0.0.1", port=gateway.port)
    try:
        resolve("good.example", gateway.port, [GATEWAY], ["127.0.0.1"])
        failed = failure_of(f"http://good.example:{gateway.port}/", ONLY_GATEWAY)
        assert failed.failure is Failure.FORBIDDEN_ADDRESS
        assert failed.may_have_arrived
        assert (gateway.count(), with_same_port.count()) == (1, 0)
        resolve("good.example", gateway.port, [GATEWAY], ["127.0.0.1"])
        assert send(Request(url=f"http://good.example:{gateway.port}/"), policy=LOOPBACK).body == b"secret"
    finally:
        with_same_port.close()


def test_a_name_that_changes_between_two_requests_is_judged_again(listen: Listen, resolve: Resolve) -> None:
    gateway = listen(answering(answer(b"fine")), host=GATEWAY)
    resolve("good.example", gateway.port, [GATEWAY], ["127.0.0.1"], [GATEWAY])
    request = Request(url=f"http://good.example:{gateway.port}/")
    assert send(request, policy=ONLY_GATEWAY).body == b"fine"
    assert failure_of(request.url, ONLY_GATEWAY).failure is Failure.FORBIDDEN_ADDRESS
    assert send(request, policy=ONLY_GATEWAY).body == b"fine"


def test_a_name_without_address_is_told_apart() -> None:
    failed = failure_of("http://no.such.invalid/", Policy())
    assert failed.failure is Failure.DNS
    assert not failed.permanent
    assert not failed.may_have_arrived


@pytest.mark.parametrize("host", ["records.example", "cdn.records.example", "RECORDS.example"])
def test_listed_hosts_and_their_subdomains_are_allowed(host: str, listen: Listen, resolve: Resolve) -> None:
    listener = listen(answering(answer(b"fine")))
    resolve(host.lower(), listener.port, ["127.0.0.1"])
    policy = Policy(networks=LOOPBACK.networks, hosts=("records.example",))
    assert send(Request(url=f"http://{host}:{listener.port}/"), policy=policy).body == b"fine"


@pytest.mark.parametrize("host", ["evilrecords.example", "records.example.evil.example", "example", "127.0.0.1"])
def test_other_hosts_are_not_even_resolved(host: str, victim: Victim) -> None:
    policy = Policy(networks=LOOPBACK.networks, hosts=("records.example",))
    assert failure_of(f"http://{host}:{victim.port}/", policy).failure is Failure.FORBIDDEN_HOST
    assert victim.count() == 0


def test_a_redirect_leaves_the_listed_hosts_as_little(listen: Listen, resolve: Resolve, victim: Victim) -> None:
    gateway = listen(answering(redirect(f"http://127.0.0.1:{victim.port}/")))
    resolve("records.example", gateway.port, ["127.0.0.1"])
    policy = Policy(networks=LOOPBACK.networks, hosts=("records.example",))
    assert failure_of(f"http://records.example:{gateway.port}/", policy).failure is Failure.FORBIDDEN_HOST
    assert victim.count() == 0


def test_a_listed_network_is_allowed_and_its_neighbour_is_not(listen: Listen) -> None:
    policy = Policy(networks=(ip_network("127.0.0.0/31"),))
    allowed, neighbour = listen(answering(answer())), listen(answering(answer()), host="127.0.0.2")
    assert send(Request(url=allowed.url), policy=policy).status == 200
    assert failure_of(neighbour.url, policy).failure is Failure.FORBIDDEN_ADDRESS
    assert neighbour.count() == 0


@pytest.mark.parametrize(
    ("purpose", "family", "peer"),
    [
        (pycurl.SOCKTYPE_IPCXN, socket.AF_UNIX, ("8.8.8.8", 80)),
        (pycurl.SOCKTYPE_ACCEPT, socket.AF_INET, ("8.8.8.8", 80)),
    ],
    ids=["no IP", "not for connecting"],
)
def test_a_socket_that_is_not_for_connecting_by_ip_is_refused(purpose: int, family: int, peer: tuple[str, int]) -> None:
    gate = Gate(Policy())
    assert gate.open(purpose, (family, socket.SOCK_STREAM, 0, peer)) == pycurl.SOCKET_BAD
    assert gate.refused_last


def test_a_name_server_that_never_answers_is_what_the_time_went_on() -> None:
    """test_island.py has the real one."""
    assert outcomes.failure_of(pycurl.E_OPERATION_TIMEDOUT, "", Gate(Policy())) is Failure.DNS
