"""What the PBX tells and asks 1C, as events and answers. Source: "Интеграция с 1С" (README.md, "Sources").

The HTTP side, with credentials, Spyne and the answers' envelope, is `telephony/soap`.
"""

from __future__ import annotations

import re
from dataclasses import replace

from django.utils.translation import gettext_lazy as _
from lxml import etree

from telephony.domain import fields
from telephony.domain.events import Parsed
from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome
from telephony.domain.numbers import normalise
from telephony.vendors.base import Service
from telephony.vendors.mobilon.envelope import SoapRequest, read_request
from telephony.vendors.mobilon.parsing import parse_message, parse_template

# Source: "Интеграция с 1С"; Event is the published 1C extension's (README.md, "1C's services").
SAY_NAME, INCOMING_CALL, EVENT = "SayName", "IncomingCall", "Event"
OPERATIONS = {SAY_NAME: ("number",), INCOMING_CALL: ("NumFrom", "Key"), EVENT: ("Data",)}
"""The parameters of each, one of which must be there."""

SERVICE = Service(
    view="telephony:soap",
    path="VATS",
    label=_("Address to enter in the place of 1C's"),
    login=("soap_user", "soap_password"),
)

DEFAULT_TEMPLATE = "{name} {company}"
PLACEHOLDER = re.compile(r"\{(\w*)\}")
PLACEHOLDERS = ("name", "company")

AUTO, PLAIN, XML = "auto", "plain", "xml"
# Source: later accounts and the published 1C extension (README.md, "Sources").
XML_NAMESPACES = {"http://vats", "http://vatscalls"}
"""In lower case. Their SayName(Number) wants an XML document; SayName(number), wherever, wants plain text."""
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def parse_soap(hook: Hook, profile: ConnectionProfile) -> Parsed:
    """What a stored or live SOAP request means."""
    return parse_request(read_request(hook.body, hook.content_type), hook, profile)


def parse_request(request: SoapRequest, hook: Hook, profile: ConnectionProfile) -> Parsed:
    """A question (SayName), a ring (IncomingCall), or whatever the JSON event in it tells (Event)."""
    names = OPERATIONS.get(request.operation)
    if names is None:
        raise MalformedHook(f"There is no operation {request.operation[:40]}; there are {', '.join(OPERATIONS)}.")
    values = [request.parameter(name) for name in names]
    if all(value is None for value in values):
        raise MalformedHook(f"{request.operation}: {' and '.join(names)} missing.")
    first, *others = [value or "" for value in values]
    if request.operation == SAY_NAME:
        return Parsed(asks_about=normalise(first[:200], profile.phone_region))
    if request.operation == INCOMING_CALL:
        # The very fields of the template webhook: the same ring told both ways is one event.
        params = fields.Params({"number": first, "key": others[0]}, received_at=hook.received_at)
        return parse_template(params, hook, profile)
    try:
        json_hook = replace(hook, query=b"", headers={"content-type": "application/json"}, body=first.encode())
        return parse_message(json_hook, profile)
    except MalformedHook as error:
        raise MalformedHook(f"Data: {error}") from None


def say_name(request: SoapRequest, profile: ConnectionProfile, outcome: Outcome) -> str:
    """SayName's answer: the connection's template, as plain text or an XML document; empty for nobody."""
    if not outcome.contacts:
        return ""
    said = _said(str(profile.settings.get("say_name_template") or DEFAULT_TEMPLATE), outcome)
    form = profile.settings.get("say_name_form") or AUTO
    if form == AUTO:
        wants_xml = request.namespace.rstrip("/").lower() in XML_NAMESPACES and "Number" in request.parameters
        form = XML if wants_xml else PLAIN
    return _as_document(said, outcome.responsible_extension) if form == XML else said


def _said(template: str, outcome: Outcome) -> str:
    """The best match by the template, and how many more there are: "Иван Иванов +1".

    Where the template asks only for what this contact does not have (a company), its name is said.
    """
    contact, more = outcome.contacts[0], len(outcome.contacts) - 1
    values = {"name": contact.name, "company": contact.company}
    asked = PLACEHOLDER.findall(template)
    if asked and not any(values.get(name) for name in asked):
        template = "{name}"
    text = PLACEHOLDER.sub(lambda found: values.get(found[1], ""), template) + (f" +{more}" if more else "")
    return _NOT_IN_XML.sub("", " ".join(text.split()))


def _as_document(title: str, extension: str) -> str:
    """The XML that later accounts and the published 1C extension expect, as text."""
    data = etree.Element("data")
    etree.SubElement(data, "title").text = title
    etree.SubElement(data, "category")
    manager = etree.SubElement(data, "manager")
    etree.SubElement(manager, "phone").text = extension or None
    return etree.tostring(data, encoding="unicode")
