"""What a form showed, in a hidden input: signed, and of each field only a keyed hash, so that no secret is in it.

For a form one has to know whether a value changed, not what it was: both sides' values are at hand. Compared is what
a browser shows and sends back, so that a time's seconds, or how lines end, are no change.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core import signing
from django.utils import formats, timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from telephony.ui.presentation import person

_SALT = "telephony.editing"
_LENGTH = 20
Shown = Mapping[str, str | list[str]]
"""By field: its value's hash, or the hash of each thing in a list."""


class UnreadableForm(Exception):
    """The hidden input was not made here."""


def packed(values: Shown) -> str:
    """The text of the hidden input."""
    return signing.dumps({"at": timezone.now().timestamp(), "values": values}, salt=_SALT, compress=True)


def unpacked(text: str) -> tuple[datetime, Shown]:
    """When the form was shown, and what. Raises UnreadableForm."""
    try:
        found = signing.loads(text, salt=_SALT)
    except signing.BadSignature:
        raise UnreadableForm from None
    return datetime.fromtimestamp(found["at"], tz=timezone.get_current_timezone()), found["values"]


def hashed(row: str, name: str, texts: str | Sequence[str]) -> str:
    """Keyed, and another one for each row and field: nobody sees that two secrets are the same."""
    told = json.dumps([row, name, texts])
    return salted_hmac(_SALT, told, algorithm="sha256").hexdigest()[:_LENGTH]


def holds_several(field: forms.Field) -> bool:
    """Whether the field is a list of things, each of which is added or taken away by itself."""
    kinds = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)
    return isinstance(field, kinds) or getattr(field, "holds_several", False)


def texts_of(field: forms.Field, value: Any) -> list[str]:
    """The value as a browser shows it and sends it back."""
    if holds_several(field):
        return [_plain(field.prepare_value(one)) for one in value or ()]
    widget = widget_of(field)
    prepared = field.prepare_value(value)
    if isinstance(field, forms.BooleanField) and not isinstance(field, forms.NullBooleanField):
        return ["on"] if value else []
    if isinstance(widget, forms.MultiWidget):
        parts: Any = widget.decompress(prepared)
        return [_plain(inner.format_value(part)) for inner, part in zip(widget.widgets, parts, strict=False)]
    told = widget.format_value(prepared)
    several = told if isinstance(told, list | tuple) else [told]
    return [text for one in several if (text := _plain(one))]


def widget_of(field: forms.Field) -> Any:
    """The widget itself, without the admin's links to the row that is chosen."""
    widget: Any = field.widget
    return getattr(widget, "widget", widget)


def in_words(field: forms.Field, value: Any) -> str:
    """The value as people read it; a dash for none."""
    if holds_several(field):
        return ", ".join(_word(field, one) for one in value or ()) or "—"
    return _word(field, value)


def _word(field: forms.Field, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if value is None or value in ("", []):
        return "—"
    if isinstance(field, forms.ModelChoiceField):
        return _chosen(field, value)
    if isinstance(field, forms.ChoiceField):
        return _choices(field.choices).get(str(value), str(value))
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        return f"{formats.date_format(local, 'SHORT_DATE_FORMAT')} {local:%H:%M}"
    return str(formats.localize(field.prepare_value(value)))


def _chosen(field: forms.ModelChoiceField, value: Any) -> str:
    rows: Any = field.queryset
    row = value if hasattr(value, "pk") else rows.model._base_manager.filter(pk=value).first()
    if row is None:
        return "—"
    return person(row) if hasattr(row, "get_full_name") else str(field.label_from_instance(row))


def _choices(choices: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for value, label in choices:
        if isinstance(label, list | tuple):
            found |= _choices(label)
        else:
            found[str(value)] = str(label)
    return found


def _plain(value: Any) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n").strip()
