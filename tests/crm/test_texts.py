"""Line breaks and control characters never get into names that go to phones, whichever way they came."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from crm.directory import CrmDirectory
from crm.models import Company, Contact
from crm.services import add_contact
from crm.texts import lines, one_line
from telephony.domain.events import Phone

ODD = "Лев\r\n\tТол\x07стой\u202e \u200b"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (ODD, "Лев Тол стой"),
        ("  a  b ", "a b"),
        ("a\u00a0b\u2028c", "a b c"),
        ("Zoë", "Zoë"),
        ("\x00\n", ""),
        ("a b", "a b"),
    ],
)
def test_a_text_on_one_line(text: str, line: str) -> None:
    assert one_line(text) == line
    assert lines(f"{text}\n{text}") == "\n".join(lines(part) for part in (text, text)).strip()


@pytest.mark.django_db
def test_names_are_stored_on_one_line() -> None:
    contact = add_contact(name=ODD, phones=["+79235292926"], company="ООО\nМир", position="глав\nный")
    contact.refresh_from_db()
    assert (contact.name, contact.position) == ("Лев Тол стой", "глав ный")
    assert Company.objects.get().name == "ООО Мир"
    with pytest.raises(ValidationError):
        add_contact(name="\u200b\n", phones=[])


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Contact, Company])
def test_what_was_stored_before_is_shown_on_one_line(model: Any) -> None:
    add_contact(name="Лев", phones=["+79235292926"], company="Мир")
    model.objects.update(name="Раз\nдва")
    (card,) = CrmDirectory().find(Phone(raw="", e164="+79235292926"))
    assert "Раз два" in (card.name, card.company)
