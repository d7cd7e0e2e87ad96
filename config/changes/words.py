"""Changes as people read them: names of columns in their language, values as forms show them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from auditlog.models import LogEntry
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core.exceptions import FieldDoesNotExist
from django.db.models import BooleanField, Field, ForeignKey, Model
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from config.changes.kept import SHOWN_OF_SECRETS
from config.changes.names import Names
from config.people.rights import role_words

_NOTHING = ("", "None", "[]", "{}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One column: what stood there before, and since then. Empty: nothing."""

    name: str
    before: str
    after: str


def changes_of(entry: LogEntry, names: Names | None = None) -> list[Change]:
    """In the order of the model's columns, without those that were empty before and after, and the row's number."""
    names = names or Names([entry])
    model = entry.content_type.model_class()
    columns = [field.name for field in model._meta.get_fields()] if model else []
    told = sorted((entry.changes or {}).items(), key=lambda item: columns.index(item[0]) if item[0] in columns else 0)
    found = [_change(model, name, change, names) for name, change in told if not _is_number(model, name)]
    return [change for change in found if change.before or change.after]


def _change(model: type[Model] | None, name: str, change: Any, names: Names) -> Change:
    field = _field(model, name)
    title = str(capfirst(str(getattr(field, "verbose_name", name))))
    if isinstance(change, dict):  # Of what a row has many of.
        name_of = names.of_login if field is not None and field.related_model is User else _named
        objects = ", ".join(name_of(str(one)) for one in change.get("objects", ()))
        is_added = change.get("operation") == "add"
        return Change(name=title, before="" if is_added else objects, after=objects if is_added else "")
    before, after = (_value(field, value, names) for value in change)
    if model is Group:
        before, after = role_words(before), role_words(after)
    if SHOWN_OF_SECRETS in (before, after):
        return Change(
            name=title, before="", after=gettext("set anew (secret)") if after else gettext("deleted (secret)")
        )
    return Change(name=title, before=before, after=after)


def _named(text: str) -> str:
    """Of a role or a right in the reader's language; they are stored in English."""
    _kind, is_right, name = text.rpartition(" | ")
    if not is_right:
        return role_words(text)
    verb, model = _usual_rights().get(name, ("", None))
    return f"{gettext(verb)}: {model._meta.verbose_name}" if model else gettext(name)


_VERBS = {"add": _("may add"), "change": _("may change"), "delete": _("may delete"), "view": _("may see")}


@cache
def _usual_rights() -> dict[str, tuple[str, type[Model]]]:
    """Django's own four of each model, by the names that it gives them."""
    return {
        f"Can {verb} {model._meta.verbose_name_raw}": (words, model)
        for model in apps.get_models()
        for verb, words in _VERBS.items()
    }


def _field(model: type[Model] | None, name: str) -> Field[Any, Any] | None:
    try:
        return model._meta.get_field(name) if model else None  # type: ignore[return-value]
    except FieldDoesNotExist:  # An earlier version had it.
        return None


def _is_number(model: type[Model] | None, name: str) -> bool:
    """Whether the column is the row's own number, which says nothing to anybody."""
    return bool(model and model._meta.pk.name == name and not model._meta.pk.is_relation)


def _value(field: Field[Any, Any] | None, value: Any, names: Names) -> str:
    text = str(value)
    if text in _NOTHING:
        return ""
    if isinstance(field, ForeignKey) and text.isdecimal():
        return names.of_key(field.related_model, text)
    if isinstance(field, BooleanField):
        return gettext("yes") if text == "True" else gettext("no")
    choices = {str(key): str(label) for key, label in getattr(field, "flatchoices", ())}
    return choices.get(text) or ", ".join(_listed(text)) or text


def _listed(text: str) -> Iterator[str]:
    """Of a list that was stored as JSON, each; nothing for any other text."""
    try:
        found = json.loads(text)
    except ValueError:
        return
    if isinstance(found, list):
        yield from (str(one) for one in found)
