"""The AMI of an Asterisk that is not there: real TCP, and it says what a test, or a capture of a real one, says."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterable
from pathlib import Path

Block = list[tuple[str, str]]
CAPTURES = Path(__file__).parent / "captures"
USER, SECRET = "crm", "ami-secret-of-tests"


def captured(name: str) -> list[Block]:
    """The events of a real call, in their order; Asterisk's answers to the actions of then are left out."""
    lines = (CAPTURES / f"{name}.jsonl").read_text().splitlines()
    blocks = [[(key, value) for key, value in json.loads(line)["m"]] for line in lines]
    return [block for block in blocks if block[0][0] == "Event"]


class FakeAmi:
    """One agent at a time is logged in."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.actions: list[dict[str, str]] = []
        self.logins = 0
        self.answer_to_originate = [("Response", "Success"), ("Message", "Originate successfully queued")]
        self._agent: socket.socket | None = None
        self._logged_in = threading.Condition()
        self._listener: socket.socket | None = None
        self.start()

    def start(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def stop(self) -> None:
        """As when Asterisk is stopped: nobody listens, and the connection is closed."""
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        self.drop()

    def drop(self) -> None:
        with self._logged_in:
            agent, self._agent = self._agent, None
        if agent is not None:
            with contextlib.suppress(OSError):
                agent.shutdown(socket.SHUT_RDWR)
            agent.close()

    def wait_for_login(self, *, after: int = 0, seconds: float = 15) -> None:
        with self._logged_in:
            assert self._logged_in.wait_for(lambda: self.logins > after and self._agent is not None, seconds)

    def say(self, blocks: Iterable[Block]) -> bool:
        """Whether somebody was there to hear it; that it was heard is not known."""
        agent = self._agent
        if agent is None:
            return False
        try:
            agent.sendall(b"".join(map(_wire, blocks)))
        except OSError:
            return False
        return True

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                agent, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(agent,), daemon=True).start()

    def _serve(self, agent: socket.socket) -> None:
        buffer = b""
        with contextlib.suppress(OSError):
            agent.sendall(b"Asterisk Call Manager/11.0.0\r\n")
            while received := agent.recv(65536):
                buffer += received
                while b"\r\n\r\n" in buffer:
                    raw, buffer = buffer.split(b"\r\n\r\n", 1)
                    self._answer(agent, raw.decode())
        agent.close()

    def _answer(self, agent: socket.socket, raw: str) -> None:
        action = dict(line.split(": ", 1) for line in raw.split("\r\n"))
        echoed = [("ActionID", action["ActionID"])] if "ActionID" in action else []
        if action["Action"] == "Login":
            is_right = (action["Username"], action["Secret"]) == (USER, SECRET)
            said = [("Response", "Success" if is_right else "Error"), *echoed]
            agent.sendall(_wire([*said, ("Message", "Authentication " + ("accepted" if is_right else "failed"))]))
            if is_right:
                with self._logged_in:
                    self.logins += 1
                    self._agent = agent
                    self._logged_in.notify_all()
            return
        if action["Action"] == "Originate":
            agent.sendall(_wire([*self.answer_to_originate, *echoed]))
        self.actions.append({**action, "raw": raw})

    def originated(self, *, count: int, seconds: float = 10) -> list[dict[str, str]]:
        """The orders to call that came, when there are so many."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = [action for action in self.actions if action["Action"] == "Originate"]
            if len(found) >= count:
                return found
            time.sleep(0.02)
        raise AssertionError(f"Orders that came: {self.actions}")


def _wire(block: Block) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in block).encode() + b"\r\n"
