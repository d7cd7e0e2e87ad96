"""How the project starts: with nothing set, with nonsense set, and in production."""

from __future__ import annotations

import base64
import os
import sqlite3
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from tests.servers import ROOT

SETTINGS = (
    *("ENVIRONMENT", "DEBUG", "SECRET_KEY", "TELEPHONY_ENCRYPTION_KEYS", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS"),
    *("HTTPS", "DATABASE_URL", "DATABASE_POOL_SIZE", "CELERY_BROKER_URL", "TELEPHONY_TRUSTED_PROXIES"),
    *("CRM_PHONE_REGION", "TIME_ZONE", "LANGUAGE_CODE", "VAR_DIR"),
)
FERNET = base64.urlsafe_b64encode(bytes(range(32))).decode()
SECRETS = {"SECRET_KEY": sha256(b"of this test").hexdigest(), "TELEPHONY_ENCRYPTION_KEYS": FERNET}
PRODUCTION = {"ENVIRONMENT": "production", **SECRETS, "ALLOWED_HOSTS": "crm.example.ru"}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


def environment(var_dir: Path, **variables: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return {**inherited, "VAR_DIR": str(var_dir), **variables}


def manage(var_dir: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        cwd=ROOT,
        env=environment(var_dir, **variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_who_reads_only_the_first_lines_gets_no_traceback(tmp_path: Path, unbuffered: str) -> None:
    """`manage.py help | head -1`: the pipe is closed before anything is written."""
    reading, writing = os.pipe()
    os.close(reading)
    started = {"cwd": ROOT, "env": environment(tmp_path, PYTHONUNBUFFERED=unbuffered), "stderr": subprocess.PIPE}
    done = subprocess.run(command("help"), stdout=writing, timeout=60, check=False, **started)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


def test_with_nothing_set_a_database_and_keys_are_made(tmp_path: Path) -> None:
    var_dir = tmp_path / "my var #1+%20"
    done = manage(var_dir, "migrate", "-v0", "telephony", "0001_squashed_0064")
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(var_dir / "db.sqlite3") as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert database.execute("SELECT count(*) FROM telephony_call").fetchone() == (0,)
    assert {path.name for path in (var_dir / "keys").iterdir()} == {"secret_key", "encryption_keys"}
    assert {path.stat().st_mode & 0o777 for path in (var_dir / "keys").iterdir()} == {0o600}
    assert (var_dir / "db.sqlite3").stat().st_mode & 0o777 == 0o600
    assert {(var_dir / name).stat().st_mode & 0o777 for name in ("recordings", "exports")} == {0o700}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENVIRONMENT", "prod"),
        ("DATABASE_URL", "oracle://host/name"),
        ("CELERY_BROKER_URL", "sqs://host"),
        ("TELEPHONY_ENCRYPTION_KEYS", "short"),
        ("VAR_DIR", "/dev/null/var"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(tmp_path: Path, name: str, value: str) -> None:
    done = manage(tmp_path, "check", **{name: value})
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(f"django.core.exceptions.ImproperlyConfigured: {name} "), done.stderr


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set."),
        ({"TELEPHONY_ENCRYPTION_KEYS": ""}, "TELEPHONY_ENCRYPTION_KEYS is not set."),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is not set: set it to the site's host name"),
        ({"DEBUG": "1"}, "DEBUG is on in production: unset it"),
    ],
)
def test_production_refuses_to_start_without_its_own_secrets(
    tmp_path: Path, changes: dict[str, str], sentence: str
) -> None:
    done = manage(tmp_path, "check", **{**PRODUCTION, **changes})
    assert done.returncode != 0
    assert sentence in done.stderr.strip().splitlines()[-1]
    assert not (tmp_path / "keys").exists()


def test_production_starts_with_them_and_passes_djangos_deployment_checks(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", "--deploy", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    left = [line for line in done.stderr.splitlines() if line.startswith("?:")]
    # There is no database here, so what runs was not looked at.
    assert {line.partition("(")[2].partition(")")[0] for line in left} == {"deploy.I001"}, done.stderr
    assert not (tmp_path / "keys").exists()


def test_what_make_secrets_prints_starts_production(tmp_path: Path) -> None:
    printed = manage(tmp_path, "make_secrets")
    secrets = dict(line.split("=", 1) for line in printed.stdout.splitlines())
    assert set(secrets) == set(SECRETS)
    assert manage(tmp_path, "check", **{**PRODUCTION, **secrets}).returncode == 0


def test_no_demo_in_production(tmp_path: Path) -> None:
    done = manage(tmp_path, "demo", **PRODUCTION)
    assert done.returncode == 1
    assert "The demo does not run with ENVIRONMENT=production" in done.stderr


def test_two_processes_that_start_at_once_have_the_same_keys(tmp_path: Path) -> None:
    show = "from django.conf import settings as s; print(s.SECRET_KEY, *s.TELEPHONY_ENCRYPTION_KEYS)"
    code = f"import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'; {show}"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, env=environment(tmp_path), stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    printed = {process.communicate(timeout=60)[0] for process in running}
    assert len(printed) == 1
    assert len(printed.pop().split()) == 2


def test_postgresql_is_pooled(tmp_path: Path) -> None:
    show = "import json; from django.conf import settings; print(json.dumps(settings.DATABASES['default']['OPTIONS']))"
    done = subprocess.run(
        [sys.executable, "-c", show],
        cwd=ROOT,
        env=environment(
            tmp_path,
            DATABASE_URL="postgres://user:password@host/name?sslmode=require",
            DATABASE_POOL_SIZE="7",
            DJANGO_SETTINGS_MODULE="config.settings",
        ),
        capture_output=True,
        text=True,
        check=True,
    )
    assert '"max_size": 7' in done.stdout
    assert '"sslmode": "require"' in done.stdout
