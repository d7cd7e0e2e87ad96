"""pgbouncer with config/deploy/pgbouncer.ini, before a database of a test's."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg

from tests.servers import ROOT, free_port
from tests.services import missing

INI = ROOT / "config/deploy/pgbouncer.ini"
CONNECTIONS = 4
"""To PostgreSQL, for all processes: fewer than they have threads, so that sessions really are shared."""


@contextmanager
def pooled(database_url: str, folder: Path) -> Iterator[str]:
    """The database's address at the pgbouncer, while that runs."""
    program = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer") or missing("pgbouncer")
    parts, port = urlsplit(database_url), free_port()
    folder.mkdir()
    users = folder / "userlist.txt"
    users.write_text(f'"{parts.username}" "{unquote(parts.password or "")}"\n')
    (folder / "pgbouncer.ini").write_text(_ini(folder, database_url, port, users))
    options = {}
    if os.geteuid() == 0:  # It refuses to run as root.
        nobody = pwd.getpwnam("nobody")
        options = {"user": nobody.pw_uid, "group": nobody.pw_gid}
        for path in (folder, *folder.iterdir()):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        for parent in folder.parents:
            if parent.stat().st_uid == 0 and parent.name.startswith(("pytest", "popen", "test")):
                parent.chmod(parent.stat().st_mode | 0o011)
    process = subprocess.Popen(
        [program, "--quiet", folder / "pgbouncer.ini"], cwd="/", stderr=subprocess.DEVNULL, **options
    )
    url = f"postgres://{parts.netloc.rpartition('@')[0]}@127.0.0.1:{port}{parts.path}"
    try:
        _wait(url, folder)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _ini(folder: Path, database_url: str, port: int, users: Path) -> str:
    text, parts = INI.read_text(), urlsplit(database_url)
    name, here = parts.path.strip("/"), f"host={parts.hostname} port={parts.port or 5432}"
    changes = {
        "telephony = host=127.0.0.1 port=5432 dbname=telephony": f"{name} = {here}",
        "listen_port = 6432": f"listen_port = {port}",
        "/etc/pgbouncer/userlist.txt": str(users),
        # Where this machine's PostgreSQL wants no password, there is none that could be asked for.
        "auth_type = scram-sha-256": f"auth_type = {'scram-sha-256' if parts.password else 'trust'}",
        "default_pool_size = 20": f"default_pool_size = {CONNECTIONS}",
        "/var/log/postgresql/": f"{folder}/",
        "/var/run/postgresql/": f"{folder}/",
    }
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def _wait(url: str, folder: Path) -> None:
    deadline = time.monotonic() + 20
    while True:
        with suppress(psycopg.OperationalError), psycopg.connect(url, connect_timeout=2, prepare_threshold=None):
            return
        if time.monotonic() > deadline:
            log = folder / "pgbouncer.log"
            raise AssertionError(log.read_text()[-1000:] if log.exists() else "pgbouncer did not start")
        time.sleep(0.05)
