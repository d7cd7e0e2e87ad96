"""No log line holds the secret of a hook's address."""

from __future__ import annotations

import logging
from io import StringIO
from secrets import token_urlsafe

import pytest
from django.test import Client

from telephony.models import Connection
from telephony.models.connection import SECRET_BYTES
from telephony.privacy.masking import HideHookSecrets, hide_secrets
from tests.telephony.messages import send, sipuni


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Not Found: /telephony/hooks/sipuni/s3cret_-/", "Not Found: /telephony/hooks/sipuni/[hidden]/"),
        ('"GET /telephony/hooks/mobilon/s3cret?number=7 HTTP/1.1"', '"GET /telephony/hooks/mobilon/[hidden]?number=7'),
        ("https://crm.example.ru/telephony/hooks/xvb/s3cret", "https://crm.example.ru/telephony/hooks/xvb/[hidden]"),
        ("/hooks/a/s3cret/ and /hooks/b/s3cret/", "/hooks/a/[hidden]/ and /hooks/b/[hidden]/"),
        ("Not Found: /telephony/hook/sipuni/s3cret/", "Not Found: /telephony/hook/sipuni/[hidden]/"),
        ("Not Found: /telephony/hooks/sipuni//s3cret", "Not Found: /telephony/hooks/sipuni//[hidden]"),
        ("Not Found: /hooks/sipuni/more/s3cret/x/", "Not Found: /hooks/sipuni/[hidden]/"),
        ("/telephony%2Fhooks%2Fsipuni%2Fs3cret%2F", "/telephony%2Fhooks%2Fsipuni%2F[hidden]"),
        ("/telephony%252Fhooks%252Fsipuni%252Fs3cret", "/telephony%252Fhooks%252Fsipuni%252F[hidden]"),
        (r"https:\/\/crm\/hooks\/sipuni\/s3cret", r"https:\/\/crm\/hooks\/sipuni\/[hidden]"),
        ("/api?token=s3cret&key=s3cret&number=7", "/api?token=[hidden]&key=[hidden]&number=7"),
        ("number={NUMBER}&key={KEY}", "number={NUMBER}&key={KEY}"),
        ("?hash=s3cret;s3cret&x=1", "?hash=[hidden]&x=1"),
        ("userkey%3Ds3cret", "userkey%3D[hidden]"),
        ('{"access_code": "s3cret", "number": 7}', '{"access_code": "[hidden]", "number": 7}'),
        ("amqp://guest:s3cret@broker.example.ru//", "amqp://guest:[hidden]@broker.example.ru//"),
        ("/admin/telephony/delivery/7/", "/admin/telephony/delivery/7/"),
    ],
)
def test_secrets_are_hidden(text: str, hidden: str) -> None:
    assert hide_secrets(text).startswith(hidden)
    assert "s3cret" not in hide_secrets(text)
    assert hide_secrets(hide_secrets(text)) == hide_secrets(text)


@pytest.mark.parametrize(
    "path",
    [
        "/{}/",
        "/telephony/{}",
        "/telephony/hooks/{}/sipuni/",
        "/telephony/hoks/sipuni/{}/",
        "/sipuni/{}?event=1",
        "/telephony%2Fhoks%2F{}",
        "//{}",
        "/hoks/sipuni/{}/x",
    ],
)
def test_of_a_mistyped_address_no_secret_is_written(path: str) -> None:
    for _ in range(200):
        secret = token_urlsafe(SECRET_BYTES)
        assert secret not in hide_secrets(f"Not Found: {path.format(secret)}"), secret
        encoded = "".join(f"%{ord(sign):02X}" for sign in secret)
        assert encoded not in hide_secrets(f"Not Found: {path.format(encoded)}")


@pytest.mark.parametrize(
    "text",
    [
        "/admin/telephony/connection/add/",
        "/static/unfold/fonts/material-symbols/styles.css",
        "/srv/telephony/.venv/lib/python3.11/site-packages/django/core/handlers/exception.py",
        "/telephony/recordings/17/audio",
        "/crm/contacts/import/7/not-imported.csv",
        "/admin/telephony/call/?started_at__gte=2026-11-21T10:00",
        "1/2026/11/1-4c8f6e70eb89.play.mp3",
    ],
)
def test_other_paths_stay_readable(text: str) -> None:
    assert hide_secrets(text) == text


def test_the_filter_hides_them_in_arguments_too() -> None:
    out = StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(HideHookSecrets())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    logger.warning("%s: %s", "Not Found", "/telephony/hooks/sipuni/s3cret/")
    logger.warning("%d plain words", 3)
    assert out.getvalue() == "Not Found: /telephony/hooks/sipuni/[hidden]/\n3 plain words\n"


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
    assert "ValueError: /telephony/hooks/sipuni/[hidden]/ is odd" in out.getvalue()
    assert "Stack (most recent call last):" in out.getvalue()
    logger.error("Failed", exc_info=ValueError("?token=s3cret"))
    assert "ValueError: ?token=[hidden]" in out.getvalue()


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
