"""What each column of a file most likely means: by its head, and by whether its cells look like that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from crm.imports.fields import SEVERAL
from crm.imports.heads import DOUBTFUL, LEFT_OUT, NAMED, PHONE_IF_NUMBERS, SORTED_BY, Meaning, meaning, plain
from crm.imports.telephones import is_nothing, read_numbers

_LOOKED_AT = 300
"""Cells of a column that are looked at."""
_ADDRESSED = frozenset(
    [
        *("mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "hr", "sir", "madam"),
        *("г", "н", "гн", "жа", "госпожа", "господин", "уважаемый", "уважаемая"),
    ]
)
"""How people are addressed: what Outlook calls a title."""
_MOST, _SOME = 0.7, 0.3


def propose(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A field for each column; empty for one that is left out."""
    columns = [_cells(rows, position) for position in range(len(heads))]
    known = [_checked(head, cells) for head, cells in zip(heads, columns, strict=True)]
    _sort_out_names(known, columns)
    fields: list[str] = [""] * len(heads)
    for field in dict.fromkeys(found.field for found in known if found is not None and found.field != LEFT_OUT):
        of_field = [position for position, found in enumerate(known) if found is not None and found.field == field]
        for position in of_field if field in SEVERAL else [_best(of_field, known, columns)]:
            fields[position] = field
    _find_by_cells(fields, known, columns)
    return fields


def looks_like_data(cells: Iterable[str]) -> bool:
    """Whether these cells are somebody's, not heads: a number or an address of e-mail is among them."""
    return any(_is_number(cell) or _is_email(cell) for cell in cells if cell)


def _cells(rows: Sequence[Sequence[str]], position: int) -> list[str]:
    found = [row[position] for row in rows[: 10 * _LOOKED_AT] if position < len(row)]
    return [cell for cell in found if cell and not is_nothing(cell)][:_LOOKED_AT]


def _checked(head: str, cells: Sequence[str]) -> Meaning | None:
    """What the head says, if the cells don't speak against it."""
    found = meaning(head)
    if found is None:
        return None
    are_numbers = _share(_is_number, cells) >= _MOST
    if found.field == PHONE_IF_NUMBERS:
        return Meaning("phone") if are_numbers else Meaning(LEFT_OUT)
    is_otherwise = {
        "phone": found.rank == DOUBTFUL and bool(cells) and _share(_may_be_number, cells) < _SOME,
        "email": are_numbers,
        "position": found.rank > 0 and _share(_is_address, cells) >= _SOME,
    }
    if is_otherwise.get(found.field):
        return Meaning(LEFT_OUT)
    return None if are_numbers and found.field in ("name", "family", "given", NAMED) else found


def _sort_out_names(known: list[Meaning | None], columns: Sequence[Sequence[str]]) -> None:
    """“Name” beside a surname is the first one; what may be a company's name is one if people have their own."""
    fields = {found.field for found in known if found is not None}
    people = {"name", "given", "family"} & fields
    for position, found in enumerate(known):
        if found is None:
            continue
        if found.field == "name" and found.rank == 1 and "family" in fields and "given" not in fields:
            known[position] = Meaning("given")
        elif found.field == "name" and found.rank == SORTED_BY and {"family", "given"} & fields:
            known[position] = Meaning(LEFT_OUT)
        elif found.field == NAMED:
            if not people and any(columns[position]):
                known[position] = Meaning("name", 2 + found.rank)
            else:
                known[position] = Meaning("company", 2 + found.rank)


def _best(positions: Sequence[int], known: Sequence[Meaning | None], columns: Sequence[Sequence[str]]) -> int:
    """Of several columns of one field the one with the plainest head; of these one that is not empty."""

    def order(position: int) -> tuple[bool, int, int]:
        found = known[position]
        return (not columns[position], found.rank if found else 0, position)

    return min(positions, key=order)


def _find_by_cells(fields: list[str], known: Sequence[Meaning | None], columns: Sequence[Sequence[str]]) -> None:
    """Numbers, addresses and names under heads that say nothing; only where no head says it."""
    for field, looks_like in (("phone", _is_full_number), ("email", _is_email), ("name", _is_name)):
        if field in fields or (field == "name" and {"given", "family"} & set(fields)):
            continue
        for position, cells in enumerate(columns):
            if known[position] is None and not fields[position] and cells and _share(looks_like, cells) >= _MOST:
                fields[position] = field
                if field == "name":
                    break


def _share(test: Callable[[str], bool], cells: Sequence[str]) -> float:
    return sum(1 for cell in cells if test(cell)) / len(cells) if cells else 0.0


def _is_number(cell: str) -> bool:
    return any(number.e164 for number in read_numbers(cell).found)


def _is_full_number(cell: str) -> bool:
    """A number with a country's code, or as it is dialled: ten digits alone may be anything."""
    return cell.lstrip("( \u200e\u202a").startswith(("+", "8", "7", "00")) and _is_number(cell)


def _may_be_number(cell: str) -> bool:
    read = read_numbers(cell)
    return bool(read.found) or read.destroyed


def _is_email(cell: str) -> bool:
    name, at, domain = cell.partition("@")
    return bool(name and at and "." in domain)


def _is_name(cell: str) -> bool:
    letters = sum(map(str.isalpha, cell))
    return letters > 0.6 * len(cell) and len(cell) <= 100 and "@" not in cell


def _is_address(cell: str) -> bool:
    return set(plain(cell).split()) <= _ADDRESSED
