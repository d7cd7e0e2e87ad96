"""The call log as a kind of export."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from telephony.call_log import pages
from telephony.call_log.exports.kinds import Kind, Refused
from telephony.calls import access
from telephony.models import Call, Disposition, Export
from telephony.ui.presentation import person

NAMES = {
    "text": gettext_lazy("Search"),
    "period": gettext_lazy("Period"),
    "direction": gettext_lazy("Direction"),
    "outcome": gettext_lazy("Outcome"),
    "employee": gettext_lazy("Employee"),
    "first_day": gettext_lazy("From day"),
    "last_day": gettext_lazy("To day"),
    "our_number": gettext_lazy("Our number"),
    "connection": gettext_lazy("Connection"),
    "has_recording": gettext_lazy("Recording"),
    "result": pgettext_lazy("what people chose", "Result"),
    "no_result": pgettext_lazy("what people chose", "Result"),
}
"""The filters of the page; others, which only the API's callers know, are named as they stand in the address."""


def _scope(user: Any) -> str:
    scope = access.seeing(user)
    if scope is access.Scope.NOTHING:
        return ""
    team = sorted(access.colleagues(user).values_list("user_id", flat=True)) if scope is access.Scope.TEAM else []
    return f"{user.pk} {scope.name} {sorted(set(team))}"


def _rows(user: Any, query: QueryDict) -> QuerySet[Call]:
    found = pages.filtered(user, query)
    if not found.form.is_valid():
        raise Refused(Export.Reason.WRONG_FILTERS)
    calls: QuerySet[Call] = found.qs
    return calls


def _words(user: Any, query: QueryDict) -> list[str]:
    found = pages.filtered(user, query)
    found.form.is_valid()
    given = {name: value for name, value in found.form.cleaned_data.items() if query.get(name)}
    names = [*(name for name in NAMES if name in given), *(name for name in given if name not in NAMES)]
    return [f"{NAMES.get(name, name)}: {_shown(name, given[name], found.form.fields[name])}" for name in names]


def _shown(name: str, value: Any, field: Any) -> str:
    if name == "employee" and value is not None:
        return person(value)
    if name == "has_recording":
        return _("with a recording") if value else _("without a recording")
    if name == "result":
        return str(Disposition.objects.filter(pk=value).first() or value)
    if name == "no_result":
        return _("without a result") if value else _("with a result")
    if name in ("first_day", "last_day"):
        return formats.date_format(value, "SHORT_DATE_FORMAT")
    choices = dict(getattr(field, "choices", ())) if isinstance(value, str) else {}
    return str(choices.get(value, value))


CALLS = Kind(
    name="calls",
    title=gettext_lazy("All calls"),
    title_of_some=gettext_lazy("Calls"),
    scope=_scope,
    rows=_rows,
    table=pages.table,
    words=_words,
)
