"""An Asterisk that runs, and SIP phones beside it: all of them in a network that has only its own loopback."""

from __future__ import annotations

import contextlib
import os
import platform
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from tests.asterisk.network import Line, connect_in
from tests.asterisk.phones import PORTS

AMI_PORT, SIP_PORT = 15038, 15060
START_SECONDS = 60
_CONFIGURATION = Path(__file__).parent / "etc"


class Asterisk:
    """Its folders are its own, inside the folder that all runs share."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._place = f"/srv/{secrets.token_hex(6)}"
        self._folder = root / self._place.lstrip("/")
        self.recordings = self._folder / "spool" / "monitor"
        self._process: subprocess.Popen[bytes] | None = None
        self._phones: list[subprocess.Popen[bytes]] = []
        self._media_port = 16000
        self.ami = Line(lambda: connect_in(self.pid, AMI_PORT))

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        for name in ("lib", "spool", "run", "log", "phones"):
            (self._folder / name).mkdir(parents=True)
        self.recordings.mkdir()
        self._configure()
        inside = f"ip link set lo up && exec chroot {self._root} asterisk -f -C {self._place}/etc/asterisk.conf"
        log = (self._folder / "log" / "console").open("ab")
        self._process = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", inside],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"},
        )
        until = time.monotonic() + START_SECONDS
        while not self._is_booted():
            if self._process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"Asterisk did not start:\n{self.said()[-3000:]}")
            time.sleep(0.2)

    def _configure(self) -> None:
        (self._folder / "etc").mkdir()
        for path in _CONFIGURATION.glob("*.conf"):
            text = path.read_text().replace("@PLACE@", self._place).replace("@MACHINE@", platform.machine())
            (self._folder / "etc" / path.name).write_text(text)

    def _is_booted(self) -> bool:
        with contextlib.suppress(OSError), connect_in(self.pid, AMI_PORT) as ami:
            ami.settimeout(1)
            ami.sendall(b"Action: Login\r\nUsername: keys\r\nSecret: keys-secret-of-tests\r\n\r\n")
            said, until = b"", time.monotonic() + 1
            while time.monotonic() < until and b"FullyBooted" not in said:
                said += ami.recv(4096)
            return b"FullyBooted" in said
        return False

    def said(self) -> str:
        return "".join(path.read_text(errors="replace") for path in (self._folder / "log").iterdir() if path.is_file())

    def phone(self, name: str, scenario: str) -> None:
        """One that waits to be called, until the end of the test; `name` is one of PORTS."""
        self._sipp(name, scenario, PORTS[name], "-aa")
        time.sleep(0.3)  # sipp listens a moment after it has begun.

    def call(self, number: str, scenario: str, *, port: int = 15180, clients: Sequence[str] = ()) -> Call:
        """Call this number of the dial plan; with `clients` all of them at once: the scenario's [field0]."""
        command = ["-s", number, "-m", str(len(clients) or 1)]
        if clients:
            path = self._folder / "phones" / "clients.csv"
            path.write_text("SEQUENTIAL\n" + "".join(f"{client};\n" for client in clients))
            command += ["-r", str(len(clients)), "-inf", str(path)]
        return Call(self._sipp(f"to-{number}-{port}", scenario, port, *command, f"127.0.0.1:{SIP_PORT}"))

    def _sipp(self, name: str, scenario: str, port: int, *arguments: str) -> subprocess.Popen[bytes]:
        folder = self._folder / "phones"
        path = folder / f"{name}-{secrets.token_hex(3)}.xml"
        path.write_text(scenario)
        self._media_port += 100
        command = [
            *("nsenter", f"--net=/proc/{self.pid}/ns/net", "sipp", "-sf", str(path), "-i", "127.0.0.1"),
            *("-p", str(port), "-mp", str(self._media_port), "-nostdin", "-timeout", "120", *arguments),
        ]
        log = path.with_suffix(".log").open("ab")
        started = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder)
        self._phones.append(started)
        return started

    def has_phones(self) -> bool:
        return bool(self._phones)

    def put_phones_away(self) -> None:
        for phone in self._phones:
            phone.kill()
            phone.wait()
        self._phones = []

    def press(self, action: str, phone: str, **fields: str) -> None:
        """What somebody who talks does on a phone, by AMI; `phone` is one of PORTS."""
        with connect_in(self.pid, AMI_PORT) as ami:
            keys = Keys(ami)
            keys.press(action, keys.talking(phone), fields)

    def wait_until_talking(self, phone: str) -> None:
        with connect_in(self.pid, AMI_PORT) as ami:
            Keys(ami).talking(phone)

    def stop(self) -> None:
        self.put_phones_away()
        self.ami.stop()
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


class Call:
    """Somebody who calls."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def wait(self, seconds: float = 30) -> int:
        """Until it is over; 0 if everything went as the scenario says."""
        return self._process.wait(seconds)


class Keys:
    """The user of AMI that presses keys."""

    def __init__(self, ami: socket.socket) -> None:
        self._ami = ami
        self._ami.settimeout(5)
        self._say([("Action", "Login"), ("Username", "keys"), ("Secret", "keys-secret-of-tests"), ("Events", "off")])
        self._until("Message: Authentication accepted")

    def talking(self, phone: str, *, seconds: float = 15) -> str:
        """The channel of this phone, once it talks."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._say([("Action", "Status")])
            for block in self._until("Event: StatusComplete").split("\r\n\r\n"):
                channel = dict(line.split(": ", 1) for line in block.split("\r\n") if ": " in line)
                if channel.get("Channel", "").startswith(f"PJSIP/{phone}-") and channel["ChannelStateDesc"] == "Up":
                    return channel["Channel"]
            time.sleep(0.1)
        raise AssertionError(f"{phone} does not talk.")

    def press(self, action: str, channel: str, fields: dict[str, str]) -> None:
        self._say([("Action", action), ("Channel", channel), *fields.items()])
        assert "Response: Success" in (said := self._until("Response: ")), said

    def _say(self, fields: list[tuple[str, str]]) -> None:
        self._ami.sendall("".join(f"{name}: {value}\r\n" for name, value in fields).encode() + b"\r\n")

    def _until(self, text: str) -> str:
        said = ""
        while text not in said or not said.endswith("\r\n\r\n"):
            said += self._ami.recv(65536).decode()
        return said
