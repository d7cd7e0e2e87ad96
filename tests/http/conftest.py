"""A victim, and a resolver whose answers the test chooses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Any

import pycurl
import pytest

from telephony.http import Policy, transfer
from tests.http.peers import Listener, Serve, Victim

LOOPBACK = Policy(networks=(ip_network("127.0.0.0/8"),))
GATEWAY = "127.0.0.2"
ONLY_GATEWAY = Policy(networks=(ip_network(f"{GATEWAY}/32"),))
"""Allows one address of this machine, so that there is a host that can redirect."""


@pytest.fixture(scope="session")
def victim() -> Iterator[Victim]:
    victim = Victim()
    yield victim
    victim.close()


@pytest.fixture
def listen() -> Iterator[Callable[..., Listener]]:
    """Makes listeners that are closed at the end."""
    listeners: list[Listener] = []

    def make(serve: Serve, *, host: str = "127.0.0.1") -> Listener:
        listeners.append(Listener(serve, host=host))
        return listeners[-1]

    yield make
    for listener in listeners:
        listener.close()


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`resolve("name", port, [addresses of the 1st look-up], [of the 2nd], ...)`; the last answer stays."""
    answers: dict[tuple[str, int], list[list[str]]] = {}
    original = transfer.new_handle

    def new_handle() -> Any:
        handle = original()
        entries = []
        for (name, port), waiting in answers.items():
            addresses = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            entries.append(f"{name}:{port}:{','.join(addresses)}")
        handle.setopt(pycurl.RESOLVE, entries)
        return handle

    monkeypatch.setattr(transfer, "new_handle", new_handle)

    def set_answers(name: str, port: int, *addresses: list[str]) -> None:
        answers[name, port] = list(addresses)

    return set_answers
