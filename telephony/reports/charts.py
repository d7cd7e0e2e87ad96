"""Bars and a heat map, as what a template draws: no script, and everything in them is also a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from telephony.reports import markup
from telephony.reports.counts import Counts
from telephony.reports.figures import Figures
from telephony.reports.period import Period
from telephony.reports.tables import Cell, Row, Table, log_url

HEIGHT, WIDTH, STEP, FOOT = 180, 800, 40, 24
"""Units of the drawing: height of the bars, all of them, one with its gap at most, height of the labels."""
STACKED = ("answered", "missed", "missed_outside", "outgoing")
"""From below. Incoming calls that go on are in none of them."""
TOP = 6
"""Units above the highest bar, for the frame of the one that is pointed at."""
SHADES = 5
MOST_LABELS = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    cell: Cell
    title: str
    x: int
    y: float
    width: int
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    width: int
    height: int
    top: int
    """How many calls the highest bar may have."""
    blocks: list[Block]
    labels: list[tuple[float, str]]
    baseline: int = HEIGHT

    @property
    def html(self) -> SafeString:
        return markup.blocks(self.blocks)


def bars(table: Table) -> Bars:
    """A bar for each row; hours begin with the first that has a call and end with the last."""
    rows = table.rows if table.name == "days" else _used(table.rows)
    tops = [sum(getattr(row.counts, name) for name in STACKED) for row in rows]
    top, blocks, labels = max([1, *tops]), [], []
    every, step = -(-len(rows) // MOST_LABELS), min(STEP, WIDTH // len(rows))
    columns = table.columns
    for number, row in enumerate(rows):
        blocks += _stack(row, number * step, step, top, columns)
        if number % every == 0:
            labels.append((number * step + step / 2, _foot(row)))
    width = len(rows) * step
    return Bars(width=width, height=HEIGHT + FOOT, top=top, blocks=blocks, labels=labels)


def _used(rows: list[Row]) -> list[Row]:
    used = [number for number, row in enumerate(rows) if row.counts.calls] or [0, len(rows) - 1]
    return rows[used[0] : used[-1] + 1]


def _foot(row: Row) -> str:
    """Below a bar: the day of the month, or the hour."""
    return str(row.value.day) if isinstance(row.value, date) else f"{row.value:02}"


def _stack(row: Row, x: int, step: int, top: int, columns: list[str]) -> list[Block]:
    blocks, y, gap = [], float(HEIGHT), max(1, step // 7)
    names = {cell.name: (cell, title) for cell, title in zip(row.cells, columns, strict=True)}
    for name in STACKED:
        cell, title = names[name]
        if cell.value:
            height = round(cell.value * (HEIGHT - TOP) / top, 2)
            y = round(y - height, 2)
            words = f"{row.label}: {title} {cell.value}"
            blocks.append(Block(cell=cell, title=words, x=x + gap // 2, y=y, width=step - gap, height=height))
    return blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One hour of one day of the week. Shades go from 0, none, to SHADES."""

    calls: int
    missed: int
    shade: int
    missed_shade: int
    title: str
    url: str
    missed_url: str


def heat_html(heat: list[tuple[str, list[Spot]]]) -> tuple[list[str], list[tuple[str, SafeString]]]:
    """The hours from the first with a call to the last, and the cells of each row. Nights without calls would only
    push the days off a telephone's screen."""
    calls, missed = gettext("calls"), gettext("missed")
    used = [hour for hour in range(24) if any(spots[hour].calls for _day, spots in heat)] or [0, 23]
    first, end = used[0], used[-1] + 1
    rows = [(day, [markup.spot(spot, calls, missed) for spot in spots[first:end]]) for day, spots in heat]
    return [f"{hour:02}" for hour in range(first, end)], [(day, SafeString("".join(parts))) for day, parts in rows]  # nosec B703


def heat_map(figures: Figures, period: Period) -> list[tuple[str, list[Spot]]]:
    """A row for each day of the week, with its name."""
    by_hour = figures.by_weekday_hour
    most = (
        max((counts.calls for counts in by_hour.values()), default=0),
        max((_missed(counts) for counts in by_hour.values()), default=0),
    )
    url, found = log_url(period), []
    for weekday in range(1, 8):
        day = str(WEEKDAYS_ABBR[weekday - 1])
        of_day = f"{url}&weekday={weekday}"
        spots = [
            _spot(by_hour[weekday, hour], f"{day}, {hour:02}:00", f"{of_day}&hour={hour}", most) for hour in range(24)
        ]
        found.append((day, spots))
    return found


def _spot(counts: Counts, title: str, url: str, most: tuple[int, int]) -> Spot:
    missed = _missed(counts)
    return Spot(
        calls=counts.calls,
        missed=missed,
        shade=_shade(counts.calls, most[0]),
        missed_shade=_shade(missed, most[1]),
        title=title if counts.calls else "",
        url=url if counts.calls else "",
        missed_url=f"{url}&outcome=missed" if missed else "",
    )


def _missed(counts: Counts) -> int:
    return counts.missed + counts.missed_outside


def _shade(value: int, most: int) -> int:
    return -(-value * SHADES // most) if most else 0
