"""Typed reads from the environment.

Whatever is wrong is said in one sentence that names the variable and what to set, before anything starts.
"""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import environ
import phonenumbers
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

DATABASE_SCHEMES = ("sqlite", "postgres", "postgresql")
MAIL_SCHEMES = ("smtp", "smtp+tls", "smtp+ssl")
SHORTEST_TOKEN = 20
BROKER_SCHEMES = ("filesystem", "redis", "rediss", "amqp", "amqps", "memory")

_HOST = re.compile(r"\*|\.?[\w-]+(\.[\w-]+)*|\[[0-9a-fA-F:]+\]")
_URL_PREFIX = re.compile(r"/([\w.~-]+/)+", re.ASCII)
_ORIGIN = re.compile(r"https?://(\*\.)?[\w.-]+(:\d+)?")

env = environ.Env()


def read_bool(name: str, default: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value in ("", "1", "true", "yes", "on", "0", "false", "no", "off"):
        return default if not value else value in ("1", "true", "yes", "on")
    raise ImproperlyConfigured(f"{name} is {value!r}: set it to 1 or 0.")


def read_int(name: str, default: int, *, lowest: int = 0, highest: int = 10**9) -> int:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isdecimal() or not lowest <= int(value) <= highest:
        raise ImproperlyConfigured(f"{name} is {value!r}: set it to a whole number from {lowest} to {highest}.")
    return int(value)


def read_choice(name: str, choices: tuple[str, ...], default: str) -> str:
    value = os.environ.get(name, "").strip() or default
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}: set it to one of {', '.join(choices)}.")
    return value


def read_list(name: str, default: list[str]) -> list[str]:
    value = os.environ.get(name, "").strip()
    return [item.strip() for item in value.split(",") if item.strip()] if value else default


def read_time_zone(name: str, default: str) -> str:
    value = os.environ.get(name, "").strip() or default
    try:
        ZoneInfo(value)
    except Exception:
        raise ImproperlyConfigured(f"{name} is {value!r}: set it to a zone like Europe/Moscow.") from None
    return value


def read_hosts(name: str, default: list[str]) -> list[str]:
    """Host names, as Django's ALLOWED_HOSTS wants them."""
    hosts = read_list(name, default)
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise ImproperlyConfigured(f"{name} holds {host!r}: set it to host names alone, like crm.example.ru.")
    return hosts


def read_origins(name: str) -> list[str]:
    """Origins, as Django's CSRF_TRUSTED_ORIGINS wants them."""
    return [_origin(name, origin) for origin in read_list(name, [])]


def read_web_address(name: str) -> str:
    """Scheme and host, as a browser has them; empty if it is not set."""
    value = os.environ.get(name, "").strip().rstrip("/")
    return value and _origin(name, value)


def _origin(name: str, value: str) -> str:
    if not _ORIGIN.fullmatch(value):
        raise ImproperlyConfigured(f"{name} holds {value!r}: write scheme and host, like https://crm.example.ru.")
    return value


def read_region(name: str, default: str) -> str:
    value = os.environ.get(name, "").strip().upper() or default
    if value not in phonenumbers.SUPPORTED_REGIONS:
        raise ImproperlyConfigured(f"{name} is {value!r}: set it to a two-letter country code like RU.")
    return value


def read_folder(name: str, default: Path) -> Path:
    """A folder that can be written to; made if it is not there."""
    folder = Path(os.environ.get(name, "").strip() or default).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name} is {str(folder)!r}, which can't be made ({error.strerror}): set it to a folder to write to."
        ) from None
    return folder


def read_private_folder(name: str, default: Path, *, group_reads: bool = False) -> Path:
    """A folder that nobody else on this machine can look into, whatever the umask; its group may, if it has to."""
    return make_private(read_folder(name, default), group_reads=group_reads)


def make_private(folder: Path, *, group_reads: bool = False) -> Path:
    allowed = 0o750 if group_reads else 0o700
    if folder.stat().st_mode & 0o777 & ~allowed:
        with suppress(PermissionError):  # It is somebody else's: whoever set it up decided.
            folder.chmod(allowed)
    return folder


def read_url_prefix(name: str) -> str:
    """The beginning of a path in an address, like /recordings/; empty if it is not set."""
    value = os.environ.get(name, "").strip()
    if value and not _URL_PREFIX.fullmatch(value):
        raise ImproperlyConfigured(f"{name} is {value!r}: begin and end it with a slash, like /stored-recordings/.")
    return value


def read_database(name: str, default: str) -> dict[str, Any]:
    """Django's settings of the database at this URL."""
    url = os.environ.get(name, "").strip() or default
    scheme = _scheme(name, url)
    if scheme not in DATABASE_SCHEMES:
        raise ImproperlyConfigured(
            f"{name} starts with {scheme or 'no scheme'!r}: set it to sqlite:///path/to/file "
            "or postgres://user:password@host:5432/name."
        )
    database: dict[str, Any] = dict(env.db_url_config(url))
    if not database.get("NAME"):
        raise ImproperlyConfigured(f"{name} names no database: end it with /name.")
    return database


def read_broker(name: str, default: str) -> str:
    url = os.environ.get(name, "").strip() or default
    scheme = _scheme(name, url)
    if scheme not in BROKER_SCHEMES:
        raise ImproperlyConfigured(
            f"{name} starts with {scheme or 'no scheme'!r}: set it to redis://host:6379/0, amqp://user:password@host// "
            "or leave it empty for the broker that is built in."
        )
    return url


def read_mail(name: str) -> dict[str, Any]:
    """Django's settings of the mail server at this URL; empty if none is set."""
    url = os.environ.get(name, "").strip()
    if url and _scheme(name, url) not in MAIL_SCHEMES:
        raise ImproperlyConfigured(f"{name}: write it like smtp+tls://user:password@host:587, or leave it empty.")
    return dict(environ.Env.email_url_config(url)) if url else {}


def read_text(name: str, default: str) -> str:
    return os.environ.get(name, "").strip() or default


def read_token(name: str) -> str:
    """What a program sends to prove itself; empty where it is not set."""
    value = os.environ.get(name, "").strip()
    if value and len(value) < SHORTEST_TOKEN:
        raise ImproperlyConfigured(f"{name} is short, so it can be guessed: take at least {SHORTEST_TOKEN} signs.")
    return value


def _scheme(name: str, url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port  # Read only to be checked.
    except ValueError as error:
        # The URL itself may hold a password, so it is not shown.
        raise ImproperlyConfigured(f"{name} is no URL ({error}): write it like scheme://host:port/name.") from None
    return parts.scheme


def read_secret(name: str, *, kept_in: Path | None, make: Any = lambda: secrets.token_urlsafe(50)) -> str:
    """A secret from the environment or, where `kept_in` is given, from that file, made on first start."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if kept_in is None:
        raise ImproperlyConfigured(
            f"{name} is not set. In production it has to come from the environment and stay the same; "
            "`python manage.py make_secrets` prints fresh ones to keep."
        )
    return _kept_secret(kept_in, make)


def read_encryption_keys(name: str, *, kept_in: Path | None) -> list[str]:
    """Fernet keys, the first one encrypts, all decrypt."""
    keys = [key.strip() for key in read_secret(name, kept_in=kept_in, make=make_encryption_key).split(",")]
    for key in keys:
        try:
            Fernet(key)
        except ValueError:
            raise ImproperlyConfigured(
                f"{name} holds a key that is no Fernet key (32 bytes in URL-safe base64): "
                "take one that `python manage.py make_secrets` prints."
            ) from None
    return keys


def make_encryption_key() -> str:
    return Fernet.generate_key().decode()


def _kept_secret(path: Path, make: Any) -> str:
    """The file's content; of two processes that start at once, both get the one that was written first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    kept = path.read_text().strip()
    if not kept:
        raise ImproperlyConfigured(f"{path} is empty: delete it, and a new secret is made at the next start.")
    return kept
