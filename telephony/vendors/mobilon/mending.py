"""Mends a SOAP envelope that is not well-formed, where what is meant is plain all the same.

Text around the envelope is cut off, and prefixes that nobody declared are declared. Only what a strict parser has
refused comes here, and what comes out is parsed as strictly.
"""

from __future__ import annotations

import re

SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
UNDECLARED = "urn:undeclared:"
"""Namespace of an undeclared prefix, in the text alone: to everybody else such a name is in no namespace."""

_START = re.compile(r"<(?:([A-Za-z_][\w.-]{0,50}):)?Envelope(?=[\s>])")
_END = re.compile(r"</(?:[A-Za-z_][\w.-]{0,50}:)?Envelope\s{0,50}>")
_USED = re.compile(r"(?:</?|\s)([A-Za-z_][\w.-]{0,50}):[A-Za-z_]")
_DECLARED = re.compile(r"\bxmlns:([A-Za-z_][\w.-]{0,50})\s{0,50}=")
_KNOWN = {
    "xsd": "http://www.w3.org/2001/XMLSchema",
    "xs": "http://www.w3.org/2001/XMLSchema",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}


def mend(text: str, content_type: str) -> str:
    """The envelope alone, all its prefixes declared; the text as it is, if there is no envelope in it."""
    start = _START.search(text)
    ends = list(_END.finditer(text))
    if start is None or not ends or ends[-1].start() < start.end():
        return text
    envelope = text[start.start() : ends[-1].end()]
    known = {**_KNOWN, start[1]: version_of(content_type)}
    missing = set(_USED.findall(envelope)) - set(_DECLARED.findall(envelope)) - {"xml", "xmlns"}
    declared = "".join(f' xmlns:{name}="{known.get(name, UNDECLARED + name)}"' for name in sorted(missing))
    return start[0] + declared + envelope[len(start[0]) :]


def version_of(content_type: str) -> str:
    """The SOAP version of an envelope that does not say which: only 1.2 has a content type of its own."""
    return SOAP_12 if "application/soap+xml" in content_type.lower() else SOAP_11
