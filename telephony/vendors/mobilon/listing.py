"""Reads the XML in which Mobilon lists calls. Source: "API & webhooks" (README.md, "Sources"), not well-formed."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from telephony.domain import fields
from telephony.http import Response
from telephony.vendors.dialing import clean, read_object, text_of
from telephony.vendors.listing import AskFailed, AskProblem
from telephony.vendors.mobilon import strict_xml
from telephony.vendors.mobilon.strict_xml import DECLARATION, DOCUMENT_TYPE, strictly

_PAGE = re.compile(r"\s*<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_PLACEHOLDER = re.compile(r"[{}]")


def read_rows(response: Response) -> list[fields.Params]:
    """Each `<call>` as its elements' texts by their names in lower case. Raises `AskFailed`."""
    text = response.text
    _check(response, text)
    root = _parse(text)
    name = etree.QName(root).localname.lower()
    if name == "call":
        return [_row(root)]
    if name != "calls":
        raise AskFailed(AskProblem.UNREADABLE, f"<{clean(name)[:40]}>")
    return [_row(child) for child in root if etree.QName(child).localname.lower() == "call"]


def recording_of(row: fields.Params, call_id: str) -> tuple[str, str]:
    """The call's id, and the id to ask for its recording by, empty if there is none.

    The documented form names the call nowhere but in the address of its recording. The address holds the account's
    token and goes no further than here.
    """
    link = row.get("record_url", "")
    named = _id(row.get("callid", "")) or _id_in(link) or _id(call_id)
    has_record = row.get("has_record", "").lower()
    is_recorded = has_record in ("1", "true", "yes") if has_record else bool(link)
    return named, named if is_recorded else ""


def _id_in(link: str) -> str:
    try:
        query = parse_qs(urlsplit(link).query)
    except ValueError:
        return ""
    return _id(next((values[0] for name, values in query.items() if name.lower() == "callid"), ""))


def _id(text: str) -> str:
    """A call id; the document's own `{callid}` is none."""
    return "" if _PLACEHOLDER.search(text) or len(text) > fields.LONGEST_TEXT else text.strip()


def _check(response: Response, text: str) -> None:
    """Raise `AskFailed` for whatever is plainly no list: an HTTP error, JSON (always a failure), a page, nothing."""
    if response.status in (401, 403):
        raise AskFailed(AskProblem.REFUSED, f"HTTP {response.status}")
    if not 200 <= response.status < 300:
        raise AskFailed(AskProblem.STATUS, f"HTTP {response.status}")
    if text.lstrip()[:1] == "{":
        told = clean(text_of(read_object(response), "message", "description", "error"))
        raise AskFailed(AskProblem.REFUSED if told else AskProblem.UNREADABLE, told)
    if _PAGE.match(text):
        raise AskFailed(AskProblem.PAGE)
    if not text.strip():
        raise AskFailed(AskProblem.UNREADABLE)


def _parse(text: str) -> etree._Element:
    """Strictly; and what is not well-formed once more with its bare ampersands escaped."""
    if DOCUMENT_TYPE.search(text):
        raise AskFailed(AskProblem.UNREADABLE, "DTD")
    plain = fields.storable(DECLARATION.sub("", text, count=1)).strip()
    try:
        return strictly(plain)
    except etree.XMLSyntaxError:
        pass
    try:
        return strictly(_BARE_AMPERSAND.sub("&amp;", plain))
    except etree.XMLSyntaxError as error:
        raise AskFailed(AskProblem.UNREADABLE, f"XML, line {error.lineno}") from None


def _row(call: etree._Element) -> fields.Params:
    return fields.Params((etree.QName(child).localname.lower(), strict_xml.text_of(child)) for child in call)
