"""A world of its own in which every IP address is this machine, with its own name server: nothing real can be reached.

Run as `unshare --map-root-user --mount --net python -m tests.http.island`. Prints as JSON what became of each
hostile link, without and with the guard, and which addresses were connected to.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from ipaddress import ip_address
from typing import Any

import django
import pycurl
from django.conf import settings

from tests.http.hostile import LINKS, aimed
from tests.http.peers import Listener, answer, read_request, redirect

NAME_SERVER = "127.0.0.53"
PUBLIC = "93.184.216.34"
WEB = 8080
VICTIM = 8099
SILENT = "silent.example"
NAMES: dict[str, list[list[str]]] = {
    "public.example": [[PUBLIC]],
    "public6.example": [["2606:4700:4700::1111"]],
    "loopback.example": [["127.0.0.1"]],
    "loopback6.example": [["::1"]],
    "this-network.example": [["0.0.0.0"]],
    "lan.example": [["192.168.1.1"]],
    "metadata.example": [["169.254.169.254"]],
    "unique-local.example": [["fd00:ec2::254"]],
    "mapped.example": [["::ffff:127.0.0.1"]],
    "6to4.example": [["2002:7f00:1::1"]],
    "nat64.example": [["64:ff9b::7f00:1"]],
    "all-inside.example": [["10.0.0.1", "127.0.0.1", "::1", "fe80::1"]],
    "mixed.example": [[PUBLIC, "127.0.0.1", "::1"]],
    "changes.example": [[PUBLIC], ["127.0.0.1"]],
    "changes-in-between.example": [[PUBLIC], ["10.0.0.1"]],
}
"""What a name resolves to at the first look-up, at the second, ...; the last answer stays."""


def isolate() -> None:
    """Every address leads here, and names are asked of us."""
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write(f"nameserver {NAME_SERVER}\n")
        file.flush()
        for command in (
            "ip link set lo up",
            "ip route add local 0.0.0.0/0 dev lo",
            "ip -6 route add local ::/0 dev lo",
            f"mount --bind {file.name} /etc/resolv.conf",
        ):
            subprocess.run(command.split(), check=True)


class NameServer(threading.Thread):
    """Answers A and AAAA from NAMES with no time to live; what it does not know does not exist."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((NAME_SERVER, 53))
        self._asked: dict[tuple[str, int], int] = {}

    def run(self) -> None:
        while True:
            query, sender = self._socket.recvfrom(512)
            labels, place = [], 12
            while query[place]:
                labels.append(query[place + 1 : place + 1 + query[place]].decode())
                place += 1 + query[place]
            (kind,) = struct.unpack("!H", query[place + 1 : place + 3])
            name = ".".join(labels).lower()
            if name != SILENT:
                self._socket.sendto(self._reply(query[:2], query[12 : place + 5], name, kind), sender)

    def _reply(self, number: bytes, question: bytes, name: str, kind: int) -> bytes:
        lookups = NAMES.get(name, [[]])
        turn = self._asked.get((name, kind), 0)
        self._asked[name, kind] = turn + 1
        version = {1: 4, 28: 6}.get(kind)
        found = [ip_address(text) for text in lookups[min(turn, len(lookups) - 1)]]
        records = [
            struct.pack("!HHHIH", 0xC00C, kind, 1, 0, len(address.packed)) + address.packed
            for address in found
            if address.version == version
        ]
        flags = 0x8180 if name in NAMES else 0x8183
        return number + struct.pack("!HHHHH", flags, 1, len(records), 0, 0) + question + b"".join(records)


class World:
    """Listens at the usual ports; the web server redirects to whatever the path's number stands for."""

    def __init__(self) -> None:
        self._listeners = [
            Listener(self._serve, host=host, port=port)
            for port in (80, 443, 21, WEB, VICTIM)
            for host in ("0.0.0.0", "::")
        ]
        self._seen = [0] * len(self._listeners)
        self.location = ""

    def connected(self) -> list[str]:
        """The addresses that were connected to since it was last asked."""
        fresh = []
        for place, listener in enumerate(self._listeners):
            destinations = listener.destinations()
            fresh += destinations[self._seen[place] :]
            self._seen[place] = len(destinations)
        return [address.removeprefix("::ffff:") for address in fresh]

    def _serve(self, connection: socket.socket) -> None:
        path = read_request(connection).split(b" ")[1:2]
        if path == [b"/redirect"]:
            head, _, tail = redirect("{}").partition(b"{}")
            connection.sendall(head + self.location.encode("utf-8", "surrogatepass") + tail)
        else:
            connection.sendall(answer(b"reached"))


def unguarded(url: str) -> None:
    """As a download looks that trusts the link."""
    curl = pycurl.Curl()
    curl.setopt(pycurl.TIMEOUT_MS, 200)
    curl.setopt(pycurl.WRITEFUNCTION, lambda _: None)
    with contextlib.suppress(pycurl.error, ValueError):
        curl.setopt(pycurl.URL, url.encode())
        curl.perform()
    curl.close()


def guarded(url: str, seconds: float = 10) -> str:
    """The failure's code, or what came."""
    from telephony.http import Limits, Policy, Request, RequestFailed, send

    try:
        response = send(
            Request(url=url), policy=Policy(), limits=Limits(connect_seconds=seconds, total_seconds=2 * seconds)
        )
    except RequestFailed as failed:
        return failed.failure.value
    return response.text or str(response.status)


def explore(world: World) -> dict[str, Any]:
    links = {name: aimed(link, VICTIM) for name, link in LINKS.items()}
    links |= {
        f"dns: {name}": f"http://{name}:{VICTIM}/" for name in NAMES if not name.startswith(("public", "ch", "mi"))
    }
    report: dict[str, Any] = {"links": len(links), "unguarded": {}, "direct": {}, "redirected": {}, "named": {}}
    for name, link in links.items():
        unguarded(link)
        report["unguarded"][name] = world.connected()
        report["direct"][name] = [guarded(link), world.connected()]
        world.location = link
        if link:
            report["redirected"][name] = [guarded(f"http://{PUBLIC}:{WEB}/redirect"), world.connected()]
    for name in ("public.example", "public6.example", "mixed.example", "changes.example", "changes.example"):
        report["named"].setdefault(name, []).append([guarded(f"http://{name}:{VICTIM}/"), world.connected()])
    world.location = f"http://changes-in-between.example:{WEB}/"
    report["rebound"] = [guarded(f"http://changes-in-between.example:{WEB}/redirect"), world.connected()]
    begun = time.monotonic()
    report["silent"] = [guarded(f"http://{SILENT}/", 0.5), world.connected()]
    report["silent_seconds"] = time.monotonic() - begun
    return report


def main() -> None:
    isolate()
    settings.configure(USE_I18N=False)
    django.setup()
    NameServer().start()
    json.dump(explore(World()), sys.stdout)


if __name__ == "__main__":
    main()
