"""Reads from the environment: what is wrong is said in a sentence that names the variable and what to set."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from config import environment as read

KEY = urlsafe_b64encode(b"first key of the tests, 32 bytes").decode()
OTHER_KEY = urlsafe_b64encode(b"other key of the tests, 32 bytes").decode()
READERS: dict[str, Callable[[str], Any]] = {
    "bool": lambda name: read.read_bool(name, True),
    "int": lambda name: read.read_int(name, 5, lowest=1, highest=10),
    "choice": lambda name: read.read_choice(name, ("en", "ru"), "en"),
    "list": lambda name: read.read_list(name, ["default"]),
    "time zone": lambda name: read.read_time_zone(name, "Europe/Moscow"),
    "hosts": lambda name: read.read_hosts(name, ["localhost"]),
    "origins": read.read_origins,
    "region": lambda name: read.read_region(name, "RU"),
    "database": lambda name: read.read_database(name, "sqlite:///default.sqlite3")["NAME"],
    "broker": lambda name: read.read_broker(name, "filesystem://"),
    "secret": lambda name: read.read_secret(name, kept_in=None),
    "keys": lambda name: read.read_encryption_keys(name, kept_in=None),
}


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        *(("bool", value, True) for value in ("1", "true", " YES ", "On")),
        *(("bool", value, False) for value in ("0", "false", "No", "off")),
        ("int", "1", 1),
        ("int", " 10 ", 10),
        ("choice", "ru", "ru"),
        ("list", "a, b,,c ", ["a", "b", "c"]),
        ("time zone", "Asia/Almaty", "Asia/Almaty"),
        (
            "hosts",
            "crm.example.ru,.example.ru,[::1],10.0.0.1,*",
            ["crm.example.ru", ".example.ru", "[::1]", "10.0.0.1", "*"],
        ),
        (
            "origins",
            "https://crm.example.ru,http://a:8000,https://*.b.ru",
            ["https://crm.example.ru", "http://a:8000", "https://*.b.ru"],
        ),
        ("region", "kz", "KZ"),
        ("database", "postgres://user:p%40ss@host:5432/name", "name"),
        ("database", "postgresql://host/name", "name"),
        ("database", "sqlite:////tmp/a.sqlite3", "/tmp/a.sqlite3"),
        ("broker", "redis://host:6379/0", "redis://host:6379/0"),
        ("broker", "amqp://user:password@host//", "amqp://user:password@host//"),
        ("secret", " x ", "x"),
        ("keys", f"{KEY}, {OTHER_KEY}", [KEY, OTHER_KEY]),
    ],
)
def test_values_are_read(monkeypatch: pytest.MonkeyPatch, kind: str, value: str, expected: object) -> None:
    monkeypatch.setenv("SOME_VARIABLE", value)
    assert READERS[kind]("SOME_VARIABLE") == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("bool", True),
        ("int", 5),
        ("choice", "en"),
        ("list", ["default"]),
        ("time zone", "Europe/Moscow"),
        ("hosts", ["localhost"]),
        ("origins", []),
        ("region", "RU"),
        ("database", "default.sqlite3"),
        ("broker", "filesystem://"),
    ],
)
@pytest.mark.parametrize("value", [None, "", "  "])
def test_unset_or_empty_is_the_default(
    monkeypatch: pytest.MonkeyPatch, kind: str, value: str | None, expected: object
) -> None:
    if value is None:
        monkeypatch.delenv("SOME_VARIABLE", raising=False)
    else:
        monkeypatch.setenv("SOME_VARIABLE", value)
    assert READERS[kind]("SOME_VARIABLE") == expected


@pytest.mark.parametrize(
    ("kind", "value", "advice"),
    [
        ("bool", "maybe", "is 'maybe': set it to 1 or 0."),
        ("int", "many", "set it to a whole number from 1 to 10."),
        ("int", "0", "set it to a whole number from 1 to 10."),
        ("int", "11", "set it to a whole number from 1 to 10."),
        ("int", "-1", "is '-1'"),
        ("int", "1.5", "is '1.5'"),
        ("choice", "de", "is 'de': set it to one of en, ru."),
        ("time zone", "Moscow", "set it to a zone like Europe/Moscow."),
        ("time zone", "../../etc/passwd", "set it to a zone like"),
        ("time zone", "Europe", "set it to a zone like"),
        ("hosts", "https://crm.example.ru", "set it to host names alone, like crm.example.ru."),
        ("hosts", "good.ru,bad host", "holds 'bad host'"),
        ("origins", "crm.example.ru", "write scheme and host, like https://crm.example.ru."),
        ("origins", "https://crm.example.ru/", "holds 'https://crm.example.ru/'"),
        ("region", "Russia", "set it to a two-letter country code like RU."),
        ("region", "XX", "is 'XX'"),
        ("database", "mysql://host/name", "starts with 'mysql': set it to sqlite:///path/to/file or postgres://"),
        ("database", "db.sqlite3", "starts with 'no scheme'"),
        ("database", "postgres://user:s3cret@host", "names no database: end it with /name."),
        ("database", "postgres://user:s3cret@host:port/name", "is no URL (Port could not be cast"),
        ("database", "postgres://[host/name", "is no URL (Invalid IPv6 URL)"),
        ("broker", "kafka://host", "starts with 'kafka': set it to redis://host:6379/0, amqp://"),
        ("broker", "localhost:6379", "starts with 'localhost'"),
        ("broker", "redis://:s3cret@host:99999/0", "is no URL (Port out of range"),
        ("secret", "", "is not set. In production it has to come from the environment"),
        (
            "keys",
            "s3cret",
            "no Fernet key (32 bytes in URL-safe base64): take one that `python manage.py make_secrets`",
        ),
        ("keys", f"{KEY},", "no Fernet key"),
        ("keys", "ключ", "no Fernet key"),
    ],
)
def test_nonsense_is_refused_with_advice(monkeypatch: pytest.MonkeyPatch, kind: str, value: str, advice: str) -> None:
    monkeypatch.setenv("SOME_VARIABLE", value)
    with pytest.raises(ImproperlyConfigured) as error:
        READERS[kind]("SOME_VARIABLE")
    assert str(error.value).startswith("SOME_VARIABLE ")
    assert advice in str(error.value)
    assert "s3cret" not in str(error.value)


class TestFolder:
    def test_is_made(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("SOME_VARIABLE", str(tmp_path / "a" / "b"))
        assert read.read_folder("SOME_VARIABLE", tmp_path) == tmp_path / "a" / "b"
        assert (tmp_path / "a" / "b").is_dir()

    def test_defaults(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("SOME_VARIABLE", " ")
        assert read.read_folder("SOME_VARIABLE", tmp_path) == tmp_path

    def test_that_can_not_be_made(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("SOME_VARIABLE", str(tmp_path / "file" / "b"))
        with pytest.raises(ImproperlyConfigured, match=r"SOME_VARIABLE is .* can't be made .* set it to a folder"):
            read.read_folder("SOME_VARIABLE", tmp_path)


class TestKeptSecret:
    def test_is_made_once_for_the_owner_only(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.delenv("SOME_VARIABLE", raising=False)
        path = tmp_path / "keys" / "secret"
        first = read.read_secret("SOME_VARIABLE", kept_in=path)
        assert len(first) > 50
        assert read.read_secret("SOME_VARIABLE", kept_in=path) == first
        assert path.stat().st_mode & 0o777 == 0o600
        assert list(path.parent.iterdir()) == [path]

    def test_of_two_that_start_at_once_both_get_the_first(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """The other one writes its key while we make ours."""
        path = tmp_path / "secret"

        def make() -> str:
            path.write_text("the other's")
            return "ours"

        assert read.read_secret("SOME_VARIABLE", kept_in=path, make=make) == "the other's"
        assert list(tmp_path.iterdir()) == [path]

    def test_the_environment_goes_first(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("SOME_VARIABLE", "from outside")
        assert read.read_secret("SOME_VARIABLE", kept_in=tmp_path / "secret") == "from outside"
        assert not (tmp_path / "secret").exists()

    def test_an_empty_file_is_no_secret(self, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text("\n")
        with pytest.raises(ImproperlyConfigured, match="is empty: delete it"):
            read.read_secret("SOME_VARIABLE", kept_in=tmp_path / "secret")

    def test_encryption_keys_are_kept_too(self, tmp_path: Path) -> None:
        keys = read.read_encryption_keys("SOME_VARIABLE", kept_in=tmp_path / "keys")
        assert keys == read.read_encryption_keys("SOME_VARIABLE", kept_in=tmp_path / "keys")
        assert Fernet(keys[0])
