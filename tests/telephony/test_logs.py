"""No log line holds the secret of a hook's address."""

from __future__ import annotations

import logging
from io import StringIO

import pytest
from django.test import Client

from telephony.logs import HideHookSecrets, hide_secrets
from telephony.models import Connection
from tests.telephony.messages import send, sipuni


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Not Found: /telephony/hooks/sipuni/s3cret_-/", "Not Found: /telephony/hooks/sipuni/.../"),
        ('"GET /telephony/hooks/mobilon/s3cret?number=7 HTTP/1.1" 200', '"GET /telephony/hooks/mobilon/...?number=7'),
        ("https://crm.example.ru/telephony/hooks/xvb/s3cret", "https://crm.example.ru/telephony/hooks/xvb/..."),
        ("/hooks/a/s3cret/ and /hooks/b/s3cret/", "/hooks/a/.../ and /hooks/b/.../"),
        ("/api?token=s3cret&key=s3cret&number=7", "/api?token=...&key=...&number=7"),
        ("number={NUMBER}&key={KEY}", "number={NUMBER}&key={KEY}"),
        ("/admin/telephony/delivery/7/", "/admin/telephony/delivery/7/"),
    ],
)
def test_secrets_are_hidden(text: str, hidden: str) -> None:
    assert hide_secrets(text).startswith(hidden)
    assert "s3cret" not in hide_secrets(text)


def test_the_filter_hides_them_in_arguments_too() -> None:
    out = StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(HideHookSecrets())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    logger.warning("%s: %s", "Not Found", "/telephony/hooks/sipuni/s3cret/")
    logger.warning("%d plain words", 3)
    assert out.getvalue() == "Not Found: /telephony/hooks/sipuni/.../\n3 plain words\n"


def test_the_filter_hides_them_in_tracebacks() -> None:
    out = StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(HideHookSecrets())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    try:
        raise ValueError("/telephony/hooks/sipuni/s3cret/ is odd")
    except ValueError:
        logger.exception("Failed", stack_info=True)
    assert "ValueError: /telephony/hooks/sipuni/.../ is odd" in out.getvalue()
    assert "Stack (most recent call last):" in out.getvalue()
    logger.error("Failed", exc_info=ValueError("?token=s3cret"))
    assert "ValueError: ?token=..." in out.getvalue()


@pytest.mark.django_db
def test_requests_leave_no_secret_in_the_log(connection: Connection, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever is answered: the handlers of the project have the filter."""
    caplog.handler.addFilter(HideHookSecrets())
    try:
        with caplog.at_level(logging.DEBUG):
            send(connection, sipuni(1, 0))
            Client().put(connection.hook_path)
            Client().get(connection.hook_path.replace("sipuni", "xvb"))
    finally:
        caplog.handler.filters.clear()
    assert "Method Not Allowed" in caplog.text
    assert connection.hook_secret not in caplog.text
