"""What is said when a request is refused: a SOAP Fault in the request's own version, and never more than a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from telephony.domain.hooks import Hook
from telephony.soap.library import Fault
from telephony.vendors.mobilon.envelope import SoapRequest
from telephony.vendors.mobilon.mending import SOAP_11, SOAP_12

CLIENT, SERVER = "Client", "Server"
CONTENT_TYPES = {SOAP_11: "text/xml; charset=utf-8", SOAP_12: "application/soap+xml; charset=utf-8"}
_CODES = {SOAP_11: {CLIENT: "Client", SERVER: "Server"}, SOAP_12: {CLIENT: "Sender", SERVER: "Receiver"}}
_STATUSES = {SOAP_11: {CLIENT: 500, SERVER: 500}, SOAP_12: {CLIENT: 400, SERVER: 500}}
"""Of a message that could be read as SOAP: SOAP 1.1, section 6.2; SOAP 1.2 part 2, table 20."""


class Refusal(Fault):  # type: ignore[misc]
    """A fault with the HTTP status and headers that go with it."""

    def __init__(
        self, text: str, *, status: int | None = None, code: str = CLIENT, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code, text)
        self.status = status
        """None: as SOAP itself has it."""
        self.headers = dict(headers or {})


def internal_error() -> Refusal:
    """For our own mistakes; what it was stands in the log."""
    return Refusal("Internal error.", status=500, code=SERVER)


def version_of(request: object, hook: Hook) -> str:
    """The envelope to answer in: the request's; of an unreadable one, what its content type says."""
    if isinstance(request, SoapRequest):
        return request.envelope
    return SOAP_12 if "application/soap+xml" in hook.content_type.lower() else SOAP_11


def status_of(refusal: Refusal, version: str) -> int:
    return refusal.status or _STATUSES[version][refusal.faultcode]


def render(refusal: Refusal, version: str) -> bytes:
    """The whole answer."""
    envelope = etree.Element(f"{{{version}}}Envelope", nsmap={"soap": version})
    body = etree.SubElement(envelope, f"{{{version}}}Body")
    fault = etree.SubElement(body, f"{{{version}}}Fault")
    code = f"soap:{_CODES[version][refusal.faultcode]}"
    if version == SOAP_11:
        etree.SubElement(fault, "faultcode").text = code
        etree.SubElement(fault, "faultstring").text = refusal.faultstring
    else:
        etree.SubElement(etree.SubElement(fault, f"{{{version}}}Code"), f"{{{version}}}Value").text = code
        text = etree.SubElement(etree.SubElement(fault, f"{{{version}}}Reason"), f"{{{version}}}Text")
        text.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
        text.text = refusal.faultstring
    return etree.tostring(envelope, encoding="utf-8")
