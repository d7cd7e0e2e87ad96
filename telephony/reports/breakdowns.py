"""The same figures by employee, team, our number, source, connection and result.

Employees are those responsible for calls; teams are as they are now, and who is in two counts in both. A call that
has two results counts at each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from telephony.models import CallFact, CallResult, Connection, Disposition, Line, Team
from telephony.reports.facts import line_of
from telephony.reports.figures import COUNTS, Counts, counts_by
from telephony.ui.presentation import person

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
    column: str
    query: str
    """The call log's filter for a value, and `rest` the one for none."""
    rest: str
    rest_label: str | Promise


BREAKDOWNS = (
    Breakdown(
        name="people", title=_("By employee"), column="user", query="charged", rest="nobody", rest_label=_("nobody")
    ),
    Breakdown(
        name="teams", title=_("By team"), column="user__teams", query="team", rest="no_team", rest_label=_("no team")
    ),
    Breakdown(
        name="lines", title=_("By our number"), column="line", query="line", rest="no_line", rest_label=_("not told")
    ),
    Breakdown(
        name="sources",
        title=_("By source"),
        column="source",
        query="source",
        rest="no_source",
        rest_label=_("without a source"),
    ),
    Breakdown(
        name="connections",
        title=_("By connection"),
        column="connection",
        query="connection",
        rest="",
        rest_label="",
    ),
    Breakdown(
        name="results",
        title=_("By result"),
        column="disposition",
        query="result",
        rest="no_result",
        rest_label=_("without a result"),
    ),
)


def read_breakdown(breakdown: Breakdown, facts: QuerySet[CallFact]) -> list[Part]:
    """The parts with most calls first."""
    found = _by_result(facts) if breakdown.name == "results" else _by_column(facts, breakdown.column)
    labels = _labels(breakdown.name, [value for value, _counts in found if value not in (None, "")])
    return [
        Part(
            label=labels.get(value, value) if value not in (None, "") else breakdown.rest_label,
            query={breakdown.query: str(value)} if value not in (None, "") else _rest(breakdown),
            counts=counts,
        )
        for value, counts in found[:MOST_ROWS]
    ]


def _by_column(rows: QuerySet[Any], column: str, path: str = "") -> list[tuple[Any, Counts]]:
    names = list(COUNTS)
    counted = rows.order_by().values(value=F(column)).annotate(**counts_by(path)).order_by("-calls", "value")
    found = counted.values_list("value", *names)[:MOST_ROWS]
    return [(value, Counts(**dict(zip(names, counts, strict=True)))) for value, *counts in found]


def _by_result(facts: QuerySet[CallFact]) -> list[tuple[Any, Counts]]:
    chosen = CallResult.objects.filter(disposition__isnull=False)
    # Two people may have chosen the same for one call.
    same = chosen.filter(call=OuterRef("call"), disposition=OuterRef("disposition"), pk__lt=OuterRef("pk"))
    results = chosen.filter(~Exists(same), call__in=facts.values("pk"))
    without = facts.filter(~Exists(chosen.filter(call=OuterRef("pk")))).aggregate(**COUNTS)
    rest = [(None, Counts(**without))] if without["calls"] else []
    return _by_column(results, "disposition", "call__fact__") + rest


def _rest(breakdown: Breakdown) -> dict[str, str]:
    return {breakdown.rest: "true"} if breakdown.rest else {}


def _labels(name: str, values: Sequence[Any]) -> dict[Any, str]:
    if name == "people":
        return {user.pk: person(user) for user in get_user_model()._default_manager.filter(pk__in=values)}
    if name == "lines":
        return _line_labels(Line.objects.values_list("number", "label"))
    models: dict[str, Any] = {"teams": Team, "connections": Connection, "results": Disposition}
    if name not in models:
        return {}
    column = "label" if name == "results" else "name"
    return dict(models[name].objects.filter(pk__in=values).values_list("pk", column))


def _line_labels(lines: Iterable[tuple[str, str]]) -> dict[Any, str]:
    return {line_of(number): f"{label} ({number})" for number, label in lines if label}
