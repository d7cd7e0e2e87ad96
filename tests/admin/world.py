"""A small company for the admin's tests: everything in it came in as it does in real life."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from crm.models import Contact
from crm.services import add_contact
from telephony.connections.settings import add_connection, save_extension
from telephony.models import Connection, Extension

NUMBER = "+79235292926"

SECRETS = {
    "sipuni": {"user": "012345", "secret": "canary-sipuni-key"},
    "wirecrm": {"dial_url": "https://pbx.example.ru/dial", "dial_token": "canary-wirecrm-token"},
    "xvb": {"access_code": "54321", "cloud_url": "https://cloud.example.ru", "token": "canary-xvb-token"},
    "mobilon": {"token": "canary-mobilon-token", "soap_user": "crm", "soap_password": "canary-soap-password"},
}
CANARIES = ["canary-", "54321", "canarylink", "canaryhash", "canarybearer"]
RECORDING_LINK = "https://records.example.ru/canarylink/one.mp3?hash=canaryhash"


def connect(vendor: str, name: str = "") -> Connection:
    return add_connection(
        vendor=vendor,
        name=name or f"Офис {vendor}",
        time_zone="Europe/Moscow",
        phone_region="RU",
        settings=SECRETS.get(vendor, {}),
    )


def send(connection: Connection, **fields: Any) -> None:
    """One message of the PBX, as GET."""
    response = Client().get(f"{connection.hook_path}?{urlencode(fields)}")
    assert response.status_code == 200


def post(connection: Connection, body: bytes, content_type: str, **headers: str) -> None:
    """One message of the PBX, as POST."""
    response = Client().post(connection.hook_path, body, content_type=content_type, headers=headers)
    assert response.status_code == 200


def play_sipuni(
    connection: Connection, call_id: str, *, client: str = "79235292926", status: str = "ANSWER", phone: int = 101
) -> None:
    """An incoming call to one extension that ended 100 seconds after it began, a while ago."""
    begun = int(timezone.now().timestamp()) - 300
    call = {"call_id": call_id, "src_num": client, "src_type": 1}
    leg = {**call, "dst_num": f"012345{phone}", "dst_type": 2}
    send(connection, event=1, **call, dst_num="74951234567", dst_type=1, timestamp=begun)
    send(connection, event=1, **leg, timestamp=begun + 3)
    end = {"event": 2, **leg, "timestamp": begun + 100, "status": status, "call_start_timestamp": begun}
    if status == "ANSWER":
        send(connection, event=3, **leg, timestamp=begun + 10)
        end |= {"call_answer_timestamp": begun + 10, "call_record_link": RECORDING_LINK, "roistat": "campaign-7"}
    send(connection, **end)


def make_user(username: str, first: str, last: str, **more: Any) -> User:
    return User.objects.create_user(username, first_name=first, last_name=last, **more)


def make_world(*, calls: int) -> Connection:
    """All four PBXs, people, contacts, and as many answered calls, deliveries of every state. Returns Sipuni's."""
    sipuni = connect("sipuni")
    others = {vendor: connect(vendor) for vendor in ("wirecrm", "xvb", "mobilon")}
    for number in range(calls):
        user = make_user(f"employee{number}", "Анна", f"Орлова{number}")
        save_extension(extension=Extension(connection=sipuni, user=user, number=f"{101 + number}"))
        add_contact(
            name=f"Иван Петров {number}", phones=[f"+7923529{number:04}"], company=f"ООО {number}", responsible=user
        )
        play_sipuni(sipuni, f"9.{number}", client=f"7923529{number:04}", phone=101 + number)
        play_sipuni(sipuni, f"8.{number}", client=f"7923529{number:04}", phone=101 + number, status="BUSY")
        make_deliveries(others)
    return sipuni


def add_rows(*, calls: int) -> None:
    """More of everything: a PBX with people, contacts and calls of its own."""
    sipuni = connect("sipuni", "Второй офис")
    for number in range(calls):
        user = make_user(f"more{number}", "Пётр", f"Волков{number}")
        save_extension(extension=Extension(connection=sipuni, user=user, number=f"{201 + number}"))
        add_contact(name=f"Ольга {number}", phones=[f"+7913529{number:04}"], company=f"АО {number}", responsible=user)
        play_sipuni(sipuni, f"7.{number}", client=f"7913529{number:04}", phone=201 + number)


def make_deliveries(others: dict[str, Connection]) -> None:
    """One delivery of each kind that is hard to show."""
    form = "application/x-www-form-urlencoded"
    xvb = b"cmd=event&event=INCOMING&callid=x1&phone=79231234567&access_code=54321&ext=101"
    post(others["xvb"], xvb, form, authorization="Bearer canarybearer")
    json = b'{"uuid": "m1", "state": "HANGUP", "direction": "incoming", "from": "79231234567", "to": "73912000000",'
    json += b' "time": 1706525200, "callstatus": "ANSWER", "duration": "10",'
    json += b' "recordUrl": "/api/call/record?token=canary-mobilon-token&callid=m1"}'
    post(others["mobilon"], json, "application/json")
    send(others["mobilon"], number="{NUMBER]", key="{KEY}")
    post(others["wirecrm"], b"\x00\x01\xff canary-wirecrm-token \x02" * 9, "application/octet-stream")
    post(others["wirecrm"], b"event=NOTIFY_NOTHING&token=canary-other", form)
    post(others["mobilon"], b'{"broken": ', "application/json")


def the_contact() -> Contact:
    return add_contact(name="Вася Пупкин", phones=["8 (923) 529-29-26"], company="Рога и Копыта")
