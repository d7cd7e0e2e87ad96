"""SOAP requests as PBXs send them: text alone, without Django."""

from __future__ import annotations

import base64

USER, PASSWORD = "pbx-office", "Пароль: для 1С"
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
NUMBER, E164 = "89235292926", "+79235292926"
KEY = "gW3cyUJAtl50PhF"


def authorization(user: str = USER, password: str = PASSWORD) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def envelope(
    operation: str, namespace: str = "http://VATS", *, version: str = SOAP_11, prefix: str = "", **parameters: str
) -> str:
    """The request as the documents print it: operation in a default namespace."""
    before = f"{prefix}:" if prefix else ""
    declared = f"xmlns:{prefix}" if prefix else "xmlns"
    children = "".join(f"<{before}{name}>{value}</{before}{name}>" for name, value in parameters.items())
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<soap:Envelope xmlns:soap="{version}"><soap:Body>'
        f'<{before}{operation} {declared}="{namespace}">{children}</{before}{operation}></soap:Body></soap:Envelope>\n'
    )
