"""Reads a SOAP request that nobody vouches for. Pure, so that what came live is read the same way in a replay.

Nothing in it is followed, loaded or expanded. A document type is refused in any form, and the limits below are
checked on the text before lxml sees it as far as they can be: a flat flood of tags or attributes costs quadratic time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from telephony.domain import fields
from telephony.domain.exceptions import MalformedHook
from telephony.vendors.mobilon.decoding import decode
from telephony.vendors.mobilon.mending import SOAP_11, SOAP_12, UNDECLARED, mend, version_of
from telephony.vendors.mobilon.strict_xml import DECLARATION, DOCUMENT_TYPE, strictly, text_of

MAX_ELEMENTS = 200
MAX_ATTRIBUTES = 64
MAX_DEPTH = 32
_MAX_SIGNS = 1000
"""Of < and of = in the whole text: twice and more what a message within the limits has."""

_ENVELOPE = re.compile(rb"<(?:[\w.-]{1,50}:)?Envelope[\s>]")


@dataclass(frozen=True, slots=True, kw_only=True)
class SoapRequest:
    """One SOAP message, as far as it concerns us."""

    envelope: str
    """Namespace of the envelope: `SOAP_11` or `SOAP_12`."""
    namespace: str
    """Namespace of the operation, which the answer has to be in; may be empty."""
    operation: str
    """Local name of the first element in the body."""
    parameters: dict[str, str]
    """Text by local name as written; of a repeated one the first non-empty counts."""

    def parameter(self, name: str) -> str | None:
        """A parameter by its name in any case, without blanks around it; None if there is none."""
        return next((value for key, value in self.parameters.items() if key.lower() == name.lower()), None)


def looks_like_xml(body: bytes, content_type: str) -> bool:
    """Whether it is meant as XML, well-formed or not, in whichever encoding."""
    start = body[:500].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start.startswith(b"<") or "xml" in content_type.lower() or _ENVELOPE.search(start) is not None


def read_request(body: bytes, content_type: str) -> SoapRequest:
    """The message in this body. Raises MalformedHook, which says what is wrong."""
    root = _read_xml(decode(body, content_type), content_type)
    name = etree.QName(root)
    if name.localname != "Envelope" or name.namespace not in (SOAP_11, SOAP_12, None):
        raise MalformedHook("The body is no SOAP envelope of version 1.1 or 1.2.")
    bodies = (child for child in root if etree.QName(child).localname == "Body")
    operation = next((child for of_body in bodies for child in of_body), None)
    if operation is None:
        raise MalformedHook("The SOAP envelope has no operation in its Body.")
    parameters: dict[str, str] = {}
    for child in operation:
        key = etree.QName(child).localname
        parameters[key] = parameters.get(key) or fields.storable(text_of(child))
    found = etree.QName(operation)
    namespace = found.namespace or ""
    return SoapRequest(
        envelope=name.namespace or version_of(content_type),
        namespace="" if namespace.startswith(UNDECLARED) else namespace,
        operation=found.localname,
        parameters=parameters,
    )


def _read_xml(text: str, content_type: str) -> etree._Element:
    if DOCUMENT_TYPE.search(text):
        raise MalformedHook("A document type (DTD) is refused.")
    if text.count("<") > _MAX_SIGNS:
        raise MalformedHook(f"More than {MAX_ELEMENTS} elements.")
    if text.count("=") > _MAX_SIGNS:
        raise MalformedHook(f"More than {MAX_ATTRIBUTES} attributes.")
    plain = DECLARATION.sub("", text, count=1)
    try:
        root = strictly(plain)
    except etree.XMLSyntaxError as error:
        try:
            root = strictly(mend(plain, content_type))
        except etree.XMLSyntaxError:
            raise MalformedHook(f"The body is no well-formed XML: {str(error.msg)[:200]}.") from None
    _check_limits(root, text.count("xmlns"))
    return root


def _check_limits(root: etree._Element, declared_namespaces: int) -> None:
    attributes = declared_namespaces
    for count, (depth, element) in enumerate(_walk(root), start=1):
        attributes += len(element.attrib)
        if count > MAX_ELEMENTS:
            raise MalformedHook(f"More than {MAX_ELEMENTS} elements.")
        if attributes > MAX_ATTRIBUTES:
            raise MalformedHook(f"More than {MAX_ATTRIBUTES} attributes.")
        if depth > MAX_DEPTH:
            raise MalformedHook(f"Elements are nested more than {MAX_DEPTH} deep.")


def _walk(root: etree._Element) -> Iterator[tuple[int, etree._Element]]:
    pending = [(1, root)]
    while pending:
        depth, element = pending.pop()
        yield depth, element
        pending += [(depth + 1, child) for child in element]
