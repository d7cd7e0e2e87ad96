"""PBXs' messages as they go over the wire, and short ways to deliver them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from telephony.domain.hooks import Hook
from telephony.intake import inbox
from telephony.models import Call, Connection, Delivery

START = datetime(2024, 1, 29, 10, 0, tzinfo=UTC)
"""Second 0 of every call told here."""
CLIENT = "79201119613"
OUR_NUMBER = "74951234567"


@dataclass(frozen=True, kw_only=True)
class Message:
    """One HTTP request of a PBX."""

    method: str = "POST"
    query: bytes = b""
    body: bytes = b""
    content_type: str = "application/x-www-form-urlencoded"
    headers: dict[str, str] = field(default_factory=dict)

    def hook(self, received_at: datetime) -> Hook:
        headers = {"content-type": self.content_type, **self.headers} if self.body else self.headers
        return Hook(method=self.method, query=self.query, headers=headers, body=self.body, received_at=received_at)


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


def form(**fields: str) -> Message:
    return Message(body=urlencode(fields).encode())


def multipart(**fields: str) -> Message:
    parts = "".join(
        f'--X\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    )
    return Message(body=f"{parts}--X--\r\n".encode(), content_type="multipart/form-data; boundary=X")


def sipuni(event: int, second: float, call_id: str = "1.10", **fields: str) -> Message:
    """An event of an incoming call from CLIENT."""
    common = {"event": str(event), "call_id": call_id, "src_num": CLIENT, "src_type": "1"}
    to = {"dst_num": OUR_NUMBER, "dst_type": "1", "timestamp": str(int(at(second).timestamp()))}
    return form(**{**common, **to, **fields})


def sipuni_rings(second: float, extension: str, call_id: str = "1.10") -> Message:
    return sipuni(1, second, call_id, dst_num=f"012345{extension}", short_dst_num=extension, dst_type="2")


def sipuni_answers(second: float, extension: str, call_id: str = "1.10") -> Message:
    return sipuni(3, second, call_id, dst_num=f"012345{extension}", short_dst_num=extension, dst_type="2")


def sipuni_ends(second: float, status: str = "ANSWER", call_id: str = "1.10", **fields: str) -> Message:
    return sipuni(2, second, call_id, status=status, **fields)


def wirecrm(event: str, call_id: str = "in_1", **fields: str) -> Message:
    common = {"event": event, "pbx_call_id": call_id, "caller_id": CLIENT, "called_did": OUR_NUMBER}
    return multipart(**{**common, "call_start": "2024-01-29 13:00:00", **fields})


def xvb(event: str, callid: str = "", **fields: str) -> Message:
    common = {"cmd": "event", "event": event, "access_code": "10019", "phone": CLIENT}
    return form(**{**common, **({"callid": callid} if callid else {}), **fields})


def mobilon_rings(key: str, number: str = CLIENT) -> Message:
    return Message(method="GET", query=urlencode({"key": key, "number": number}).encode())


def deliver(connection: Connection, message: Message, second: float = 0) -> Delivery:
    """What the view does with a message that came at this second of the call."""
    hook = message.hook(at(second))
    delivery = inbox.receive(connection=connection, hook=hook)
    inbox.process(delivery=delivery, hook=hook)
    delivery.refresh_from_db()
    return delivery


def send(connection: Connection, message: Message, client: Client | None = None, **extra: Any) -> Any:
    """The message over Django's test client, to the connection's address."""
    path = connection.hook_path + (f"?{message.query.decode('latin-1')}" if message.query else "")
    return (client or Client()).generic(
        message.method, path, message.body, content_type=message.content_type, headers=message.headers, **extra
    )


def only_call() -> Call:
    return Call.objects.get()
