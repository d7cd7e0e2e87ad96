"""Orders to call: each carried out once, and never late."""

from __future__ import annotations

import logging
import os
import re
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Callable

from .ami import AmiLost, Block
from .files import read_lines, write_whole
from .settings import Settings
from .site import Answer
from .white_list import Event, in_utc

REMEMBERED_SECONDS = 7 * 86400
"""For how long an order's id is known: longer than any order is worth being carried out."""
_ID = re.compile(r"[\w.:@-]{1,128}", re.ASCII)
_PHONE = re.compile(r"[\w.+*#-]{1,64}", re.ASCII)
Act = Callable[[str, Sequence[tuple[str, str]]], None]
log = logging.getLogger(__name__)


class Known:
    """Ids of what was carried out, on the disk before it is."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._ids: dict[str, float] = {}
        self._lock = threading.Lock()
        since = time.time() - REMEMBERED_SECONDS
        if os.path.exists(path):
            for line in read_lines(path):
                at, _, name = line.partition(" ")
                if name and float(at) > since:
                    self._ids[name] = float(at)
            write_whole(path, "".join(f"{at:.0f} {name}\n" for name, at in self._ids.items()).encode())

    def __contains__(self, name: str) -> bool:
        return name in self._ids

    def add(self, name: str) -> bool:
        """Whether it is new. Raises OSError where it can't be written down: then it must not be carried out."""
        with self._lock:
            if name in self._ids:
                return False
            now = time.time()
            with open(self._path, "a", encoding="ascii") as file:
                file.write(f"{now:.0f} {name}\n")
                file.flush()
                os.fsync(file.fileno())
            self._ids[name] = now
            return True


class Orders:
    """Takes the `commands` of an answer; those with `do: call` are carried out, uploads are handed on."""

    def __init__(
        self,
        settings: Settings,
        *,
        act: Act,
        tell: Callable[[Event], None],
        upload: Callable[[str, str, str], None],
    ) -> None:
        self._settings, self._act, self._tell, self._upload = settings, act, tell, upload
        self.known = Known(os.path.join(settings.spool, "orders"))

    def take(self, answer: Answer) -> None:
        commands = answer.data.get("commands")
        for command in commands if isinstance(commands, list) else []:
            name = command.get("id") if isinstance(command, dict) else None
            if not isinstance(name, str) or not _ID.fullmatch(name):
                log.error("An order without an id that can be read is not carried out.")
            elif name not in self.known:
                self._carry_out(name, command, now=answer.clock or time.time())

    def _carry_out(self, name: str, command: dict[str, Any], *, now: float) -> None:
        if command.get("do") == "upload":
            self._upload(name, str(command.get("file", "")), str(command.get("to", "")))
            return
        try:
            if not self.known.add(name):
                return
        except OSError as error:
            log.error("Order %s can't be written down (%s), and is not carried out.", name, error.strerror)
            return
        if command.get("do") != "call":
            log.error("Order %s is none that this agent knows: is it an old one?", name)
            return
        problem = self._call(name, command, now=now)
        if problem:
            log.error("Order %s is not carried out: %s.", name, problem)
            self._tell(_failure(name, command, problem))

    def _call(self, name: str, command: dict[str, Any], *, now: float) -> str:
        """Empty if Asterisk was asked; else why not."""
        extension, number, show = (str(command.get(field) or "") for field in ("extension", "number", "show"))
        if not _PHONE.fullmatch(extension) or not _PHONE.fullmatch(number) or (show and not _PHONE.fullmatch(show)):
            return "a number in it is none"
        try:
            if datetime.fromisoformat(str(command.get("expires_at")).replace("Z", "+00:00")).timestamp() <= now:
                return "it came too late"
        except ValueError:
            return "it does not say until when it holds"
        try:
            self._act("Originate", self._originate(name, extension, number, show))
        except AmiLost as error:
            return str(error)
        log.info("Order %s: Asterisk calls phone %s.", name, extension)
        return ""

    def _originate(self, name: str, extension: str, number: str, show: str) -> list[tuple[str, str]]:
        """Its ChannelId becomes the id of the whole call: the CRM knows the call by its order's id."""
        variables = [("Variable", f"CRM_REF={name}"), *([("Variable", f"CRM_SHOW={show}")] if show else [])]
        return [
            ("ActionID", name),
            ("ChannelId", name),
            ("Channel", self._settings.channel.replace("{extension}", extension)),
            ("Context", self._settings.context),
            ("Exten", number),
            ("Priority", "1"),
            ("Timeout", str(self._settings.ring_seconds * 1000)),
            ("Async", "true"),
            ("CallerID", f"{number} <{number}>"),  # What the employee sees while the own phone rings.
            *variables,
        ]

    def hear(self, block: Block) -> None:
        """Asterisk's answer to an action: its refusal is no event, so the CRM would wait for one."""
        name = block.get("ActionID", "")
        if block.get("Response") == "Error" and name in self.known:
            problem = block.get("Message", "")
            log.error("Order %s is refused by Asterisk: %s", name, problem)
            self._tell(_failure(name, {}, problem))


def _failure(name: str, command: dict[str, Any], problem: str) -> Event:
    """As Asterisk itself says it; reason 0 is what it says where no phone rang."""
    exten = str(command.get("number") or "")
    told = {"ActionID": name, "Response": "Failure", "Reason": "0", "Exten": exten, "Message": problem}
    return {"at": in_utc(time.time()), "Event": "OriginateResponse", **told}
