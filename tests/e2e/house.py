"""What an installation itself keeps secret, planted: its keys, and its logins for PostgreSQL, Redis, mail, S3, Sentry.

Each is really used: the servers behind them are real ones or of a few lines, started here.
"""

from __future__ import annotations

import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import boto3
import psycopg
import redis
from moto.server import ThreadedMotoServer

from tests.config.test_sentry import receiver
from tests.notices.receiver import Receiver
from tests.servers import free_port
from tests.services import missing
from tests.summary.smtp import MailServer

HOUSE = {
    "the Django key": "CnryDjangoKey-7z-" + "k4Jm9Qx2Lw8Rt5Vb1Nc6" * 2,
    "the encryption key": "Q25yeUVuY3J5cHRpb25LZXktMDAwMDAwMDAwMDAwMDA=",
    "the password of PostgreSQL": "CnryDatabase+7/z",
    "the password of Redis": "CnryRedis+7/z",
    "the mail password": "CnryMail+7/z",
    "the S3 key": "CnryS3Secret+7/z",
    "the key of Sentry": "cnry5e9a7b1c",
    "the token of the figures": "CnryMetrics-7-z-of-at-least-32-signs",
    "the boss's password": "CnryBoss+7/z",
    "the boss's second factor": "CNRYTOTPSECRETOFTHEBOSS234567ABC",
    "the key of a webhook": "whsec_Q25yeVdlYmhvb2tTZWNyZXQtMDAwMDAw",
}


@dataclass
class House:
    """The servers around the product, and what they were told."""

    environment: dict[str, str]
    mail: MailServer
    hooks: Receiver
    redis: redis.Redis
    errors: list[str]
    bucket: Any
    """A client of the S3 store."""
    database: str
    """Its address for the tests' own user, and the name of the product's."""
    role: str
    greeted: list[int]
    """One for each time that somebody came to send mail."""
    key: str = ""
    """Of the API."""
    link: str = ""
    """The secret part of the link to set a password that was mailed."""


@contextmanager
def house(database: str, folder: Path) -> Iterator[House]:
    """Everything that the planted logins are for; `environment` holds them."""
    with ExitStack() as stack:
        mail = MailServer()
        stack.callback(mail.close)
        greeted: list[int] = []
        mail.on_greeted = lambda: greeted.append(1)
        mail.answers |= {"EHLO": "250-here\r\n250 AUTH PLAIN LOGIN", "AUTH": "535 no"}
        hooks = stack.enter_context(Receiver(statuses=[500, 204]))
        sentry, errors = stack.enter_context(receiver())
        store, broker = stack.enter_context(redis_with_password(folder))
        bucket = stack.enter_context(s3())
        name, address = stack.enter_context(role(database))
        environment = {
            "SECRET_KEY": HOUSE["the Django key"],
            "TELEPHONY_ENCRYPTION_KEYS": HOUSE["the encryption key"],
            "DATABASE_URL": address,
            "CELERY_BROKER_URL": broker,
            "EMAIL_URL": f"smtp://mailer:{quoted('the mail password')}@127.0.0.1:{mail.port}",
            "SENTRY_DSN": f"http://{HOUSE['the key of Sentry']}@127.0.0.1:{sentry}/1",
            "METRICS_TOKEN": HOUSE["the token of the figures"],
            "RECORDINGS_S3_BUCKET": "recordings",
            "RECORDINGS_S3_ENDPOINT": bucket.meta.endpoint_url,
            "RECORDINGS_S3_ACCESS_KEY": "public-id",
            "RECORDINGS_S3_SECRET_KEY": HOUSE["the S3 key"],
        }
        yield House(environment, mail, hooks, store, errors, bucket, database, name, greeted)


def quoted(name: str) -> str:
    return quote(HOUSE[name], safe="")


@contextmanager
def role(database: str) -> Iterator[tuple[str, str]]:
    """A user of the database, whose password is planted: the name, and the database's address for it."""
    name = f"canary_{secrets.token_hex(4)}"
    with psycopg.connect(database, autocommit=True) as connection:
        owner = connection.info.user
        password = HOUSE["the password of PostgreSQL"]
        connection.execute(f"CREATE ROLE {name} LOGIN IN ROLE \"{owner}\" PASSWORD '{password}'")
    parts = urlsplit(database)
    place = f"{name}:{quoted('the password of PostgreSQL')}@{parts.hostname}:{parts.port or 5432}"
    yield name, urlunsplit(parts._replace(netloc=place))
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [name])
        connection.execute(f"REASSIGN OWNED BY {name} TO CURRENT_USER")
        connection.execute(f"DROP ROLE {name}")


@contextmanager
def redis_with_password(folder: Path) -> Iterator[tuple[redis.Redis, str]]:
    port, password = free_port(), HOUSE["the password of Redis"]
    try:
        process = subprocess.Popen(["redis-server", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=folder)
    except FileNotFoundError:
        missing("redis-server")
    assert process.stdin is not None
    process.stdin.write(f'port {port}\nbind 127.0.0.1\nrequirepass "{password}"\nsave ""\n'.encode())
    process.stdin.close()
    server = redis.Redis(port=port, password=password)
    try:
        for _ in range(100):
            try:
                server.ping()
                break
            except redis.ConnectionError:
                time.sleep(0.1)
        yield server, f"redis://:{quoted('the password of Redis')}@127.0.0.1:{port}/0"
    finally:
        server.close()
        process.terminate()
        process.wait(10)


@contextmanager
def s3() -> Iterator[Any]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    keys = {"aws_access_key_id": "public-id", "aws_secret_access_key": HOUSE["the S3 key"]}
    client = boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1", **keys)
    client.create_bucket(Bucket="recordings")
    yield client
    client.close()
    server.stop()


def everything_in(store: redis.Redis) -> bytes:
    """All keys and values of a Redis; a key may run out between being listed and being read."""
    readers = {
        b"string": store.get,
        b"list": lambda key: store.lrange(key, 0, -1),
        b"hash": store.hgetall,
        b"set": store.smembers,
        b"zset": lambda key: store.zrange(key, 0, -1),
        b"none": lambda _gone: None,
    }
    found = [(key, readers[store.type(key)](key)) for key in store.scan_iter()]  # type: ignore[index, operator]
    return repr(found).encode()


def files_in(bucket: Any) -> dict[str, bytes]:
    """What the product stored in S3, by name, each with what is said of it."""
    listed = [one["Key"] for one in bucket.list_objects_v2(Bucket="recordings").get("Contents", [])]
    got = {name: bucket.get_object(Bucket="recordings", Key=name) for name in listed}
    return {name: answer["Body"].read() + repr((name, answer["Metadata"])).encode() for name, answer in got.items()}


def command_lines() -> bytes:
    """Of every process of this machine."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found.append((entry / "cmdline").read_bytes())
            except OSError:
                continue
    return b"\n".join(found)
