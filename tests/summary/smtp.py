"""A mail server of a few lines: keeps what it is given, and can refuse, hang up or fall silent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage


class MailServer:
    """`answers` replaces the answer to a command, by its first word; "hang up" instead of one closes the line."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.answers: dict[str, str] = {}
        self.on_greeted: Callable[[], None] = lambda: None
        """When somebody has connected and said who they are."""
        self.on_taken: Callable[[], None] = lambda: None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):  # A test may have closed it.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                line, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[line], daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        # Whoever is killed closes the line at any moment.
        with suppress(OSError), line, line.makefile("rb") as commands:
            line.sendall(b"220 here\r\n")
            for command in commands:
                word = command.split()[0].decode().upper()
                answer = self.answers.get(word, "354 go on" if word == "DATA" else "250 ok")
                if answer == "hang up":
                    return
                if word in ("EHLO", "HELO"):
                    self.on_greeted()
                if word == "RCPT":
                    self.recipients.append(command.decode().strip())
                line.sendall(answer.encode() + b"\r\n")
                if word == "DATA" and answer.startswith("354") and not self._take(line, commands):
                    return
                if word == "QUIT":
                    return

    def _take(self, line: socket.socket, commands: object) -> bool:
        content = b""
        for row in commands:  # type: ignore[attr-defined]
            if row == b".\r\n":
                break
            content += row.removeprefix(b".")
        self.mails.append(message_from_bytes(content, policy=policy.default))  # type: ignore[arg-type]
        self.on_taken()
        answer = self.answers.get("TAKEN", "250 taken")
        if answer == "hang up":
            return False
        line.sendall(answer.encode() + b"\r\n")
        return True
