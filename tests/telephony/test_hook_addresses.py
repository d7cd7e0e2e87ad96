"""Which requests a hook's address takes, and how it refuses the others."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from telephony.intake.requests import MAX_BODY_BYTES
from telephony.models import Call, Connection, Delivery
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import Message, form, send, sipuni, xvb

pytestmark = pytest.mark.django_db


def seen(response: Any) -> tuple[int, bytes, dict[str, str]]:
    return response.status_code, response.content, dict(response.headers)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("slash", ["/", ""])
def test_unknown_secret_disabled_connection_and_wrong_vendor_are_the_same_404(method: str, slash: str) -> None:
    connection = ConnectionFactory.create(vendor="sipuni")
    disabled = ConnectionFactory.create(vendor="sipuni", enabled=False)
    other = ConnectionFactory.create(vendor="xvb")
    paths = [
        "/telephony/hooks/sipuni/nobodys-secret/",
        disabled.hook_path,
        other.hook_path.replace("/xvb/", "/sipuni/"),
        "/telephony/hooks/none/nobodys-secret/",
        connection.hook_path.replace("/sipuni/", "/none/"),
        "/telephony/hooks/sipuni/секрет/",
        "/telephony/hooks/sipuni/%ED%A0%80/",
    ]
    answers = [seen(Client().generic(method, path.rstrip("/") + slash, b"event=1")) for path in paths[:-1]]
    assert answers == [answers[0]] * len(answers)
    assert answers[0][0] == 404
    assert answers[0][1] == b"Not found."
    assert not Delivery.objects.exists()


def test_a_connection_of_a_vendor_that_is_not_installed_any_more_is_a_404() -> None:
    connection = ConnectionFactory.create(vendor="gone")
    assert Client().get(f"/telephony/hooks/gone/{connection.hook_secret}/").status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("slash", ["/", ""])
def test_the_address_works_with_and_without_the_last_slash(connection: Connection, method: str, slash: str) -> None:
    message = sipuni(1, 0)
    path = connection.hook_path.rstrip("/") + slash
    if method == "GET":
        response = Client().get(f"{path}?{message.body.decode()}")
    else:
        response = Client().post(path, message.body, content_type=message.content_type)
    assert (response.status_code, response.json()) == (200, {"success": True})
    assert Delivery.objects.get().method == method
    assert Call.objects.get().external_id == "1.10"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_other_methods_are_405(connection: Connection, method: str) -> None:
    for path in (connection.hook_path, "/telephony/hooks/sipuni/nobodys-secret/"):
        response = Client().generic(method, path)
        assert response.status_code == 405
        assert response.headers["Allow"] == "GET, POST, HEAD, OPTIONS"
    assert not Delivery.objects.exists()


def test_no_csrf_token_is_wanted(connection: Connection) -> None:
    assert send(connection, sipuni(1, 0), Client(enforce_csrf_checks=True)).status_code == 200


def test_a_body_of_256_kib_is_taken_and_one_byte_more_is_413(connection: Connection) -> None:
    body = b"event=1&call_id=1.10&junk=" + b"x" * MAX_BODY_BYTES
    assert send(connection, Message(body=body[:MAX_BODY_BYTES])).status_code == 200
    assert len(bytes(Delivery.objects.get().body)) == MAX_BODY_BYTES
    response = send(connection, Message(body=body[: MAX_BODY_BYTES + 1]))
    assert (response.status_code, response.content) == (413, b"The body is larger than 256 KiB.")
    assert Delivery.objects.count() == 1


def test_an_oversized_body_to_an_unknown_address_is_a_404() -> None:
    response = Client().post("/telephony/hooks/sipuni/no/", b"x" * (MAX_BODY_BYTES + 1), content_type="text/plain")
    assert response.status_code == 404


def test_a_wrong_access_code_is_403_and_only_counted() -> None:
    connection = ConnectionFactory.create(vendor="xvb", settings={"access_code": "10019"})
    for wrong in (xvb("INCOMING", "1", access_code="10020"), form(cmd="contact", access_code="1")):
        response = send(connection, wrong)
        assert response.status_code == 403
        assert b"10019" not in response.content
    assert (
        send(connection, Message(**{**xvb("INCOMING", "1").__dict__, "headers": {"X-XVB-AC": "1"}})).status_code == 403
    )
    connection.refresh_from_db()
    assert connection.rejected_count == 3
    assert not Delivery.objects.exists()
    assert not Call.objects.exists()


def test_a_right_access_code_is_taken() -> None:
    connection = ConnectionFactory.create(vendor="xvb", settings={"access_code": "10019"})
    response = send(connection, xvb("INCOMING", "1", type="in"))
    assert (response.status_code, response.json()) == (200, {})
    connection.refresh_from_db()
    assert connection.rejected_count == 0
    assert Call.objects.get().external_id == "1"


TERMINATED: dict[str, Any] = {"wsgi.input_terminated": True}
"""The server tells where a chunked body ends."""


class BrokenInput(BytesIO):
    """A connection that breaks while the body is read."""

    def read(self, size: int | None = -1) -> bytes:
        raise ConnectionResetError


@pytest.mark.parametrize("stream", [BytesIO(b"event=1&call_id=1"), BrokenInput()])
def test_a_body_that_is_cut_short_is_refused_whole(connection: Connection, stream: Any) -> None:
    environ: dict[str, Any] = {"wsgi.input": stream, "CONTENT_LENGTH": "100"}
    response = send(connection, sipuni(1, 0), **environ)
    assert (response.status_code, response.content) == (400, b"The body ended before it was complete.")
    assert not Delivery.objects.exists()


def test_a_chunked_body_is_read_where_the_server_can_and_is_411_where_not(connection: Connection) -> None:
    chunked: dict[str, Any] = {
        "HTTP_TRANSFER_ENCODING": "chunked",
        "CONTENT_LENGTH": "",
        "wsgi.input": BytesIO(sipuni(1, 0).body),
    }
    assert send(connection, sipuni(1, 0), **chunked).status_code == 411
    assert not Delivery.objects.exists()
    assert send(connection, sipuni(1, 0), **chunked, **TERMINATED).status_code == 200
    assert bytes(Delivery.objects.get().body) == sipuni(1, 0).body


def test_of_a_chunked_body_that_is_too_large_the_end_is_no_message(connection: Connection) -> None:
    assert send(connection, sipuni(1, 0)).status_code == 200  # From here on PostgreSQL's connection is remembered.
    body = b"junk=" + b"x" * MAX_BODY_BYTES + sipuni(1, 1).body
    chunked: dict[str, Any] = {
        "HTTP_TRANSFER_ENCODING": "chunked",
        "CONTENT_LENGTH": "",
        "wsgi.input": BytesIO(body),
        **TERMINATED,
    }
    assert send(connection, sipuni(1, 0), **chunked).status_code == 413
    assert Delivery.objects.count() == 1
