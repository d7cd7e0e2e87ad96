"""A Mobilon whose lists the test writes, on a real HTTP server; and short ways to tell of its calls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from telephony.models import Call, Connection, Delivery, PbxDay
from telephony.reconcile import pulling
from telephony.reconcile.importing import Imported
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import CLIENT, OUR_NUMBER, Message, at, deliver, form, mobilon_rings

TOKEN = "canary-of-the-account"
ZONE = ZoneInfo("Europe/Moscow")
DAY = date(2024, 1, 29)
NOT_FOUND = '{"result": "FAIL", "message": "Звонок не найден"}'.encode()


class Office:
    """The PBX: `rows` is what it lists, `says` what it answers instead."""

    def __init__(self) -> None:
        self.rows: list[dict[str, str]] = []
        self.says: tuple[int, bytes] | None = None
        self.asked: list[dict[str, str]] = []
        self.url = ""
        self.connection: Connection

    def lists(self, second: float, status: str = "NOANSWER", *, of: str = CLIENT, **more: Any) -> dict[str, str]:
        """One more call in the list; `call_id` names it as the documented form does, by its recording."""
        began = at(second).astimezone(ZONE)
        row = {"status": status, "from": of, "to": OUR_NUMBER, "time": began.strftime("%Y-%m-%d %H:%M:%S")}
        if "call_id" in more:
            row["record_url"] = f"/api/call/record?token={TOKEN}&callid={more.pop('call_id')}"
        row |= {name.rstrip("_"): str(value) for name, value in more.items()}
        self.rows.append(row)
        return row

    def answer(self, query: dict[str, str]) -> tuple[int, bytes]:
        self.asked.append(query)
        if self.says is not None:
            return self.says
        if "date" in query:
            rows = [row for row in self.rows if row["time"].startswith(query["date"])]
            return 200, b"<calls>" + b"".join(map(_xml, rows)) + b"</calls>"
        named = [row for row in self.rows if query["callid"] in (row.get("callid"), row.get("record_url", "")[-7:])]
        return 200, _xml(named[0]) if named else NOT_FOUND

    def hears(self, message: Message, second: float = 0) -> Delivery:
        return deliver(self.connection, message, second)

    def rings(self, second: float, key: str = "K1", number: str = CLIENT) -> Delivery:
        return self.hears(mobilon_rings(key, number), second)

    def tells(self, second: float, state: str, call_id: str = "170.001", **fields: str) -> Delivery:
        """A JSON event at this second."""
        told = {"uuid": call_id, "state": state, "direction": "incoming", "from": CLIENT, "to": OUR_NUMBER}
        names = {name.rstrip("_"): value for name, value in fields.items()}
        return self.hears(form(**{**told, "time": str(int(at(second).timestamp())), **names}), second)

    def pull(self, day: date = DAY) -> Imported:
        row, _ = PbxDay.objects.get_or_create(connection=self.connection, day=day)
        imported = pulling.pull(day=row)
        assert imported is not None
        return imported

    def day(self, day: date = DAY) -> PbxDay:
        return PbxDay.objects.get(connection=self.connection, day=day)


def _xml(row: dict[str, str]) -> bytes:
    return ("<call>" + "".join(f"<{name}>{value}</{name}>" for name, value in row.items()) + "</call>").encode()


@contextmanager
def open_office(**facts: Any) -> Iterator[Office]:
    """The PBX with its connection, while the block runs."""
    office = Office()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            status, body = office.answer(query)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    office.url = f"http://127.0.0.1:{server.server_address[1]}/api/call/"
    settings = {"token": TOKEN, "api_url": office.url, "info_path": "info"}
    office.connection = ConnectionFactory.create(
        **{"vendor": "mobilon", "settings": settings, "internal_networks": ["127.0.0.0/8"], **facts}
    )
    try:
        yield office
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def told(call: Call) -> tuple[str, str, int | None]:
    return call.external_id, call.status, call.talk_seconds


def calls() -> list[tuple[str, int | None, datetime]]:
    """Each call's status, length and start, in the order of their starts."""
    return list(Call.objects.order_by("started_at", "id").values_list("status", "talk_seconds", "started_at"))


def later(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)
