"""The same figures by employee, team, our number, source, connection and result.

Employees are those responsible for calls; teams are as they are now, and who is in two counts in both. A call that
has two results counts at each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from telephony.models import Connection, Disposition, Line, Team
from telephony.reports.counting import ByValue, Kind
from telephony.reports.counts import Counts
from telephony.reports.facts import line_of
from telephony.ui.presentation import number_in_words, person

MOST_ROWS = 100
"""Of one table; those with the fewest calls are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some of the calls: how they are called, and the call log's filters that leave just them."""

    label: Any
    query: dict[str, str]
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    name: str
    title: str | Promise
    head: str | Promise
    """Of the column with the labels."""
    kind: str
    """Of what it is made: a CallSum.Kind."""
    query: str
    """The call log's filter for a value, and `rest` the one for none."""
    rest: str
    rest_label: str | Promise


BREAKDOWNS = (
    Breakdown(
        name="people",
        title=_("By employee"),
        head=_("employee"),
        kind=Kind.PERSON,
        query="charged",
        rest="nobody",
        rest_label=_("nobody"),
    ),
    Breakdown(
        name="teams",
        title=_("By team"),
        head=_("team"),
        kind=Kind.PERSON,
        query="team",
        rest="no_team",
        rest_label=_("no team"),
    ),
    Breakdown(
        name="lines",
        title=_("By our number"),
        head=_("our number"),
        kind=Kind.LINE,
        query="line",
        rest="no_line",
        rest_label=_("not told"),
    ),
    Breakdown(
        name="sources",
        title=_("By source"),
        head=_("source"),
        kind=Kind.SOURCE,
        query="source",
        rest="no_source",
        rest_label=_("without a source"),
    ),
    Breakdown(
        name="connections",
        title=_("By connection"),
        head=_("connection"),
        kind=Kind.CONNECTION,
        query="connection",
        rest="",
        rest_label="",
    ),
    Breakdown(
        name="results",
        title=_("By result"),
        head=_("result"),
        kind=Kind.RESULT,
        query="result",
        rest="no_result",
        rest_label=_("without a result"),
    ),
)


def parts_of(breakdown: Breakdown, counted: Mapping[str, ByValue]) -> list[Part]:
    """The parts with most calls first."""
    values = counted.get(breakdown.kind, {})
    if breakdown.name == "teams":
        values = _by_team(values)
    found = sorted(values.items(), key=lambda item: (-item[1].calls, not item[0], item[0]))[:MOST_ROWS]
    labels = _labels(breakdown.name, [value for value, _counts in found if value])
    return [
        Part(
            label=labels.get(value, value) if value else breakdown.rest_label,
            query={breakdown.query: value} if value else _rest(breakdown),
            counts=counts,
        )
        for value, counts in found
    ]


def _by_team(people: ByValue) -> ByValue:
    """Who is in two teams counts in both; under the empty text who is in none, and what nobody is responsible for."""
    found: ByValue = {}
    teams: dict[str, list[str]] = {}
    for user, team in Team.members.through.objects.values_list("user_id", "team_id"):
        teams.setdefault(str(user), []).append(str(team))
    for user_pk, counts in people.items():
        for team_pk in teams.get(user_pk, [""]):
            found.setdefault(team_pk, Counts()).add(counts)
    return found


def _rest(breakdown: Breakdown) -> dict[str, str]:
    return {breakdown.rest: "true"} if breakdown.rest else {}


def _labels(name: str, values: Sequence[str]) -> dict[str, str]:
    if name == "people":
        return {str(user.pk): person(user) for user in get_user_model()._default_manager.filter(pk__in=values)}
    if name == "lines":
        return _line_labels(Line.objects.values_list("number", "label"))
    models: dict[str, Any] = {"teams": Team, "connections": Connection, "results": Disposition}
    if name not in models:
        return {}
    column = "label" if name == "results" else "name"
    rows = models[name].objects.filter(pk__in=values).values_list("pk", column)
    return {str(pk): label for pk, label in rows}


def _line_labels(lines: Iterable[tuple[str, str]]) -> dict[Any, str]:
    found = {}
    for number, label in lines:
        words = number_in_words(number) if number.startswith("+") else number
        found[line_of(number)] = f"{label} ({words})" if label else words
    return found
