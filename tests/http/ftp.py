"""An FTP server that does what the test wants, also what no honest one does."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass, field

from tests.http.peers import PATIENCE


@dataclass(kw_only=True)
class Ftp:
    """What the server has and how it behaves."""

    content: bytes = b"RIFF"
    size: int | None = None
    """What SIZE says, if not the truth."""
    says_size: bool = True
    epsv: str = ""
    """What EPSV is answered with; "": with the truth; it may hold {port}."""
    pasv: str = ""
    refuse: str = ""
    """The answer to RETR."""
    login: str = "230 Come in."
    pause: bool = False
    """After the content it neither goes on nor hangs up."""
    commands: list[str] = field(default_factory=list)

    def serve(self, connection: socket.socket) -> None:
        host = connection.getsockname()[0]
        with socket.create_server((host, 0)) as data:
            data.settimeout(PATIENCE)
            connection.sendall(b"220 Here I am.\r\n")
            for line in connection.makefile("r", encoding="utf-8", newline="\r\n"):
                command = line.rstrip("\r\n")
                self.commands.append(command)
                if command.startswith("RETR"):
                    self._transfer(connection, data)
                else:
                    connection.sendall(f"{self._reply(command.split(' ')[0], data)}\r\n".encode())

    def _reply(self, verb: str, data: socket.socket) -> str:
        host, port = data.getsockname()[:2]
        numbers = ",".join([*host.split("."), str(port >> 8), str(port & 255)])
        return {
            "USER": "331 Your password?",
            "PASS": self.login,
            "PWD": '257 "/"',
            "CWD": "250 Fine.",
            "TYPE": "200 Fine.",
            "SIZE": f"213 {len(self.content) if self.size is None else self.size}" if self.says_size else "502 What?",
            "EPSV": (self.epsv or "229 Passive (|||{port}|)").replace("{port}", str(port)),
            "PASV": self.pasv or f"227 Passive ({numbers})",
            "QUIT": "221 Bye.",
        }.get(verb, "502 What?")

    def _transfer(self, connection: socket.socket, data: socket.socket) -> None:
        if self.refuse:
            connection.sendall(f"{self.refuse}\r\n".encode())
            return
        connection.sendall(b"150 Here it comes.\r\n")
        with data.accept()[0] as channel, contextlib.suppress(OSError):
            channel.sendall(self.content)
            if self.pause:
                connection.recv(1)
        connection.sendall(b"226 That was it.\r\n")


def bounce(port: int) -> str:
    """PASV's answer that sends the client to the victim."""
    return f"227 Passive (127,0,0,1,{port >> 8},{port & 255})"
