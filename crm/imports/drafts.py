"""A row of a file as the contact that it describes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.imports.cells import SEVERAL, emails
from crm.imports.fields import FIELDS
from crm.imports.people import Lookup, is_system_tag
from crm.imports.problems import Problem
from crm.imports.telephones import compared_by, is_nothing, is_sign, keys_of, read_numbers
from crm.models import Tag
from crm.texts import lines, one_line
from telephony.domain.numbers import ReadNumber

_LONGEST = {"name": 200, "company": 200, "position": 100, "source": 100}
_LONGEST_NOTE = 10_000
_TOTAL = re.compile(r"(?:итого|всего|total)\b", re.IGNORECASE)
"""The last line of a report."""
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


class RowMistake(Exception):
    """Nothing can be made of this row; `problems` says why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = problems


@dataclass(slots=True, kw_only=True)
class Draft:
    """The contact that a row describes; it has a name and everything in it can be saved."""

    name: str
    is_named: bool
    """False if it is called by its number or address, for want of a name."""
    phones: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    """What the numbers are compared by."""
    company: str = ""
    position: str = ""
    email: str = ""
    source: str = ""
    note: str = ""
    responsible: Any = None
    tags: list[Tag] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


class Reader:
    """Reads the rows of one file. `order`: how its columns put a name together."""

    def __init__(self, columns: Sequence[str], fields: Sequence[str], lookup: Lookup) -> None:
        self._fields, self._lookup = fields, lookup
        parts = [head for head, name in zip(columns, fields, strict=False) if name in ("family", "given", "middle")]
        is_cyrillic = any(_CYRILLIC.search(head) for head in parts)
        self._order = ("family", "given", "middle") if is_cyrillic else ("given", "middle", "family")

    def draft(self, values: Sequence[str], noted: Sequence[str] = ()) -> Draft:
        """The contact in this row. Raises RowMistake."""
        row = _Row([Problem(kind) for kind in noted])
        cells: dict[str, list[str]] = {}
        for name, value in zip(self._fields, values, strict=False):
            is_empty = is_sign(value) if name in ("name", "note") else is_nothing(value)
            if name and not is_empty:
                cells.setdefault(name, []).append(value.strip())
        phones, keys = _phones(cells, row)
        found, address = self._name(cells, row), _email(cells, row)
        if not (phones or address) and (not found or _TOTAL.match(found)):
            row.problems.append(Problem("nobody"))
        if any(problem.is_mistake for problem in row.problems):
            raise RowMistake(row.problems)
        single = {
            name: row.fitting(name, one_line(" ".join(cells.get(name, []))))
            for name in ("company", "position", "source")
        }
        responsible = self._responsible(cells, row)
        tags = self._tags(cells, row)
        note = "\n".join([*map(lines, cells.get("note", [])), *row.kept])
        if len(note) > _LONGEST_NOTE:
            row.problems.append(Problem("too_long", "note"))
        return Draft(
            name=found or (phones[0] if phones else address),
            is_named=bool(found),
            phones=phones,
            keys=keys,
            email=address,
            note=note[:_LONGEST_NOTE],
            responsible=responsible,
            tags=tags,
            warnings=row.problems,
            **single,
        )

    def _name(self, cells: Mapping[str, list[str]], row: _Row) -> str:
        full = one_line(" ".join(cells.get("name", [])))
        name = full or one_line(" ".join(cell for part in self._order for cell in cells.get(part, [])))
        if len(name) <= _LONGEST["name"]:
            return name
        row.keep("too_long", "name", name)
        return name[: _LONGEST["name"] - 1].rstrip() + "…"

    def _responsible(self, cells: Mapping[str, list[str]], row: _Row) -> Any:
        written = one_line(" ".join(cells.get("responsible", [])))
        if not written:
            return None
        is_known, user = self._lookup.person(written)
        if not is_known:
            row.keep("no_person", "responsible", written)
        return user

    def _tags(self, cells: Mapping[str, list[str]], row: _Row) -> list[Tag]:
        found = {}
        for name in (one_line(part) for cell in cells.get("tags", []) for part in SEVERAL.split(cell)):
            if not name or is_system_tag(name):
                continue
            if (tag := self._lookup.tag(name) or self._lookup.tag(name.lstrip("* "))) is not None:
                found[tag.pk] = tag
            else:
                row.keep("no_tag", "tags", name)
        return list(found.values())


class _Row:
    """What is wrong with a row, and what of it goes to the note."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.kept: list[str] = []

    def keep(self, kind: str, name: str, value: str) -> None:
        """A cell that has no place of its own: into the note, and warned of if `kind` is given."""
        if kind:
            self.problems.append(Problem(kind, name, value[:200]))
        self.kept.append(f"{FIELDS[name]}: {value}")

    def fitting(self, name: str, value: str) -> str:
        if len(value) > _LONGEST[name]:
            self.keep("too_long", name, value)
            return ""
        return value


def _phones(cells: Mapping[str, list[str]], row: _Row) -> tuple[list[str], list[str]]:
    """The numbers, each once, as they are to be stored, and what they are compared by."""
    found: dict[str, ReadNumber] = {}
    for cell in cells.get("phone", []):
        read = read_numbers(cell)
        if read.destroyed:
            row.problems.append(Problem("destroyed", "phone", one_line(cell)))
        for number in read.found:
            found.setdefault(f"{compared_by(number) or number.bare}#{number.extension}", number)
        for rest in read.rest:
            row.keep("no_number", "phone", one_line(rest))
    keys = [key for number in found.values() for key in keys_of(compared_by(number), number.extension)]
    return [number.raw for number in found.values()], keys


def _email(cells: Mapping[str, list[str]], row: _Row) -> str:
    """The first address; what else there is of them goes to the note."""
    addresses: dict[str, str] = {}
    for cell in cells.get("email", []):
        good, bad = emails(cell)
        for address in good:
            addresses.setdefault(address.casefold(), address)
        for text in bad:
            row.keep("no_email", "email", text)
    first, *others = [*addresses.values()] or [""]
    for other in others:
        row.keep("", "email", other)
    return first
