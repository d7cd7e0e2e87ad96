"""Filters that lead from a report's figure to exactly the calls that it counts."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay
from django.utils.translation import gettext_lazy as _

from telephony.models import Call, CallResult, CauseChoice
from telephony.models.fact import LONGEST_SOURCE

LABELS = {
    "weekday": _("day of the week"),
    "hour": _("hour of the day"),
    "outside": _("outside working hours"),
    "line": _("our number"),
    "no_line": _("without our number"),
    "source": _("source"),
    "no_source": _("without a source"),
    "charged": _("responsible"),
    "nobody": _("nobody is responsible"),
    "team": _("team"),
    "no_team": _("without a team"),
    "result": _("result"),
    "no_result": _("without a result"),
    "waited": _("answered within, s"),
    "lost": _("nobody answered"),
}
_MOST = 2**63 - 1


def _number(**more: Any) -> Any:
    most = more.pop("max_value", _MOST)
    return django_filters.NumberFilter(min_value=more.pop("min_value", 0), max_value=most, decimal_places=0, **more)


class CountedFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Days and hours are those of the site's time zone."""

    weekday = _number(method="by_weekday", min_value=1, max_value=7, help_text="1 is Monday; in the site's time zone.")
    hour = _number(method="by_hour", max_value=23, help_text="0 to 23; in the site's time zone.")
    outside = django_filters.BooleanFilter("fact__outside", help_text="Whether it came in outside working hours.")
    line = django_filters.CharFilter("fact__line", max_length=200, help_text="Our number, as reports show it.")
    no_line = django_filters.BooleanFilter(method="by_no_line", help_text="true: the PBX did not tell our number.")
    source = django_filters.CharFilter(
        "fact__source", max_length=LONGEST_SOURCE, help_text="utm_source, or what Roistat says; exactly so."
    )
    no_source = django_filters.BooleanFilter(method="by_no_source", help_text="true: no tracking knows its source.")
    charged = _number(field_name="responsible", help_text="The responsible user's id.")
    nobody = django_filters.BooleanFilter("responsible", "isnull", help_text="Whether nobody is responsible for it.")
    team = _number(field_name="responsible__teams", help_text="Id of a team of the responsible user.")
    no_team = django_filters.BooleanFilter(
        "responsible__teams", "isnull", help_text="Whether the responsible user is in no team."
    )
    result = _number(method="by_result", help_text="Id of a result that somebody chose.")
    no_result = django_filters.BooleanFilter(method="by_no_result", help_text="true: nobody chose a result.")
    waited = _number(field_name="fact__wait_seconds", lookup_expr="lte", help_text="At most, in seconds.")
    cause = django_filters.ChoiceFilter("fact__cause", choices=CauseChoice.choices, help_text="Why nobody answered.")
    lost = django_filters.BooleanFilter(method="by_lost", help_text="Whether nobody answered, whatever the cause.")

    def by_weekday(self, calls: QuerySet[Call], name: str, value: Any) -> QuerySet[Call]:
        return calls.alias(weekday=ExtractIsoWeekDay("started_at")).filter(weekday=int(value))

    def by_hour(self, calls: QuerySet[Call], name: str, value: Any) -> QuerySet[Call]:
        return calls.alias(hour=ExtractHour("started_at")).filter(hour=int(value))

    def by_no_line(self, calls: QuerySet[Call], name: str, value: bool) -> QuerySet[Call]:
        return calls.filter(fact__line="") if value else calls.exclude(fact__line="")

    def by_no_source(self, calls: QuerySet[Call], name: str, value: bool) -> QuerySet[Call]:
        return calls.filter(fact__source="") if value else calls.exclude(fact__source="")

    def by_result(self, calls: QuerySet[Call], name: str, value: Any) -> QuerySet[Call]:
        return calls.filter(Exists(CallResult.objects.filter(call=OuterRef("pk"), disposition=int(value))))

    def by_no_result(self, calls: QuerySet[Call], name: str, value: bool) -> QuerySet[Call]:
        chosen: Any = Exists(CallResult.objects.filter(call=OuterRef("pk"), disposition__isnull=False))
        return calls.filter(~chosen if value else chosen)

    def by_lost(self, calls: QuerySet[Call], name: str, value: bool) -> QuerySet[Call]:
        return calls.exclude(fact__cause="") if value else calls.filter(fact__cause="")
