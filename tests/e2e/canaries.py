"""Secrets that are planted to be looked for afterwards, in whatever spelling they may have leaked."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

import psycopg

PLANTED = {
    "sipuni": {"secret": "CnrySipuniKey+7/z"},
    "wirecrm": {"dial_token": "CnryWireToken+7/z"},
    "xvb": {"access_code": "CnryXvbCode", "token": "CnryXvbToken+7/z"},
    "mobilon": {"token": "CnryMobilonToken+7/z", "soap_password": "CnrySoapPassword+7/z"},
}


def user_key(number: str) -> str:
    """An employee's key at the PBX, which orders calls in the employee's name."""
    return f"CnryUserKeyOf{number}"


def spellings(secret: str) -> set[bytes]:
    """As it is, percent-encoded once and twice, in JSON and HTML, in Base64 at any place, in hexadecimal."""
    raw = secret.encode()
    texts = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
    texts.add(secret.replace("/", r"\/"))
    texts |= {quote(text, safe="") for text in texts} | {html.escape(text) for text in texts}
    texts |= {raw.hex(), raw.hex().upper(), secret.lower(), secret.upper()}
    for before in range(3):
        # What stands around it changes the first and the last signs.
        shifted = base64.b64encode(b"\x00" * before + raw).decode().rstrip("=")[4:-2]
        texts |= {shifted, shifted.replace("+", "-").replace("/", "_")}
    return {text.encode() for text in texts}


class Hunt:
    """Looks for secrets, and notes by name where they were."""

    def __init__(self, secrets: dict[str, str]) -> None:
        self._wanted: dict[str, list[bytes]] = {}
        for name, secret in secrets.items():
            self.want(name, secret)
        self.found: list[str] = []
        self.bytes_read = 0

    def want(self, name: str, secret: str) -> None:
        self._wanted[name] = sorted(spellings(secret))

    def look(self, where: str, content: bytes | str, *, allowed: Iterable[str] = ()) -> None:
        raw = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        self.bytes_read += len(raw)
        for name in set(self._wanted) - set(allowed):
            for spelling in self._wanted[name]:
                if spelling in raw:
                    place = raw.index(spelling)
                    around = raw[max(0, place - 60) : place + len(spelling) + 20]
                    self.found.append(f"{name} in {where}: …{around!r}…")
                    break

    def look_into_folder(self, folder: Path, *, leave_out: Iterable[str] = ()) -> int:
        """Every file below it, but for folders of these names; returns how many."""
        count = 0
        for path in folder.rglob("*"):
            if path.is_file() and not set(leave_out) & set(path.relative_to(folder).parts):
                self.look(f"the file {path.relative_to(folder)}", path.read_bytes())
                count += 1
        return count

    def look_into_database(self, url: str, allowed: Mapping[str, Iterable[str]] | None = None) -> dict[str, int]:
        """Every value of every table as PostgreSQL keeps it; returns how many rows each has. `allowed`: by table."""
        rows = {}
        with psycopg.connect(url) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            for (table,) in tables:
                found = connection.execute(f'SELECT * FROM "{table}"').fetchall()
                rows[table] = len(found)
                for row in found:
                    for value in row:
                        raw = bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
                        self.look(f"the table {table}", raw, allowed=(allowed or {}).get(table, ()))
                        if isinstance(value, (dict, list)):
                            self.look(f"the table {table}", json.dumps(value))
        return rows
