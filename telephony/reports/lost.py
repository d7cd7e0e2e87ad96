"""Why calls were lost, in a period and on each of its days; each figure with the calls behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils import formats
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from telephony.domain.causes import Cause
from telephony.domain.events import Direction
from telephony.models import CauseChoice
from telephony.reports.counts import share
from telephony.reports.period import Period, local
from telephony.reports.seeing import seen_facts
from telephony.reports.tables import log_url
from telephony.ui.causes import in_words

SHOWN = (
    (Direction.INCOMING, gettext_lazy("clients who called")),
    (Direction.OUTGOING, gettext_lazy("clients who were called")),
)
ByDay = dict[date, Counter[Cause]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    value: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseRow:
    label: str
    advice: str
    figure: Figure
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LostCalls:
    """Of one direction. `causes` are those that there are, the most frequent first."""

    period: Period
    direction: Direction
    by_day: ByDay
    causes: Sequence[Cause]

    @property
    def total(self) -> Figure:
        return self._figure(sum(sum(of_day.values()) for of_day in self.by_day.values()), self.period, lost="true")

    @property
    def labels(self) -> list[str]:
        return [str(CauseChoice(cause).label) for cause in self.causes]

    def rows(self) -> list[CauseRow]:
        """The period's, by cause."""
        sums: Counter[Cause] = sum(self.by_day.values(), Counter())
        total = sum(sums.values())
        return [
            CauseRow(
                label=str(CauseChoice(cause).label),
                advice=in_words(cause, self.direction).advice,
                figure=self._figure(sums[cause], self.period, cause=str(cause)),
                percent=share(sums[cause], total) or 0,
            )
            for cause in self.causes
        ]

    def days(self) -> list[tuple[str, Figure, list[Figure]]]:
        """Each day, the latest first: its name, all of it, and each cause."""
        found = []
        for day in sorted(self.by_day, reverse=True):
            counts, only = self.by_day[day], Period(first=day, last=day, zone=self.period.zone)
            cells = [self._figure(counts[cause], only, cause=str(cause)) for cause in self.causes]
            name = formats.date_format(day, "D, j E")
            found.append((name, self._figure(sum(counts.values()), only, lost="true"), cells))
        return found

    def sheet(self) -> Iterator[Sequence[Any]]:
        """For a spreadsheet: a row for each day and cause."""
        yield [_("day"), _("cause"), _("calls"), _("what to change")]
        for day in sorted(self.by_day):
            for cause in self.causes:
                if count := self.by_day[day][cause]:
                    yield [day, str(CauseChoice(cause).label), count, in_words(cause, self.direction).advice]

    def _figure(self, value: int, period: Period, **query: str) -> Figure:
        url = log_url(period, direction=str(self.direction), **query) if value else ""
        return Figure(value=value, url=url)


def lost_calls(user: Any, period: Period, direction: Direction) -> LostCalls:
    """Those that this user may see, in one query: by quarter of an hour, as days are the viewer's."""
    facts = seen_facts(user, period).filter(direction=direction, cause__in=list(Cause))
    by_day: ByDay = {day: Counter() for day in period.dates()}
    for quarter, cause, count in facts.values_list("quarter", "cause").annotate(Count("pk")):
        by_day[local(quarter, period.zone).date()][Cause(cause)] += count
    sums: Counter[Cause] = sum(by_day.values(), Counter())
    return LostCalls(
        period=period, direction=direction, by_day=by_day, causes=[cause for cause, _count in sums.most_common()]
    )


def lost_url(period: Period, direction: Direction) -> str:
    days = {"first_day": period.first.isoformat(), "last_day": period.last.isoformat()}
    return f"{reverse('telephony:report_lost')}?{urlencode({**days, 'show': str(direction)})}"


def beside(period: Period, today: date) -> tuple[Period, Period | None]:
    """As many days before, and after it; None for days that have not come."""
    after = Period(
        first=period.last + timedelta(days=1), last=period.last + timedelta(days=period.days), zone=period.zone
    )
    return period.before, after if after.first <= today else None
