"""What can be wrong with a row: mistakes, for which it is left out, and warnings, with which it comes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.imports.fields import FIELDS

MISTAKES: dict[str, str | Promise] = {
    "nobody": gettext_lazy("Neither a name, a number nor an email."),
    "destroyed": gettext_lazy(
        "Excel has shortened the number; its last digits are lost. Format the column as text and export it again."
    ),
    "refused": gettext_lazy("The contact can't be saved like this."),
}
WARNINGS: dict[str, str | Promise] = {
    "no_number": gettext_lazy("This is no telephone number. It is kept in the note."),
    "no_email": gettext_lazy("This is no email address. It is kept in the note."),
    "no_person": gettext_lazy("No active user has this name. It is kept in the note."),
    "no_tag": gettext_lazy("There is no such tag. It is kept in the note."),
    "too_long": gettext_lazy("Longer than fits. The whole of it is kept in the note."),
    "bytes": gettext_lazy("The line has signs that are not in the file's encoding. Check its letters."),
    "quote": gettext_lazy("A quotation mark is opened in this line and never closed. The line was read without it."),
    "line": gettext_lazy("A line of this card can't be read; the others were."),
}
"""Kinds that concern a field are told with it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a row."""

    kind: str
    field: str = ""
    value: str = ""

    @property
    def is_mistake(self) -> bool:
        return self.kind in MISTAKES

    def __str__(self) -> str:
        about = f"{FIELDS[self.field]}: " if self.field else ""
        value = f" “{self.value[:60]}”" if self.value else ""
        return f"{about}{text_of(self.kind)}{value}"


def text_of(kind: str) -> str:
    return str(MISTAKES.get(kind) or WARNINGS[kind])


def told(problems: Iterable[Problem]) -> str:
    """All of them in one text, for a row."""
    return "\n".join(str(problem) for problem in problems)


def heading(kind: str, field: str) -> str:
    """What a group of alike problems is called."""
    return _("%(field)s: %(text)s") % {"field": FIELDS[field], "text": text_of(kind)} if field else text_of(kind)
