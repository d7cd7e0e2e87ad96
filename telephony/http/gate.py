"""The check of each socket that is about to be connected."""

from __future__ import annotations

import socket
from typing import Any

import pycurl

from telephony.http.networks import is_allowed
from telephony.http.values import Policy


class Gate:
    """curl asks it for every socket, after all names were resolved: what is checked is what is connected."""

    def __init__(self, policy: Policy) -> None:
        self._networks = policy.networks
        self._hosts: set[str] = set()
        self._greeted = False
        self.refused_last = False
        """The last address that was tried is not allowed."""
        self.has_address = False
        """The host's name was resolved."""
        self.is_through = False
        """A connection stands, encrypted if it should be: from now on the request is being sent."""

    def greet(self) -> None:
        """An FTP server has spoken: from now on only its own data connections may be opened."""
        self._greeted = True

    def open(self, purpose: int, target: Any) -> socket.socket | int:
        """A socket for curl's (family, type, protocol, (address, port, ...)), or pycurl.SOCKET_BAD."""
        family, kind, protocol, peer = target
        host, port = str(peer[0]), int(peer[1])
        self.has_address = True
        self.refused_last = not self._is_allowed(purpose, family, host, port)
        if self.refused_last:
            return pycurl.SOCKET_BAD
        self._hosts.add(host)
        return socket.socket(family, kind, protocol)

    def before_request(self, *_peers: Any) -> int:
        self.is_through, self.refused_last = True, False
        return int(pycurl.PREREQFUNC_OK)

    def _is_allowed(self, purpose: int, family: int, host: str, port: int) -> bool:
        if purpose != pycurl.SOCKTYPE_IPCXN or family not in {socket.AF_INET, socket.AF_INET6}:
            return False
        if self._greeted and (host not in self._hosts or port < 1024):
            return False
        return is_allowed(host, self._networks)
