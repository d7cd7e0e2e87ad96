"""The project as WSGI and ASGI applications, and its Celery app."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from config.asgi import application as asgi
from config.celery import app
from config.wsgi import application as wsgi

PATH = "/telephony/hooks/sipuni/nobody/"


@pytest.mark.django_db
def test_over_wsgi() -> None:
    environ: dict[str, Any] = {"PATH_INFO": PATH, "REQUEST_METHOD": "PUT", "HTTP_HOST": "127.0.0.1"}
    setup_testing_defaults(environ)
    answers: list[str] = []

    def start_response(status: str, headers: object, error: object = None, /) -> Callable[[bytes], None]:
        answers.append(status)
        return lambda body: None

    wsgi(environ, start_response)
    assert answers == ["405 Method Not Allowed"]


def test_over_asgi() -> None:
    headers = [(b"host", b"127.0.0.1")]
    scope = {"type": "http", "method": "PUT", "path": PATH, "query_string": b"", "headers": headers}
    sent: list[Mapping[str, Any]] = []
    asked = iter([{"type": "http.request", "body": b""}])

    async def receive() -> dict[str, Any]:
        try:
            return next(asked)
        except StopIteration:
            return await asyncio.Future()  # The client waits for the answer.

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    asyncio.run(asgi(scope, receive, send))
    assert sent[0]["status"] == 405


def test_every_task_of_the_schedule_is_there_and_no_message_outlives_the_next() -> None:
    app.loader.import_default_modules()
    for entry in app.conf.beat_schedule.values():
        assert entry["task"] in app.tasks
        assert entry["options"]["expires"] <= entry["schedule"]
