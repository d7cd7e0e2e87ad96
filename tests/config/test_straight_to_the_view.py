"""A PBX's message passes none of the middleware that people need; its answer is the same."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client, override_settings
from django.utils import translation

from telephony.models import Call, Connection
from tests.telephony.conftest import connection  # noqa: F401  (a fixture)
from tests.telephony.messages import sipuni

pytestmark = pytest.mark.django_db
seen: list[str] = []


class Witness:
    """Middleware that notes what passes it."""

    def __init__(self, get_response: Any) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seen.append(request.path)
        response: HttpResponse = self._get_response(request)
        return response


@pytest.fixture(autouse=True)
def witness() -> Any:
    seen.clear()
    number, straight, *others = settings.MIDDLEWARE
    assert "guid" in number, "gives each request its id for the log, and nothing else"
    with override_settings(MIDDLEWARE=[number, straight, f"{__name__}.Witness", *others]):
        yield


def test_a_hook_passes_no_middleware_and_a_page_passes_all(connection: Connection) -> None:  # noqa: F811
    message = sipuni(1, 0)
    response = Client().post(connection.hook_path, message.body, content_type=message.content_type)
    assert (response.status_code, response.json()) == (200, {"success": True})
    assert response.headers["Content-Length"] == str(len(response.content))
    assert response.headers["Cache-Control"] == "private, no-store"
    assert Call.objects.get().external_id == "1.10"
    assert Client().get("/telephony/ws/VATS?wsdl").status_code == 200
    assert seen == []
    for page in ("/telephony/calls/", "/telephony/hooks/", "/telephony/hooks/a/"):
        Client().get(page)
    assert seen == ["/telephony/calls/", "/telephony/hooks/", "/telephony/hooks/a/"]


def test_over_asgi_neither() -> None:
    response = async_to_sync(AsyncClient().post)("/telephony/hooks/sipuni/nobodys/", b"", content_type="text/plain")
    assert (response.status_code, response.content) == (404, b"Not found.")
    assert seen == []


def test_what_a_message_leaves_is_in_the_sites_language_whoever_was_answered_before(
    connection: Connection,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    languages = []
    monkeypatch.setattr(
        "telephony.intake.views.reading.challenge", lambda *hook: languages.append(translation.get_language())
    )
    with override_settings(LANGUAGE_CODE="en"), translation.override("ru"):
        Client().post(connection.hook_path, sipuni(1, 0).body, content_type="text/plain")
    assert set(languages) == {"en"}


def test_a_view_with_a_fault_is_answered_as_everywhere(
    connection: Connection,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("telephony.intake.views.knock", fail)
    client = Client(raise_request_exception=False)
    assert client.post(connection.hook_path, b"", content_type="text/plain").status_code == 500
