"""vCard 2.1, 3.0 and 4.0, as phones, iCloud, Outlook and Google write them, each card as a line of a table.

Our own reader: the usual library drops lines that it can't read (a number of an Android phone with a label of its own,
a folded line of quoted-printable) and says so to nobody.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from crm.imports.fields import FIELDS
from crm.imports.reading.encodings import decoded, guessed
from crm.imports.reading.grid import Grid, Line, Options, UnreadableTable, gathered
from telephony.domain.charsets import known

_BEGIN = re.compile(rb"^\s*BEGIN\s*:\s*VCARD\s*$", re.IGNORECASE | re.MULTILINE)
_PROPERTY = re.compile(r"^(?:[\w-]+\.)?(?P<name>[A-Za-z][\w-]*)(?P<rest>[;:].*)$", re.DOTALL)
_PARTS = re.compile(r"(?<!\\);")
_SEVERAL = re.compile(r"(?<!\\),")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_FAX = frozenset({"fax", "pager", "modem", "bbs", "isdn"})
_MANY = ("phone", "email", "fax")


@dataclass(slots=True)
class _Card:
    number: int
    values: dict[str, list[str]] = field(default_factory=dict)
    noted: set[str] = field(default_factory=set)

    def add(self, name: str, value: str) -> None:
        if value.strip():
            self.values.setdefault(name, []).append(value.strip())


def is_vcard(content: bytes) -> bool:
    return bool(_BEGIN.search(content[:4000])) or b"BEGIN:VCARD" in content[:4000].replace(b"\0", b"").upper()


def read_vcard(content: bytes, options: Options) -> Grid:
    """A line for every card, below a line of heads. Raises UnreadableTable."""
    text, encoding, _bad = decoded(content, options.encoding)
    cards = list(_cards(text))
    if not cards:
        raise UnreadableTable(_("There is no contact in this file."))
    widest = {name: max(1, *(len(card.values.get(name, ())) for card in cards)) for name in _MANY}
    heads = _heads()
    head = [
        text if at == 1 else f"{text} {at}" for name, text in heads.items() for at in range(1, widest.get(name, 1) + 1)
    ]
    return Grid(lines=gathered(_lines(head, cards, widest)), kind="vcf", encoding=encoding)


def _lines(head: list[str], cards: Sequence[_Card], widest: Mapping[str, int]) -> Iterator[Line]:
    """One by one: a card of a million numbers makes a head that is refused before any line is made as wide."""
    yield Line(0, head)
    for card in cards:
        cells: list[str] = []
        for name in _heads():
            values, width = card.values.get(name, []), widest.get(name, 0)
            cells += values + [""] * (width - len(values)) if width else [_joined(name, values)]
        yield Line(card.number, cells, tuple(sorted(card.noted)))


def _heads() -> dict[str, str]:
    """The columns, by their words in the language of who imports; layout reads them as it reads any head."""
    names = ("name", "family", "given", "middle", "phone", "email", "company", "position", "tags", "note")
    return {**{name: str(FIELDS[name]) for name in names}, "fax": _("Fax")}


def _joined(name: str, values: Sequence[str]) -> str:
    if name in ("note", "tags"):
        return ("\n" if name == "note" else ", ").join(values)
    return values[0] if values else ""


def _cards(text: str) -> Iterator[_Card]:
    card, count, depth = None, 0, 0
    for line in _unfolded(text):
        plain = line.strip().upper().replace(" ", "")
        if plain == "BEGIN:VCARD":
            depth += 1
            if depth == 1 or card is None:
                count, depth = count + 1, 1
                card = _Card(count)
        elif plain == "END:VCARD":
            depth = max(depth - 1, 0)
            if depth == 0 and card is not None:
                yield card
                card = None
        elif card is not None and depth == 1 and line.strip():
            _take(card, line)
    if card is not None:
        yield card


def _unfolded(text: str) -> Iterator[str]:
    """Whole lines: a blank at the beginning continues a line, and so does quoted-printable's = at an end."""
    parts: list[str] = []
    quoted = False
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if parts and quoted and parts[-1].endswith("="):
            parts[-1] = parts[-1][:-1]
            parts.append(line.lstrip(" \t"))
        elif parts and line[:1] in (" ", "\t") and line.strip():
            parts.append(line[1:])
        else:
            if parts:
                yield "".join(parts)
            parts = [line.rstrip()] if line.strip() else []
            quoted = _is_quoted(line)
    if parts:
        yield "".join(parts)


def _is_quoted(line: str) -> bool:
    return "QUOTED-PRINTABLE" in line.partition(":")[0].upper()


def _take(card: _Card, line: str) -> None:
    """Read one line of a card into it; one that can't be read is noted, if it isn't one that is left out anyway."""
    found = _PROPERTY.match(line)
    if found is None:
        card.noted.add("line")
        return
    parameters, value = _divided(found["rest"])
    words = {word.strip(' "').lower() for part in parameters for word in re.split("[=,]", part)}
    if "quoted-printable" in words:
        value = _unquoted(
            value, next((p.partition("=")[2] for p in parameters if p.upper().startswith("CHARSET=")), "")
        )
    _keep(card, found["name"].upper(), value, words)


def _divided(rest: str) -> tuple[list[str], str]:
    """Parameters and value: they end at the first colon that stands neither in quotes nor in brackets."""
    inside, depth = False, 0
    for at, sign in enumerate(rest):
        if sign == '"':
            inside = not inside
        depth += (sign == "(") - (sign == ")")
        if sign == ":" and not inside and depth <= 0:
            return [part for part in rest[:at].split(";") if part], rest[at + 1 :]
    return [], rest.partition(":")[2]


def _unquoted(value: str, charset: str) -> str:
    raw = quopri.decodestring(value.encode("latin-1", "replace") if value.isascii() else value.encode())
    for encoding in (known(charset.strip(' "')) or "utf-8", "utf-8"):
        try:
            return raw.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode(guessed(raw), "replace")


def _keep(card: _Card, name: str, value: str, words: set[str]) -> None:
    if name == "FN":
        card.add("name", _plain(value))
    elif name == "N":
        parts = [_plain(" ".join(_SEVERAL.split(part))) for part in _PARTS.split(value)]
        for part, text in zip(("family", "given", "middle"), parts, strict=False):
            card.add(part, text)
    elif name == "TEL":
        number = _plain(value)
        card.add("fax" if words & _FAX else "phone", number[4:] if number[:4].lower() == "tel:" else number)
    elif name == "EMAIL":
        card.add("email", _plain(value).removeprefix("mailto:"))
    elif name == "ORG":
        card.add("company", _plain(_PARTS.split(value)[0]))
    elif name in ("TITLE", "ROLE"):
        card.add("position", _plain(value))
    elif name == "CATEGORIES":
        card.add("tags", ", ".join(_plain(part) for part in _SEVERAL.split(value)))
    elif name == "NOTE":
        card.add("note", _plain(value))


def _plain(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value).strip()
