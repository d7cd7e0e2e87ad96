"""`manage.py check --deploy`: the parts around this program, real ones where they run here."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import redis
from django.conf import settings
from pytest_django.fixtures import Settings

from config import deploy_parts
from telephony.jobs import alive
from tests.servers import free_port
from tests.services import missing


def said(check: Any) -> list[str]:
    return [f"{message.id} {message.msg}" for message in check()]


class Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Healthy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_promised_server_that_is_not_there_is_named(address: str, settings: Settings) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    settings.PROMISED_SERVERS = [address, away]
    assert said(deploy_parts.all_servers_answer) == [
        f"deploy.W004 Nothing answers at {away}, which PROMISED_SERVERS names."
    ]
    settings.PROMISED_SERVERS = [address]
    assert said(deploy_parts.all_servers_answer) == []


@pytest.mark.django_db
def test_one_worker_where_two_are_promised(settings: Settings) -> None:
    settings.PROMISED_WORKERS = 2
    alive.say_worker("a@here", ["celery"], "")
    assert said(deploy_parts.all_workers_are_there) == ["deploy.W005 1 of 2 workers run."]
    alive.say_worker("b@here", ["celery"], "")
    assert said(deploy_parts.all_workers_are_there) == []


@pytest.fixture
def full_redis() -> Iterator[redis.Redis]:
    program = shutil.which("redis-server") or missing("redis-server")
    port = free_port()
    process = subprocess.Popen([program, "--port", str(port), "--save", ""], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 10
    with redis.Redis(host="127.0.0.1", port=port) as server:
        while time.monotonic() < deadline:
            with suppress(redis.ConnectionError):
                server.ping()
                break
            time.sleep(0.05)
        yield server
    process.terminate()
    process.wait(10)


def test_a_redis_that_throws_away_what_it_has_no_room_for(full_redis: redis.Redis, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{full_redis.connection_pool.connection_kwargs['port']}/0"
    assert said(deploy_parts.redis_forgets_nothing) == []
    full_redis.config_set("maxmemory-policy", "allkeys-lru")
    [one] = said(deploy_parts.redis_forgets_nothing)
    assert one.startswith("deploy.W006 Redis throws away what it has no room for (maxmemory-policy allkeys-lru)")
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{free_port()}/0"
    assert said(deploy_parts.redis_forgets_nothing) == []


@pytest.mark.parametrize(
    ("host", "password", "is_said"),
    [
        ("10.0.0.5", "crm", True),
        ("10.0.0.5", "", True),
        ("10.0.0.5", "postgres", True),
        ("10.0.0.5", "correct horse battery", False),
        ("127.0.0.1", "crm", True),
        ("127.0.0.1", "", False),
        ("/run/postgresql", "", False),
    ],
)
def test_the_databases_password(monkeypatch: pytest.MonkeyPatch, host: str, password: str, is_said: bool) -> None:
    database = {"ENGINE": "django.db.backends.postgresql", "HOST": host, "PASSWORD": password, "USER": "crm"}
    monkeypatch.setitem(settings.DATABASES, "default", database)
    assert [one[:11] for one in said(deploy_parts.databases_password_is_no_example)] == ["deploy.W007"] * is_said
