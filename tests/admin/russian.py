"""How many of what: the forms that Russian words take after numbers, as the catalogues have them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import django
from django.conf import settings

APPS = ("telephony", "crm", "config")
_ENTRY = re.compile(r'^msgid_plural "[^\n]*"\n((?:msgstr\[\d\] "[^\n]*"\n?)+)', re.MULTILINE)
_FORM = re.compile(r'^msgstr\[(\d)\] "(.*)"$', re.MULTILINE)
_COUNTED = re.compile(r"%\(\w+\)[ds]\s+([а-яё]+)")
_SHOWN = re.compile(r"(?:\b([А-ЯЁа-яё]+)\s+)?(?<![\d.,:/+–-])(\d{1,3}(?:[\s\u00a0]\d{3})*)[\s\u00a0]+([а-яё]+)")
_OF = frozenset(
    [
        "из",
        "до",
        "у",
        "от",
        "около",
        "более",
        "больше",
        "менее",
        "меньше",
        "после",
        "без",
        "для",
        "с",
        "со",
        "течение",
        "течении",
        "свыше",
        "спустя",
    ]
)
"""Before a number they ask for another case: `из 2 звонков`."""
DJANGO = Path(django.__file__).parent / "contrib/admin/locale/ru/LC_MESSAGES/django.po"


def catalogue(app: str) -> Path:
    return Path(settings.BASE_DIR) / app / "locale/ru/LC_MESSAGES/django.po"


def form_for(number: int) -> int:
    """0: 1, 21, 101; 1: 2 to 4, 22; 2: all others."""
    if number % 10 == 1 and number % 100 != 11:
        return 0
    return 1 if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else 2


def plurals(path: Path) -> Iterator[tuple[str, ...]]:
    """The three forms of each text with a number."""
    for entry in _ENTRY.findall(path.read_text(encoding="utf-8")):
        yield tuple(text for _, text in _FORM.findall(entry)[:3])


@cache
def words() -> dict[str, set[int]]:
    """The words that stand right after a number, and for which of the three forms each is right."""
    found: dict[str, set[int]] = defaultdict(set)
    for path in (*map(catalogue, APPS), DJANGO):
        for forms in plurals(path):
            counted = [_COUNTED.findall(text)[:1] for text in forms]
            # In other cases two of the three are alike: `у 2 звонков, у 5 звонков`.
            if all(counted) and len({word for (word,) in counted}) == len(forms):
                for form, (word,) in enumerate(counted):
                    found[word].add(form)
    return found


def wrong_endings(text: str) -> list[str]:
    """Like `2 звонков`; of words that are counted nowhere nothing is said."""
    known = words()
    return [
        f"{number} {word}"
        for before, number, word in _SHOWN.findall(text)
        if word in known and before.lower() not in _OF and form_for(int(re.sub(r"\s", "", number))) not in known[word]
    ]


def uses(app: str, text: str) -> bool:
    """Whether a source of the app has the text, without a context."""
    said = re.compile(
        rf'(?:_|gettext|gettext_lazy)\(\s*"{re.escape(text)}"|translate "{re.escape(text)}" ?(?:as \w+ )?%}}'
    )
    files = (path for kind in ("*.py", "*.html") for path in (Path(settings.BASE_DIR) / app).rglob(kind))
    return any(said.search(path.read_text(encoding="utf-8")) for path in files)
