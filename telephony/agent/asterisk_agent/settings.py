"""The configuration file: an INI file that only the agent's user may read."""

from __future__ import annotations

import configparser
import os
import re
import socket
import stat
from dataclasses import dataclass
from urllib.parse import urlsplit

from .signing import key_of

_ADDRESS = re.compile(r"https?://[^/\s]+/\S*")


class BadSettings(Exception):
    """What is wrong with the file, in a sentence that says what to write."""


@dataclass(frozen=True)
class Settings:
    """All that the file says; folders are absolute, times in seconds."""

    address: str
    key: bytes
    agent: str
    ca_file: str
    poll_seconds: float
    hold_seconds: int
    ami: tuple[str, int]
    ami_user: str
    ami_secret: str
    channel: str
    context: str
    ring_seconds: int
    recordings: str
    spool: str
    spool_megabytes: float
    heartbeat_seconds: float


def read(path: str) -> Settings:
    """Raises BadSettings."""
    parser = configparser.ConfigParser(interpolation=None)
    try:
        with open(path, encoding="utf-8") as file:
            others = os.fstat(file.fileno()).st_mode & (stat.S_IRWXO)
            parser.read_file(file)
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        raise BadSettings(f"{path} can't be read: {error}") from None
    if others:
        raise BadSettings(f"{path} holds secrets, and others may read it: chmod 640 {path}")
    try:
        return _settings(parser)
    except ValueError as error:
        raise BadSettings(f"{path}: {error}") from None


def _settings(parser: configparser.ConfigParser) -> Settings:
    address = _needed(parser, "crm", "address")
    if not _ADDRESS.fullmatch(address):
        raise ValueError("[crm] address must be the connection's whole address, https://…")
    port = parser.getint("ami", "port", fallback=5038)
    return Settings(
        address=address.rstrip("/") + "/",
        key=_key(_needed(parser, "crm", "secret")),
        agent=parser.get("crm", "agent", fallback="") or socket.gethostname(),
        ca_file=parser.get("crm", "ca_file", fallback=""),
        poll_seconds=parser.getfloat("crm", "poll_seconds", fallback=2.0),
        hold_seconds=parser.getint("crm", "hold_seconds", fallback=0),
        ami=(parser.get("ami", "host", fallback="127.0.0.1"), port),
        ami_user=_needed(parser, "ami", "user"),
        ami_secret=_needed(parser, "ami", "secret"),
        channel=parser.get("orders", "channel", fallback="PJSIP/{extension}"),
        context=parser.get("orders", "context", fallback="from-internal"),
        ring_seconds=parser.getint("orders", "ring_seconds", fallback=20),
        recordings=parser.get("recordings", "folder", fallback=""),
        spool=os.path.abspath(parser.get("spool", "folder", fallback="/var/lib/asterisk-agent")),
        spool_megabytes=parser.getfloat("spool", "megabytes", fallback=200.0),
        heartbeat_seconds=parser.getfloat("crm", "heartbeat_seconds", fallback=20.0),
    )


def _needed(parser: configparser.ConfigParser, section: str, name: str) -> str:
    value = parser.get(section, name, fallback="").strip()
    if not value:
        raise ValueError(f"[{section}] {name} is missing.")
    if not value.isprintable():
        raise ValueError(f"[{section}] {name} must be one line.")
    return value


def _key(secret: str) -> bytes:
    try:
        return key_of(secret)
    except ValueError:
        raise ValueError("[crm] secret begins with whsec_, but base64 must follow.") from None


def site_of(address: str) -> str:
    """https://crm.example.com, without the path, which is secret."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
