"""Short ways to add a connection with credentials, to send SOAP requests and to read the answers."""

from __future__ import annotations

from typing import Any

from django.test import Client
from lxml import etree

from telephony.connections import settings as connections
from telephony.models import Connection
from tests.soap.messages import PASSWORD, SOAP_11, USER, authorization


def add_mobilon(**settings: str) -> Connection:
    """A connection to Mobilon with credentials for 1C's services, made the way an administrator makes it."""
    values = {"soap_user": USER, "soap_password": PASSWORD, **settings}
    return connections.add_connection(
        vendor="mobilon", name="Office", time_zone="Europe/Moscow", phone_region="RU", settings=values
    )


def post(
    body: str | bytes, path: str = "VATS", *, content_type: str = "text/xml", login: str | None = "", **extra: Any
) -> Any:
    """The response to this request; `login` is the Authorization header, None for none."""
    raw = body.encode() if isinstance(body, str) else body
    headers = {} if login is None else {"Authorization": login or authorization()}
    address = path if path.startswith("/") else f"/telephony/ws/{path}"
    return Client().generic("POST", address, raw, content_type=content_type, headers=headers, **extra)


def said(response: Any, version: str = SOAP_11) -> str:
    """What stands in `return`."""
    assert response.status_code == 200, response.content.decode()
    found: str | None = _in_body(response, version)[0].text
    return found or ""


def fault(response: Any, version: str = SOAP_11) -> str:
    """The text of the fault."""
    found = _in_body(response, version)
    assert found.tag == f"{{{version}}}Fault", response.content.decode()
    names = ("faultstring",) if version == SOAP_11 else (f"{{{version}}}Reason", f"{{{version}}}Text")
    text: str | None = found.findtext("/".join(names))
    return text or ""


def _in_body(response: Any, version: str) -> Any:
    root = etree.fromstring(response.content)
    assert root.tag == f"{{{version}}}Envelope"
    return root.find(f"{{{version}}}Body")[0]
