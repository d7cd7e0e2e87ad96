"""The answer's XML, as the documents print it: no declaration, `m:` bound to the request's namespace, `m:return`."""

from __future__ import annotations

from lxml import etree

from telephony.vendors.mobilon.envelope import SoapRequest

XS = {"xs": "http://www.w3.org/2001/XMLSchema", "xsi": "http://www.w3.org/2001/XMLSchema-instance"}


def render(request: SoapRequest, text: str) -> etree._Element:
    """The envelope around `<m:XResponse><m:return>text`."""
    envelope = etree.Element(f"{{{request.envelope}}}Envelope", nsmap={"soap": request.envelope})
    body = etree.SubElement(envelope, f"{{{request.envelope}}}Body")
    # An operation in no namespace is answered in none.
    qualified = f"{{{request.namespace}}}" if request.namespace else ""
    prefix = {"m": request.namespace} if request.namespace else None
    response = etree.SubElement(body, f"{qualified}{request.operation}Response", nsmap=prefix)
    etree.SubElement(response, f"{qualified}return", nsmap=XS).text = text
    return envelope
