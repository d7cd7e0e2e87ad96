"""A message is taken under whatever name it is sent to: over TCP, to a real server, as thin HTTP clients do."""

from __future__ import annotations

import json
import socket

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings

from telephony.intake.any_host import AnyHostForPbx
from telephony.intake.requests import received_hook
from tests.servers import Server

BODY = "event=NOTIFY_START&pbx_call_id=in_1&caller_id=79165551601&called_did=74957770000"
HOSTS = {
    "HTTP/1.0 without a host": ("HTTP/1.0", ""),
    "HTTP/1.0 with an address": ("HTTP/1.0", "Host: 10.0.0.5"),
    "an address": ("HTTP/1.1", "Host: 192.168.1.10:8000"),
    "an underscore": ("HTTP/1.1", "Host: my_crm.local"),
    "another name": ("HTTP/1.1", "Host: other.example.ru"),
    "an empty host": ("HTTP/1.1", "Host:"),
    "no name at all": ("HTTP/1.1", "Host: @@@"),
    "our own": ("HTTP/1.1", "Host: localhost"),
}


@pytest.fixture(scope="module")
def hook_path(server: Server) -> str:
    added = json.loads(server.manage("connection", "add", "wirecrm", "--name", "Any", "--json").stdout)
    return str(added["hook_path"])


def sent(server: Server, request: str, host: str, body: str = "") -> tuple[int, str]:
    head = [request, *([host] if host else []), "Connection: close"]
    if body:
        head += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as wire:
        wire.sendall("\r\n".join([*head, "", body]).encode())
        answer = b"".join(iter(lambda: wire.recv(65536), b""))
    return int(answer.split(b" ", 2)[1]), answer.partition(b"\r\n\r\n")[2].decode()


@pytest.mark.slow
@pytest.mark.parametrize(("version", "host"), HOSTS.values(), ids=HOSTS)
def test_a_message_is_taken_under_any_name(server: Server, hook_path: str, version: str, host: str) -> None:
    for path in (hook_path, hook_path.rstrip("/")):
        assert sent(server, f"POST {path} {version}", host, BODY) == (200, "{}")
        assert sent(server, f"GET {path}?zd_echo=abc {version}", host) == (200, "abc")
    status, wsdl = sent(server, f"GET /telephony/ws/VATS?wsdl {version}", host)
    assert status == 200
    assert "http://localhost" in wsdl or "127.0.0.1" in wsdl


@pytest.mark.slow
@pytest.mark.parametrize(("version", "host"), HOSTS.values(), ids=HOSTS)
def test_a_wrong_secret_is_a_404_and_other_addresses_stay_protected(server: Server, version: str, host: str) -> None:
    assert sent(server, f"POST /telephony/hooks/wirecrm/nobodys/ {version}", host, BODY)[0] == 404
    for path in ("/", "/telephony/calls/", "/telephony/hooks/", "/telephony/hooks/wirecrm/", "/nowhere"):
        status, _ = sent(server, f"GET {path} {version}", host)
        if host:  # Without one, uvicorn says which address it listens on.
            assert (status == 400) is (host != "Host: localhost"), path


def received(**meta: str) -> tuple[HttpRequest, str | None]:
    """The request after the middleware, and the host that the delivery keeps."""
    request = RequestFactory().post("/telephony/hooks/wirecrm/secret/", **meta)
    AnyHostForPbx(lambda request: HttpResponse())(request)
    return request, received_hook(request, b"").headers.get("host")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("allowed", "ours"), [(["crm.example.ru"], "crm.example.ru"), ([".example.ru"], "example.ru"), (["*"], "localhost")]
)
def test_the_delivery_keeps_the_host_as_it_came(allowed: list[str], ours: str) -> None:
    with override_settings(ALLOWED_HOSTS=allowed, USE_X_FORWARDED_HOST=True):
        request, kept = received(HTTP_HOST="my_crm.local", HTTP_X_FORWARDED_HOST="my_crm.other")
        assert (request.get_host(), kept) == (ours, "my_crm.local")
        request, kept = received(HTTP_HOST="shop.example.ru")
        assert kept == "shop.example.ru"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/login/", "/no/such/page/"])
def test_another_host_is_refused_where_no_pbx_calls(path: str) -> None:
    assert Client(raise_request_exception=False).get(path, headers={"host": "other.example.ru"}).status_code == 400


@pytest.mark.django_db
def test_what_an_address_means_is_remembered_for_its_urlconf_alone() -> None:
    request = RequestFactory().get("/telephony/hooks/none/secret/")
    middleware = AnyHostForPbx(lambda _: HttpResponse("Django's way"))
    for _ in range(2):
        assert middleware(request).status_code == 404
        with override_settings(ROOT_URLCONF="tests.config.no_addresses"):
            assert middleware(request).content == b"Django's way"
