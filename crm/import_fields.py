"""What the columns of an imported file can mean, and a row as the contact that it describes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Tag
from telephony import phone
from telephony.presentation import person

FIELDS: dict[str, str | Promise] = {
    "name": gettext_lazy("Name"),
    "phone": gettext_lazy("Number"),
    "company": gettext_lazy("Company"),
    "position": gettext_lazy("Position"),
    "email": gettext_lazy("Email"),
    "responsible": gettext_lazy("Responsible"),
    "tags": gettext_lazy("Tags"),
    "source": gettext_lazy("Source"),
    "note": gettext_lazy("Note"),
}
"""Several columns may be numbers, tags or notes; the others are one column each."""

_HEADS = {
    "name": ("name", "full name", "contact", "имя", "фио", "контакт", "клиент", "название"),
    "phone": ("phone", "number", "mobile", "tel", "телефон", "номер", "мобильный", "моб", "сотовый"),
    "company": ("company", "organization", "organisation", "компания", "организация", "фирма"),
    "position": ("position", "job title", "title", "должность"),
    "email": ("email", "e-mail", "mail", "почта", "эл. почта", "электронная почта"),
    "responsible": ("responsible", "manager", "owner", "ответственный", "менеджер"),
    "tags": ("tag", "tags", "label", "labels", "тег", "теги", "метка", "метки"),
    "source": ("source", "источник"),
    "note": ("note", "notes", "comment", "comments", "примечание", "комментарий", "заметка"),
}
_SEVERAL = re.compile(r"[;,\n|]")
_LONGEST = {"name": 200, "company": 200, "position": 100, "source": 100}
_ONCE = ("name", "company", "position", "email", "responsible", "source")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The contact that a row describes; it has a name and everything in it can be saved."""

    name: str
    phones: list[str]
    company: str = ""
    position: str = ""
    email: str = ""
    source: str = ""
    note: str = ""
    responsible: Any = None
    tags: list[Tag] = field(default_factory=list)


class Lookup:
    """Users and tags by what people write for them; read once for a whole file."""

    @cached_property
    def users(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for user in get_user_model()._default_manager.filter(is_active=True):
            for name in (user.get_username(), user.email, person(user), f"{user.last_name} {user.first_name}"):
                found.setdefault(name.strip().casefold(), user)
        found.pop("", None)
        return found

    @cached_property
    def tags(self) -> dict[str, Tag]:
        return {tag.name.casefold(): tag for tag in Tag.objects.all()}


def guess(columns: Sequence[str]) -> list[str]:
    """What each column most likely means, by its head; empty for what can't be told."""
    found: list[str] = []
    for head in columns:
        plain = head.strip().casefold().rstrip(" .:0123456789")
        meanings = [name for name, heads in _HEADS.items() if plain in heads]
        if not meanings:
            meanings = [name for name, heads in _HEADS.items() if any(plain.startswith(word) for word in heads)]
        meaning = meanings[0] if plain and meanings else ""
        found.append("" if meaning in found and meaning in _ONCE else meaning)
    return found


def read_row(fields: Sequence[str], values: Sequence[str], lookup: Lookup) -> Draft:
    """The contact in this row. Raises ValidationError that says what is wrong with which field."""
    cells: dict[str, list[str]] = {}
    for name, value in zip(fields, values, strict=False):
        if name and value.strip():
            cells.setdefault(name, []).append(value.strip())
    errors: list[str] = []
    phones = _phones(cells.get("phone", []), errors)
    single = {name: " ".join(cells.get(name, [])) for name in ("name", "company", "position", "email", "source")}
    for name, longest in _LONGEST.items():
        if len(single[name]) > longest:
            errors.append(_about(name, _("longer than %(longest)d characters.") % {"longest": longest}))
    if single["email"] and not _is_email(single["email"]):
        errors.append(_about("email", _("“%(value)s” is no email address.") % {"value": single["email"][:60]}))
    responsible = _responsible(" ".join(cells.get("responsible", [])), lookup, errors)
    tags = _tags(cells.get("tags", []), lookup, errors)
    named = single.pop("name") or (phones[0] if phones else "")
    if not named:
        errors.append(_("Neither a name nor a number."))
    if errors:
        raise ValidationError(errors)
    note = "\n".join(cells.get("note", []))
    return Draft(name=named, phones=phones, responsible=responsible, tags=tags, note=note, **single)


def _phones(cells: Sequence[str], errors: list[str]) -> list[str]:
    numbers: dict[str, str] = {}
    for cell in cells:
        for part in _SEVERAL.split(cell):
            if not (number := part.strip()):
                continue
            if not phone.digits(number) or len(number) > 100:
                errors.append(_about("phone", _("“%(value)s” is no number.") % {"value": number[:60]}))
                continue
            numbers.setdefault(phone.to_e164(number, settings.CRM_PHONE_REGION) or number, number)
    return list(numbers.values())


def _responsible(cell: str, lookup: Lookup, errors: list[str]) -> Any:
    if not cell:
        return None
    user = lookup.users.get(cell.casefold())
    if user is None:
        text = _("there is no active user “%(value)s”; write the user name or the full name.")
        errors.append(_about("responsible", text % {"value": cell[:60]}))
    return user


def _tags(cells: Sequence[str], lookup: Lookup, errors: list[str]) -> list[Tag]:
    found = {}
    for name in (part.strip() for cell in cells for part in _SEVERAL.split(cell)):
        if not name:
            continue
        if (tag := lookup.tags.get(name.casefold())) is not None:
            found[tag.pk] = tag
        else:
            errors.append(_about("tags", _("there is no tag “%(value)s”: add it first.") % {"value": name[:60]}))
    return list(found.values())


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _about(name: str, text: str) -> str:
    return f"{FIELDS[name]}: {text}"
