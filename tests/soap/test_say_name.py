"""SayName: what the ringing phone shows."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from lxml import etree

from telephony.connections.settings import clean_settings
from telephony.domain.directory import ContactCard
from telephony.domain.hooks import Outcome
from telephony.models import Connection, Delivery
from telephony.vendors.mobilon.envelope import read_request
from telephony.vendors.mobilon.soap import say_name
from tests.soap.messages import E164, NUMBER, envelope
from tests.soap.requests import add_mobilon, fault, post, said
from tests.telephony.factories import ExtensionFactory, UserFactory, make_contact
from tests.vendors.payloads import profile

PLAIN = envelope("SayName", "http://test", number=NUMBER)
XML = envelope("SayName", "http://VATS", Number=NUMBER)


def asked(namespace: str = "http://test", parameter: str = "number") -> Any:
    return read_request(envelope("SayName", namespace, **{parameter: NUMBER}).encode(), "text/xml")


def contact(name: str = "Иван Иванов", company: str = "") -> ContactCard:
    return ContactCard(pk=1, name=name, company=company)


@pytest.mark.parametrize(
    ("template", "contacts", "expected"),
    [
        ("", [contact()], "Иван Иванов"),
        ("", [contact(company="ООО «Вектор»")], "Иван Иванов ООО «Вектор»"),
        ("VIP:{company}", [contact(company="Ренессанс Капитал")], "VIP:Ренессанс Капитал"),
        ("VIP:{company}", [contact()], "Иван Иванов"),
        ("{company} {name}", [contact()], "Иван Иванов"),
        ("Клиент", [contact()], "Клиент"),
        ("{name}", [contact(), contact("Мария")], "Иван Иванов +1"),
        ("{name}", [contact(" a\x00\x0b\ud800<&>\n b ")], "a <&> b"),
        ("{name}", [contact("{company}", "x")], "{company}"),
        ("VIP:{company}", [], ""),
    ],
)
def test_the_text_is_the_connection_s_template(template: str, contacts: list[ContactCard], expected: str) -> None:
    settings = {"say_name_template": template} if template else {}
    assert say_name(asked(), profile(**settings), Outcome(contacts=tuple(contacts))) == expected


@pytest.mark.parametrize(
    ("form", "namespace", "parameter", "is_xml"),
    [
        ("auto", "http://test", "number", False),
        ("auto", "http://test", "Number", False),
        ("auto", "http://VATS", "Number", True),
        ("auto", "http://vats/", "Number", True),
        ("auto", "http://VATSCalls", "Number", True),
        ("auto", "http://VATS", "number", False),
        ("auto", "urn:other", "Number", False),
        ("plain", "http://VATS", "Number", False),
        ("xml", "http://test", "number", True),
        ("", "http://VATSCalls", "Number", True),
    ],
)
def test_the_form_goes_by_namespace_and_parameter_or_the_connection(
    form: str, namespace: str, parameter: str, is_xml: bool
) -> None:
    outcome = Outcome(contacts=(contact("А<&>"),), responsible_extension="101")
    text = say_name(asked(namespace, parameter), profile(say_name_form=form), outcome)
    document = "<data><title>А&lt;&amp;&gt;</title><category/><manager><phone>101</phone></manager></data>"
    assert text == (document if is_xml else "А<&>")


@pytest.mark.django_db(transaction=True)
def test_the_xml_form_is_escaped_text_and_names_the_responsible_user_s_phone(mobilon: Connection) -> None:
    extension = ExtensionFactory.create(connection=mobilon, user=UserFactory.create(), number="101")
    make_contact(E164, "ООО <Вектор>", responsible=extension.user)
    response = post(XML)
    data = etree.fromstring(said(response))
    assert [element.tag for element in data.iter()] == ["data", "title", "category", "manager", "phone"]
    assert (data.findtext("title"), data.findtext("manager/phone")) == ("ООО <Вектор>", "101")
    assert b"&lt;data&gt;" in response.content


def test_the_connection_s_template_and_form_are_used(ivan: Any) -> None:
    add_mobilon(say_name_template="VIP: {name}!", say_name_form="plain")
    assert said(post(XML)) == "VIP: Иван Иванов!"


@pytest.mark.parametrize("number", ["84951234567", "anonymous", "0", "", "  ", "{NUMBER}", "9" * 5000])
@pytest.mark.parametrize("namespace", ["http://test", "http://VATS"])
def test_nobody_is_an_empty_return_and_never_a_fault(
    mobilon: Connection, ivan: Any, number: str, namespace: str
) -> None:
    name = "number" if namespace == "http://test" else "Number"
    response = post(envelope("SayName", namespace, **{name: number}))
    assert (response.status_code, said(response)) == (200, "")


def test_a_question_is_not_kept_but_one_without_a_number_is(mobilon: Connection, ivan: Any) -> None:
    assert said(post(PLAIN)) == "Иван Иванов"
    assert not Delivery.objects.exists()
    response = post(envelope("SayName", "http://test", telephone=NUMBER))
    assert (response.status_code, fault(response)) == (500, "SayName: number missing.")
    assert Delivery.objects.get().state == Delivery.State.FAILED


@pytest.mark.parametrize("template", ["{phone}", "{}", "{name", "name}", "{name.__class__}", "{{name}}", "{name!r}"])
def test_a_template_with_other_placeholders_is_refused(template: str) -> None:
    with pytest.raises(ValidationError, match=r"Only {name} and {company}"):
        clean_settings(vendor="mobilon", values={"say_name_template": template})


def test_settings_of_say_name_have_defaults() -> None:
    cleaned = clean_settings(vendor="mobilon", values={"say_name_template": "", "say_name_form": ""})
    assert (cleaned["say_name_template"], cleaned["say_name_form"]) == ("{name} {company}", "auto")
    with pytest.raises(ValidationError, match="say_name_form"):
        clean_settings(vendor="mobilon", values={"say_name_form": "json"})
