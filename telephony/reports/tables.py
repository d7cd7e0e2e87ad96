"""Figures as tables: each number with the calls behind it. Pages, charts and exports are made of these."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import formats
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from telephony.reports import markup
from telephony.reports.breakdowns import BREAKDOWNS, Part, parts_of
from telephony.reports.counts import Counts
from telephony.reports.figures import Figures
from telephony.reports.period import Period
from telephony.ui.presentation import length

COLUMNS: tuple[tuple[str, str | Promise, dict[str, str]], ...] = (
    ("calls", pgettext_lazy("how many", "calls"), {}),
    ("incoming", pgettext_lazy("how many", "incoming"), {"direction": "incoming"}),
    ("answered", pgettext_lazy("how many", "answered"), {"direction": "incoming", "outcome": "answered"}),
    ("missed", pgettext_lazy("how many", "missed"), {"outcome": "missed", "outside": "false"}),
    ("missed_outside", pgettext_lazy("how many", "outside working hours"), {"outcome": "missed", "outside": "true"}),
    ("outgoing", pgettext_lazy("how many", "outgoing"), {"direction": "outgoing"}),
    ("reached", pgettext_lazy("how many", "client answered"), {"direction": "outgoing", "outcome": "answered"}),
)
"""Of Counts: name, head, and the call log's filters for the calls that are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    name: str
    value: int
    url: str
    """Empty where there is none to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    label: str
    value: Any
    """What stands for it in a spreadsheet: a date where it is one."""
    cells: list[Cell]
    counts: Counts

    @property
    def talk(self) -> str:
        return length(self.counts.talk_seconds)

    @property
    def talk_url(self) -> str:
        """The calls that were answered; empty if nobody talked."""
        return f"{self.cells[0].url}&outcome=answered" if self.counts.talk_seconds else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    name: str
    title: str
    head: str
    rows: list[Row]

    @property
    def columns(self) -> list[str]:
        return [str(title) for _name, title, _query in COLUMNS]

    @property
    def rows_html(self) -> SafeString:
        return markup.rows(self.rows)

    def sheet(self) -> Iterator[Sequence[Any]]:
        """For a spreadsheet: times in seconds."""
        yield [self.head, *self.columns, _("talked, s")]
        for row in self.rows:
            yield [row.value, *(cell.value for cell in row.cells), row.counts.talk_seconds]


def log_url(period: Period, **query: str) -> str:
    """The call log with the period's calls, narrowed down further."""
    days = {"first_day": period.first.isoformat(), "last_day": period.last.isoformat()}
    return f"{reverse('telephony:calls')}?{urlencode({**days, **query})}"


_MORE = {name: urlencode(more) for name, _title, more in COLUMNS}


def cells_of(counts: Counts, url: str) -> list[Cell]:
    """A page has thousands of these: the address of the row's calls is put together once."""
    found = []
    for name, more in _MORE.items():
        value = getattr(counts, name)
        address = f"{url}&{more}" if more else url
        found.append(Cell(name=name, value=value, url=address if value else ""))
    return found


def by_day(figures: Figures, period: Period) -> Table:
    rows = []
    for day, counts in figures.by_day.items():
        of_day = Period(first=day, last=day, zone=period.zone)
        rows.append(Row(label=_day(day), value=day, cells=cells_of(counts, log_url(of_day)), counts=counts))
    return Table(name="days", title=_("By day"), head=_("day"), rows=rows)


def by_hour(figures: Figures, period: Period) -> Table:
    url = log_url(period)
    rows = [
        Row(label=f"{hour:02}:00", value=hour, cells=cells_of(counts, f"{url}&hour={hour}"), counts=counts)
        for hour, counts in figures.by_hour.items()
    ]
    return Table(name="hours", title=_("By hour of the day"), head=_("hour"), rows=rows)


PARTS = tuple(dict.fromkeys(one.kind for one in BREAKDOWNS))
"""What figures have to be asked for, for all breakdowns."""


def breakdowns(figures: Figures, period: Period, *, only: str = "") -> list[Table]:
    """All of them, or one."""
    url = log_url(period)
    return [
        Table(
            name=one.name,
            title=str(one.title),
            head=str(one.head),
            rows=[_row(part, url) for part in parts_of(one, figures.parts)],
        )
        for one in BREAKDOWNS
        if only in ("", one.name)
    ]


def table_of(name: str, period: Period, read: Callable[..., Figures]) -> Table | None:
    """The table of this name; None if there is none such."""
    if name in ("days", "hours"):
        return (by_day if name == "days" else by_hour)(read(), period)
    kinds = [one.kind for one in BREAKDOWNS if one.name == name]
    return breakdowns(read(parts=kinds), period, only=name)[0] if kinds else None


def _row(part: Part, url: str) -> Row:
    label = str(part.label)
    address = f"{url}&{urlencode(part.query)}" if part.query else url
    return Row(label=label, value=label, cells=cells_of(part.counts, address), counts=part.counts)


def _day(day: date) -> str:
    return formats.date_format(day, "D, j E")
