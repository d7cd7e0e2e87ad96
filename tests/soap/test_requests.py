"""Every way in which the PBX asks is understood, and answered in its own namespace."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from lxml import etree

from telephony.models import Call, Connection, Delivery
from tests.soap.messages import KEY, NUMBER, SOAP_11, SOAP_12, envelope
from tests.soap.requests import fault, post, said

PATHS = ("VATS", "VATS/", "ImportTasks", "ImportTasks/", "VATScalls", "VATScalls/")
NAMESPACES = ("http://test", "http://VATS", "http://VATSCalls", "urn:x?a&b", "")
ENCODINGS = {
    "UTF-8": ("utf-8", "utf-8", "text/xml"),
    "UTF-8 by the header": ("utf-8", "", "text/xml; charset=utf-8"),
    "UTF-8 with its mark": ("utf-8-sig", "utf-8", "text/xml"),
    "UTF-16 with its mark": ("utf-16", "utf-16", "text/xml"),
    "UTF-16 by the header": ("utf-16", "utf-8", "text/xml; charset=utf-16"),
    "UTF-16 big-endian without a mark": ("utf-16-be", "utf-16", "text/xml"),
    "UTF-16 little-endian without a mark": ("utf-16-le", "", ""),
    "windows-1251": ("cp1251", "windows-1251", "text/xml"),
    "windows-1251 by the header": ("cp1251", "", 'text/xml; charset="Windows-1251"'),
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("operation", ["SayName", "IncomingCall", "Event"])
@pytest.mark.django_db(transaction=True)
def test_each_operation_is_on_each_path(mobilon: Connection, path: str, operation: str) -> None:
    parameters = {
        "SayName": {"number": NUMBER},
        "IncomingCall": {"NumFrom": NUMBER, "Key": KEY},
        "Event": {"Data": '{"uuid": "1.1", "state": "START", "from": "89235292926"}'},
    }[operation]
    response = post(envelope(operation, **parameters), path)
    assert said(response) == ("" if operation == "SayName" else "1")
    assert "soap" in etree.fromstring(response.content).nsmap


@pytest.mark.parametrize(
    ("namespace", "prefix"), [*[(name, "") for name in NAMESPACES], ("urn:y", "v"), ("http://test", "m")]
)
def test_the_answer_is_in_the_request_s_namespace(mobilon: Connection, namespace: str, prefix: str) -> None:
    escaped = namespace.replace("&", "&amp;")
    response = post(envelope("IncomingCall", escaped, prefix=prefix, numfrom=f"\n {NUMBER} "))
    answer = etree.fromstring(response.content)[0][0]
    qualified = f"{{{namespace}}}" if namespace else ""
    assert [answer.tag, answer[0].tag] == [f"{qualified}IncomingCallResponse", f"{qualified}return"]
    assert answer.prefix == ("m" if namespace else None)
    assert said(response) == "1"
    assert Call.objects.get().client_raw == NUMBER


@pytest.mark.parametrize("number", ["number", "Number", "NUMBER", "nUmBeR"])
def test_parameters_are_found_in_any_case(mobilon: Connection, ivan: Any, number: str) -> None:
    assert said(post(envelope("SayName", "http://test", **{number: NUMBER}))) == "Иван Иванов"


def test_unqualified_parameters_with_attributes_and_comments_are_read(mobilon: Connection, ivan: Any) -> None:
    """As PHP's SoapClient sends them without a WSDL."""
    body = (
        f'<SOAP-ENV:Envelope xmlns:SOAP-ENV="{SOAP_11}" xmlns:ns1="http://test" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
        "<SOAP-ENV:Header><a/></SOAP-ENV:Header><SOAP-ENV:Body><ns1:SayName>"
        f'<number xsi:type="xsd:string"><!-- who? -->{NUMBER[:5]}<!-- -->{NUMBER[5:]}</number><extra/>'
        "</ns1:SayName></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    )
    assert said(post(body)) == "Иван Иванов"


@pytest.mark.parametrize("version", [SOAP_11, SOAP_12])
@pytest.mark.parametrize(
    "content_type", ["text/xml", "application/soap+xml", "text/xml; charset=utf-8", "", "text/plain"]
)
@pytest.mark.parametrize("action", [None, '""', "http://VATS#VATS:SayName"])
def test_versions_content_types_and_actions(
    mobilon: Connection, version: str, content_type: str, action: str | None
) -> None:
    extra = {} if action is None else {"HTTP_SOAPACTION": action}
    body = envelope("IncomingCall", version=version, NumFrom=NUMBER, Key=KEY)
    response = post(body, content_type=content_type, **extra)
    assert said(response, version) == "1"
    mime = "text/xml" if version == SOAP_11 else "application/soap+xml"
    assert response.headers["Content-Type"] == f"{mime}; charset=utf-8"


@pytest.mark.parametrize(("encoding", "declared", "content_type"), ENCODINGS.values(), ids=ENCODINGS)
def test_encodings(mobilon: Connection, encoding: str, declared: str, content_type: str) -> None:
    body = envelope("IncomingCall", NumFrom=NUMBER, Key="Ключ")
    start = f'<?xml version="1.0" encoding="{declared}"?>' if declared else '<?xml version="1.0"?>'
    raw = body.replace('<?xml version="1.0" encoding="utf-8"?>', start).encode(encoding)
    assert said(post(raw, content_type=content_type)) == "1"
    delivery = Delivery.objects.get()
    assert bytes(delivery.body) == raw
    assert delivery.state == Delivery.State.APPLIED
    assert delivery.events.get().event().user_key == "Ключ"


def test_the_wsdl_names_the_address_that_was_asked() -> None:
    for path, namespace in (
        ("VATS", "http://VATS"),
        ("ImportTasks/", "http://test"),
        ("VATScalls", "http://VATSCalls"),
    ):
        for query in ("wsdl", "WSDL", "wsdl=1"):
            response = Client().get(f"/telephony/ws/{path}?{query}", SERVER_PORT="8080")
            assert response.status_code == 200
            assert response.headers["Content-Type"].startswith("text/xml")
            root = etree.fromstring(response.content)
            assert root.get("targetNamespace") == namespace
            address = root.find(".//{http://schemas.xmlsoap.org/wsdl/soap/}address")
            assert address is not None
            assert address.get("location") == f"http://testserver:8080/telephony/ws/{path}"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_another_method_is_a_405(method: str) -> None:
    response = Client().generic(method, "/telephony/ws/VATS")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, POST")
    if method != "HEAD":
        assert "?wsdl" in fault(response)


def test_other_paths_are_not_ours() -> None:
    for path in ("/telephony/ws/", "/telephony/ws/VATS2", "/telephony/ws/VATS//"):
        assert post(envelope("SayName", number=NUMBER), path).status_code == 404
