"""The figures of one mail: those that its reader may see at this moment."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.urls import reverse

from telephony.models import CallFact, ReportMail, Team
from telephony.reports.counting import Kind, count_by
from telephony.reports.counts import Counts
from telephony.reports.figures import Figures
from telephony.reports.period import Period, local
from telephony.summary.figures import facts_of, read_figures
from telephony.summary.mail.periods import days_of
from telephony.ui import presentation

MOST_PEOPLE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Incoming calls of an hour (0 to 23) or a day; `outside` were missed outside working hours. Widths are in percent
    of the fullest bar."""

    hour: int | None
    day: date
    answered: int
    missed: int
    outside: int
    answered_width: int
    missed_width: int
    outside_width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An employee's calls: those that they are responsible for."""

    name: str
    answered: int
    missed: int
    reached: int
    talked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    first_day: date
    last_day: date
    figures: Figures
    before: Figures
    """Of the period before."""
    bars: list[Bar]
    people: list[Row]
    teams: list[str]
    calls_url: str
    missed_url: str
    subscriptions_url: str

    @property
    def is_day(self) -> bool:
        return self.first_day == self.last_day

    @property
    def has_outside(self) -> bool:
        return any(bar.outside for bar in self.bars)


def content_of(mail: ReportMail) -> Content:
    subscription = mail.subscription
    first, last = days_of(period=subscription.period, day=mail.day)
    period = Period(first=first, last=last, zone=ZoneInfo(subscription.time_zone))
    teams = list(subscription.teams.all())
    user, people = subscription.user, _members(teams)
    facts = facts_of(user, period, people)
    days = {"first_day": first.isoformat(), "last_day": last.isoformat()}
    calls = subscription.origin + reverse("telephony:calls")
    return Content(
        first_day=first,
        last_day=last,
        figures=read_figures(user, period, people),
        before=read_figures(user, period.before, people),
        bars=_bars(facts, period),
        people=_people(facts),
        teams=[team.name for team in teams],
        calls_url=f"{calls}?{urlencode(days)}",
        missed_url=f"{calls}?{urlencode({**days, 'outcome': 'missed'})}",
        subscriptions_url=subscription.origin + reverse("telephony:report_mails"),
    )


def _members(teams: list[Team]) -> list[int] | None:
    if not teams:
        return None
    members = get_user_model()._default_manager.filter(teams__in=teams).values_list("pk", flat=True)
    return sorted(set(members))


def _bars(facts: QuerySet[CallFact], period: Period) -> list[Bar]:
    """One for each day or, of a single day, for each hour from the first to the last with calls."""
    by_hour = period.days == 1
    counts: defaultdict[tuple[date, int | None], Counts] = defaultdict(Counts)
    for quarter, found in count_by(facts, [Kind.QUARTER])[Kind.QUARTER].items():
        moment = local(int(quarter), period.zone)
        counts[moment.date(), moment.hour if by_hour else None].add(found)
    over = [place for place, of in counts.items() if of.answered or of.missed or of.missed_outside]
    hours = [hour for _day, hour in over if hour is not None]
    places: list[tuple[date, int | None]] = [] if by_hour else [(day, None) for day in period.dates()]
    if hours:
        places = [(period.first, hour) for hour in range(min(hours), max(hours) + 1)]
    triples = [(of.answered, of.missed, of.missed_outside) for of in (counts[place] for place in places)]
    fullest = max(map(sum, triples), default=0) or 1
    return [
        Bar(
            hour=hour,
            day=day,
            answered=answered,
            missed=missed,
            outside=outside,
            answered_width=answered * 100 // fullest,
            missed_width=missed * 100 // fullest,
            outside_width=outside * 100 // fullest,
        )
        for (day, hour), (answered, missed, outside) in zip(places, triples, strict=True)
    ]


def _people(facts: QuerySet[CallFact]) -> list[Row]:
    counted = count_by(facts, [Kind.PERSON])[Kind.PERSON].items()
    rows = sorted(((int(pk), counts) for pk, counts in counted if pk), key=lambda row: (-row[1].talk_seconds, row[0]))
    names = get_user_model()._default_manager.in_bulk([pk for pk, _counts in rows[:MOST_PEOPLE]])
    return [
        Row(
            name=presentation.person(names.get(pk)),
            answered=counts.answered,
            missed=counts.missed,
            reached=counts.reached,
            talked=presentation.length(counts.talk_seconds),
        )
        for pk, counts in rows[:MOST_PEOPLE]
    ]
