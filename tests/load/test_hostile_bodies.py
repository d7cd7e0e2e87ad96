"""Generated bodies for every address that takes some: no fault of ours, each stored as it was sent, memory bounded.

With `--full` 5,000 for each hook, 1C's services and each address of the API that is written to.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path
from threading import local
from typing import Any

import pytest

from telephony.intake.requests import MAX_BODY_BYTES
from telephony.vendors import installed
from telephony.vendors import standard_webhooks as signing
from telephony.vendors.mobilon.decoding import MAX_BYTES
from tests.databases import postgresql_database, postgresql_template
from tests.e2e.browser import run
from tests.figures import figure
from tests.load.hostile import Sent, hostile
from tests.load.judged import store_the_spool, stored_requests
from tests.load.machine import memory, processes
from tests.rounds import rounds
from tests.servers import Server
from tests.soap.attacks import attacks
from tests.soap.messages import KEY, NUMBER, PASSWORD, USER, authorization, envelope
from tests.vendors.payloads import payloads_of

pytestmark = [pytest.mark.proof, pytest.mark.postgresql]

BODIES = rounds(40, full=5000)
AT_ONCE = 4
PAUSE = 3
"""Seconds."""
WARM_UP = 200
"""Requests after which a server has loaded what it needs."""
NAME = "18.5 hostile bodies"
MOST_GROWTH = 150_000_000
"""Bytes of all of the server's processes together, after all that was sent to it."""
MAKE = """
import json
from django.contrib.auth.models import Group, User
from crm.models import Company, Contact, Note, Task
from crm.services.api_keys import make_key
from django.utils import timezone
from telephony.connections.settings import add_connection
for vendor, settings in json.loads({wanted!r}):
    print(add_connection(vendor=vendor, name=vendor, time_zone="Europe/Moscow", phone_region="RU",
                         settings=settings).hook_path)
anna = User.objects.create(username="anna", is_staff=True)
Group.objects.get(name="Administrator").user_set.add(anna)
contact = Contact.objects.create(name="Иван", company=Company.objects.create(name="Вектор"))
Task.objects.create(title="Позвонить", contact=contact, assignee=anna, created_by=anna, due_at=timezone.now())
Note.objects.create(text="Сказал", contact=contact, author=anna)
from tests.api.conftest import scopes_for
print(make_key(user=anna, name="all", scopes=scopes_for(anna))[1])
"""


class House:
    """A running server with a connection of each PBX, a few rows, and a key for the API."""

    def __init__(self, server: Server) -> None:
        wanted = json.dumps([(slug, settings_of(slug)) for slug in installed()])
        *paths, self.key = run(server, MAKE.format(wanted=wanted)).split()
        self.server, self.hooks = server, dict(zip(installed(), paths, strict=True))
        self._mine = local()

    def ask(self, method: str, path: str, sent: Sent, *, again: bool = False, **headers: str) -> tuple[int, bytes]:
        """Over a connection that stays open as long as the server leaves it so."""
        if not hasattr(self._mine, "line"):
            self._mine.line = HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        line, headers = self._mine.line, {**headers, **sent.headers}
        if sent.content_type:
            headers["Content-Type"] = sent.content_type
        try:
            with suppress(BrokenPipeError, ConnectionResetError):  # The answer may be there all the same.
                line.request(method, path + (f"?{wire(sent.query)}" if sent.query else ""), sent.body, headers)
            answer = line.getresponse()
            status, content = answer.status, answer.read()
            if status == 503 and not again:  # A database too busy to answer in time: not the body's fault.
                time.sleep(PAUSE)
                return self.ask(method, path, sent, again=True, **headers)
            return status, content
        except (RemoteDisconnected, ConnectionResetError):
            line.close()
            # Refused before it was read whole: the line is closed, and the answer may be lost on it.
            assert len(sent.body) > MAX_BODY_BYTES, sent.body[:300]
            return 413, b""
        except BaseException:
            line.close()
            raise

    def ask_all(self, method: str, path: str, all_sent: list[Sent], **headers: str) -> list[tuple[int, bytes]]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda sent: self.ask(method, path, sent, **headers), all_sent))

    def stored(self) -> Counter[tuple[bytes, bytes]]:
        store_the_spool(self.server)
        return Counter((one.query, one.body) for one in stored_requests(self.server))

    def held(self) -> int:
        """Bytes of memory."""
        return sum(memory(process, "VmRSS") for process in processes(self.server))


def wire(query: bytes) -> str:
    """What no request line may hold is escaped; all other bytes are sent as they are."""
    return "".join(chr(byte) if 0x20 < byte < 0x7F and byte != 0x23 else f"%{byte:02X}" for byte in query)


def settings_of(slug: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for payload in payloads_of(installed()[slug]):
        found |= payload.expected.get("settings", {})
    return found | ({"soap_user": USER, "soap_password": PASSWORD} if slug == "mobilon" else {})


@pytest.fixture(scope="module")
def house(new_var_dir: Callable[[], Path], postgresql: str) -> Iterator[House]:
    with postgresql_database(postgresql, template=postgresql_template(postgresql)) as (_, url):
        server = Server(var_dir=new_var_dir(), database_url=url, threads=AT_ONCE)
        server.environment["DJANGO_SETTINGS_MODULE"] = "tests.load.unlimited"
        house = House(server)
        server.start()
        try:
            house.ask_all("POST", house.hooks["sipuni"], list(hostile([Sent(body=b"a=b")], WARM_UP, seed="warm")))
            yield house
        finally:
            server.stop()


def tell(name: str, house: House, answers: list[tuple[int, bytes]], held: int) -> None:
    """The figures; and that nothing failed, and that the server's memory did not grow."""
    grown = house.held() - held
    faults = [(status, content[:300]) for status, content in answers if is_fault(status, content)]
    figure(NAME, f"{name}: bodies", len(answers))
    figure(NAME, f"{name}: faults (goal: 0)", len(faults))
    figure(NAME, f"{name}: memory grew by", grown // 1_000_000, unit="MB")
    assert not faults, faults[0]
    assert grown < MOST_GROWTH, f"The server's processes grew by {grown} bytes."


def is_fault(status: int, content: bytes) -> bool:
    """A SOAP fault of version 1.1 is a 500 by its definition, whoever is to blame: its text tells."""
    return status >= 500 and (b"Fault>" not in content or b"Internal error" in content)


def signed(slug: str, sent: Sent) -> Sent:
    """Of Asterisk's agent nothing is kept that is not signed, and recently."""
    if slug != "asterisk":
        return sent
    message_id, stamp, key = f"msg_{id(sent)}", str(int(time.time())), settings_of(slug)["secret"].encode()
    proof = "v1," + signing.signature(key, f"{message_id}.{stamp}.".encode() + sent.body)
    headers = {signing.MESSAGE_ID: message_id, signing.TIMESTAMP: stamp, signing.SIGNATURE: proof}
    return replace(sent, headers=headers)


@pytest.mark.parametrize("slug", [*installed()])
def test_a_hook_stores_what_was_sent_and_never_fails(house: House, slug: str) -> None:
    hooks = [payload.hook for payload in payloads_of(installed()[slug])]
    seeds = [Sent(query=hook.query, body=hook.body, content_type=hook.content_type) for hook in hooks]
    sent = [signed(slug, one) for one in hostile(seeds, BODIES, seed=slug)]
    before, held = house.stored(), house.held()
    answers = house.ask_all("POST", house.hooks[slug], sent)
    tell(slug, house, answers, held)
    stored = house.stored() - before
    as_sent = [(wire(one.query).encode(), one.body) for one in sent]
    taken = [one for one, (status, _) in zip(as_sent, answers, strict=True) if status == 200]
    figure(NAME, f"{slug}: stored, byte for byte", stored.total())
    assert not stored - Counter(as_sent), "Something is stored that nobody sent."
    assert not Counter(taken) - stored, "What was taken is not stored as it was sent."
    assert stored, "Nothing was stored."


def test_services_of_1c_store_what_was_sent_and_never_fail(house: House) -> None:
    said = [envelope("SayName", number=NUMBER), envelope("IncomingCall", NumFrom=NUMBER, Key=KEY)]
    bodies = [*(text.encode() for text in said), *(one.body for one in attacks("/x", "127.0.0.1:1").values())]
    seeds = [Sent(body=body, content_type="text/xml; charset=utf-8") for body in bodies if len(body) < 64 * 1024]
    sent = list(hostile(seeds, BODIES, seed="1C"))
    before, held = house.stored(), house.held()
    answers = house.ask_all("POST", "/telephony/ws/VATS", sent, Authorization=authorization())
    tell("1C's services", house, answers, held)
    stored = house.stored() - before
    whole = {body for _, body in stored if len(body) <= MAX_BYTES}  # Of what is larger the beginning is kept.
    assert whole <= {one.body for one in sent}, "Something is stored that nobody sent."
    assert stored, "Nothing was stored."


def test_no_body_makes_an_address_of_the_api_fail(house: House) -> None:
    key = {"Authorization": f"Bearer {house.key}"}
    status, content = house.ask("GET", "/api/v1/schema/?format=json", Sent(), **key)
    assert status == 200
    writes = list(_writes(json.loads(content)))
    assert len(writes) > 10
    for method, path, seeds in writes:
        held = house.held()
        sent = list(hostile(seeds, BODIES, seed=method + path))
        answers = house.ask_all(method, path, sent, **key)
        tell(f"{method} {path}", house, answers, held)
        assert {200, 201, 202, 400, 404, 409, 412, 428} & {status for status, _ in answers}, answers[0]


def _writes(schema: dict[str, Any]) -> Iterator[tuple[str, str, list[Sent]]]:
    """Method, path and good bodies of each address of the API that is written to."""
    for path, methods in schema["paths"].items():
        for method in {"post", "put", "patch"} & set(methods):
            yield method.upper(), re.sub(r"\{\w+\}", "1", path), [_good(schema, methods[method])]


def _good(schema: dict[str, Any], operation: dict[str, Any]) -> Sent:
    of_json = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    body = json.dumps(_example(schema, of_json), ensure_ascii=False).encode()
    return Sent(body=body, content_type="application/json")


def _example(schema: dict[str, Any], kind: dict[str, Any], deep: int = 0) -> Any:
    """A value of this kind."""
    kind = next(iter(kind.get("oneOf") or kind.get("allOf") or [kind]))
    if name := kind.get("$ref", "").rpartition("/")[2]:
        kind = schema["components"]["schemas"][name]
    if "enum" in kind:
        return kind["enum"][0]
    if kind.get("type") == "array":
        return [_example(schema, kind["items"], deep + 1)]
    if "properties" in kind and deep < 4:
        fields = kind["properties"].items()
        return {name: _example(schema, each, deep + 1) for name, each in fields if not each.get("readOnly")}
    if "date" in kind.get("format", ""):
        return "2024-01-29T13:46:30+03:00"
    return {"integer": 1, "number": 1.5, "boolean": True}.get(kind.get("type", ""), "+79231234567")
