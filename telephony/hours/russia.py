"""The production calendar of Russia: days off, days an hour shorter, and Saturdays that are worked.

Days off by article 112 of the Labour Code, moved by decrees of the Government: of 4 October 2024, no. 1335, for 2025;
of 24 September 2025, no. 1466, for 2026. For 2027 the law alone is known here: what its decree moves is missing, and
can be entered on the calendar's page. Weekends are days off by the week itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

NAME = "Россия"
_NEW_YEAR, _DEFENDER, _WOMEN = "Новый год", "День защитника Отечества", "Международный женский день"
_SPRING, _VICTORY, _RUSSIA = "Праздник Весны и Труда", "День Победы", "День России"
_UNITY, _MOVED = "День народного единства", "Перенос выходного"

_OFF: tuple[tuple[str, str, str], ...] = (
    ("2025-01-01", "2025-01-08", _NEW_YEAR),
    ("2025-02-23", "2025-02-23", _DEFENDER),
    ("2025-03-08", "2025-03-08", _WOMEN),
    ("2025-05-01", "2025-05-01", _SPRING),
    ("2025-05-02", "2025-05-02", _MOVED),
    ("2025-05-08", "2025-05-08", _MOVED),
    ("2025-05-09", "2025-05-09", _VICTORY),
    ("2025-06-12", "2025-06-12", _RUSSIA),
    ("2025-06-13", "2025-06-13", _MOVED),
    ("2025-11-03", "2025-11-03", _MOVED),
    ("2025-11-04", "2025-11-04", _UNITY),
    ("2025-12-31", "2025-12-31", _MOVED),
    ("2026-01-01", "2026-01-08", _NEW_YEAR),
    ("2026-01-09", "2026-01-09", _MOVED),
    ("2026-02-23", "2026-02-23", _DEFENDER),
    ("2026-03-08", "2026-03-08", _WOMEN),
    ("2026-03-09", "2026-03-09", _MOVED),
    ("2026-05-01", "2026-05-01", _SPRING),
    ("2026-05-09", "2026-05-09", _VICTORY),
    ("2026-05-11", "2026-05-11", _MOVED),
    ("2026-06-12", "2026-06-12", _RUSSIA),
    ("2026-11-04", "2026-11-04", _UNITY),
    ("2026-12-31", "2026-12-31", _MOVED),
    ("2027-01-01", "2027-01-08", _NEW_YEAR),
    ("2027-02-23", "2027-02-23", _DEFENDER),
    ("2027-03-08", "2027-03-08", _WOMEN),
    ("2027-05-01", "2027-05-01", _SPRING),
    ("2027-05-03", "2027-05-03", _MOVED),
    ("2027-05-09", "2027-05-09", _VICTORY),
    ("2027-05-10", "2027-05-10", _MOVED),
    ("2027-06-12", "2027-06-12", _RUSSIA),
    ("2027-06-14", "2027-06-14", _MOVED),
    ("2027-11-04", "2027-11-04", _UNITY),
)
"""First and last day, and why."""
_SHORTENED = (
    *("2025-03-07", "2025-04-30", "2025-06-11", "2025-11-01"),
    *("2026-04-30", "2026-05-08", "2026-06-11", "2026-11-03"),
    *("2027-02-22", "2027-04-30", "2027-06-11", "2027-11-03", "2027-12-31"),
)
"""The working day before a holiday. On Saturday 1 November 2025 people worked: it is one of them."""


def days() -> Iterator[tuple[date, str, str]]:
    """Day, kind (a `SpecialDay.Kind`) and why, in order."""
    found = [(day, "off", why) for first, last, why in _OFF for day in _each(first, last)]
    found += [(date.fromisoformat(day), "shortened", "Предпраздничный день") for day in _SHORTENED]
    yield from sorted(found)


def _each(first: str, last: str) -> Iterator[date]:
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        yield day
        day += timedelta(days=1)
