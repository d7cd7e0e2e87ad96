"""Ordering calls over the API: once for a key, with the same rights and words as the pages' buttons."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from telephony.dialing import orders as dialing
from telephony.models import Call, Connection, Dial, Extension
from tests.api.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def orders(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What the PBX (Sipuni's API, on this machine) was asked for; it always says yes."""
    got: list[str] = []
    # In the request's own thread: a test's database in memory belongs to one thread.
    monkeypatch.setattr(dialing.lanes, "put", lambda _key, work: work())

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["content-length"])).decode())
            body = b'{"success": true, "id": "o-1"}'
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    connection.settings = {
        "user": "012345",
        "secret": "s",
        "api_url": f"http://127.0.0.1:{server.server_address[1]}/api/callback/call_number",
    }
    connection.internal_networks = ["127.0.0.0/8"]
    connection.save()
    yield got
    server.shutdown()
    server.server_close()


def order(client: Client, key: str = "order-0001", **values: Any) -> Any:
    headers = {"idempotency-key": key} if key else {}
    return client.post("/api/v1/dials/", values, content_type="application/json", headers=headers)


def test_an_order_reaches_the_pbx_once_however_often_it_is_repeated(
    company: dict[str, Call], orders: list[str]
) -> None:
    client = sign_in("anna", "Operator")
    first = order(client, phone="8 (923) 529-29-26")
    assert first.status_code == 202, first.content
    assert first["Location"] == f"http://testserver/api/v1/dials/{first.json()['id']}/"
    assert first.json()["state"] == "ordered"
    again = order(client, phone="8 (923) 529-29-26").json()
    assert (again["id"], again["state"]) == (first.json()["id"], "sent")
    assert len(orders) == 1
    assert "sipnumber=101" in orders[0]
    told = client.get(first["Location"]).json()
    assert (told["state"], told["error_code"], told["phone"]) == ("sent", "", "8 (923) 529-29-26")


def test_the_key_is_demanded_and_belongs_to_one_number(company: dict[str, Call], orders: list[str]) -> None:
    client = sign_in("anna", "Operator")
    for wrong in ("", "short", "with blanks in it"):
        answer = order(client, wrong, phone="89235292926")
        assert (answer.status_code, list(answer.json())) == (400, ["Idempotency-Key"])
    assert order(client, phone="89235292926").status_code == 202
    answer = order(client, phone="89235292927")
    assert (answer.status_code, list(answer.json())) == (400, ["Idempotency-Key"])
    assert len(orders) == 1


def test_only_ones_own_phone_rings_and_only_with_the_right(company: dict[str, Call], orders: list[str]) -> None:
    assert order(sign_in("anna", None), phone="89235292926").status_code == 403
    client = sign_in("anna", "Operator")
    others = Extension.objects.get(user=User.objects.get(username="boris"))
    refused = order(client, phone="89235292926", extension=others.pk)
    assert (refused.status_code, refused.json()["state"]) == (202, "refused")
    assert not orders


def test_what_went_wrong_is_told_in_words(company: dict[str, Call], orders: list[str]) -> None:
    answer = order(sign_in("anna", "Operator"), phone="+1 900 555 01 00").json()
    assert answer["state"] == "refused"
    assert answer["text"]
    assert not orders


def test_nobody_reads_anybody_elses_orders(company: dict[str, Call], orders: list[str]) -> None:
    made = order(sign_in("anna", "Operator"), phone="89235292926").json()
    assert sign_in("boris", "Administrator").get(f"/api/v1/dials/{made['id']}/").status_code == 404
    assert Dial.objects.count() == 1
