"""Reads the files of cases, and plays the `.http` ones: each block is one message to a hook's address."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.test import Client

from telephony.models import Connection

CASES = Path(__file__).parent / "cases"
_PLACEHOLDER = re.compile(r"\{(NOW|LOCALQ|LOCAL)([+-]\d+)?\}")
MOSCOW = ZoneInfo("Europe/Moscow")


DIALLED = {"k01_dial.txt": "+79162002909", "k01_dial_marks.txt": "+79253001701"}
"""What a click on each line of these files has to call."""


def lines(name: str) -> list[str]:
    """The file without its remarks."""
    return [line for line in (CASES / name).read_text().splitlines() if line.strip() and not line.startswith("# ")]


def play(name: str, connections: dict[str, Connection]) -> None:
    """Send the file's messages, each to the connection of its vendor."""
    now = datetime.now(UTC)
    text = "\n".join(line for line in (CASES / name).read_text().splitlines() if not re.match(r"# ", line))
    for block in re.split(r"^###.*$", text, flags=re.MULTILINE):
        if block.strip():
            _send(_PLACEHOLDER.sub(lambda found: _moment(found, now), block.strip()), connections)


def _moment(found: re.Match[str], now: datetime) -> str:
    moment = now + timedelta(seconds=int(found[2] or 0))
    if found[1] == "NOW":
        return str(int(moment.timestamp()))
    local = moment.astimezone(MOSCOW).strftime("%Y-%m-%d %H:%M:%S")
    return quote(local) if found[1] == "LOCALQ" else local


def _send(block: str, connections: dict[str, Connection]) -> None:
    head, _, body = block.partition("\n\n")
    request, *headers = head.splitlines()
    method, address, _ = request.split(" ")
    connection = connections[address.split("/")[3]]
    sent = dict(header.split(": ", 1) for header in headers)
    answer = Client().generic(
        method,
        address.replace("SECRET", connection.hook_secret),
        body.strip(),
        content_type=sent.get("Content-Type", "text/plain"),
    )
    assert answer.status_code == 200
