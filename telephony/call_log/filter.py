"""What calls are narrowed down by: one set of filters for the call log, its exports and the API."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters.fields import IsoDateTimeField

from telephony.call_log.counted import CountedFilters
from telephony.call_log.dashboard import MISSED
from telephony.call_log.search import calls_matching, of_our_number
from telephony.calls import access
from telephony.domain import numbers
from telephony.domain.searching import LONGEST_TERM, MOST_WORDS, is_searchable
from telephony.models import Call, Connection, DirectionChoice, Recording, StatusChoice

PERIODS = (
    ("today", _("today")),
    ("yesterday", _("yesterday")),
    ("last_week", _("last week")),
    ("7", _("last 7 days")),
    ("30", _("last 30 days")),
    ("month", _("this month")),
)
OUTCOMES = (("missed", _("missed")), *StatusChoice.choices)
EARLIEST, LATEST = date(1970, 1, 1), date(2200, 1, 1)


class IdFilter(django_filters.NumberFilter):  # type: ignore[misc]
    """A row's number; one that no row can have is refused, as databases fail at it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=1, max_value=2**63 - 1, decimal_places=0, **kwargs)


class MomentField(IsoDateTimeField):  # type: ignore[misc]
    """A moment that a database can hold in every time zone."""

    def clean(self, value: Any) -> datetime | None:
        try:
            moment: datetime | None = super().clean(value)
            in_range = moment is None or EARLIEST.year <= moment.year <= LATEST.year
        except OverflowError:
            in_range = False
        if not in_range:
            raise ValidationError(_("Give a moment between the years 1970 and 2200."))
        return moment


class MomentFilter(django_filters.IsoDateTimeFilter):  # type: ignore[misc]
    field_class = MomentField


class TextFilter(django_filters.CharFilter):  # type: ignore[misc]
    """A text that is short enough to be looked for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, validators=[check_searchable], **kwargs)


def check_searchable(text: str) -> None:
    if not is_searchable(text):
        raise ValidationError(
            _("Shorten what you look for: at most %(words)d words and %(length)d characters."),
            params={"words": MOST_WORDS, "length": LONGEST_TERM},
        )


class CallFilter(CountedFilters):
    """All given filters must hold. A wrong value is an error that names its filter."""

    started_after = MomentFilter("started_at", "gte", help_text="ISO 8601; that moment included.")
    started_before = MomentFilter("started_at", "lt", help_text="ISO 8601; that moment excluded.")
    period = django_filters.ChoiceFilter(choices=PERIODS, method="by_period", help_text="In the site's time zone.")
    first_day = django_filters.DateFilter(method="by_first_day", help_text="2026-11-21; that day included.")
    last_day = django_filters.DateFilter(method="by_last_day", help_text="2026-11-21; that day included.")
    direction = django_filters.ChoiceFilter(choices=DirectionChoice.choices)
    status = django_filters.MultipleChoiceFilter(choices=StatusChoice.choices, help_text="May be repeated.")
    missed = django_filters.BooleanFilter(method="by_missed", help_text="A client called, and nobody talked to them.")
    outcome = django_filters.ChoiceFilter(choices=OUTCOMES, method="by_outcome", help_text="A status, or missed.")
    client = TextFilter(method="by_client", help_text="The client's number in any form.")
    our_number = TextFilter(method="by_our_number", help_text="Our number, in any form.")
    responsible = TextFilter(method="by_responsible", help_text="A user name.")
    employee = django_filters.ModelChoiceFilter(
        queryset=get_user_model()._default_manager.all(),
        method="by_employee",
        help_text="Whoever took part: a user's id.",
    )
    connection = django_filters.ModelChoiceFilter(queryset=Connection.objects.all())
    contact = IdFilter("contact_id", help_text="The contact's id.")
    has_recording = django_filters.BooleanFilter(
        method="by_recording", help_text="Whether a recording of it is stored here."
    )
    text = TextFilter(
        method="by_text", help_text="A number or a part of one, a contact's name, an internal number, a call id."
    )

    class Meta:
        model = Call
        fields: list[str] = []

    def by_period(self, calls: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        today = timezone.localdate()
        if value == "yesterday":
            return _days(calls, today - timedelta(days=1), today - timedelta(days=1))
        if value == "last_week":
            monday = today - timedelta(days=today.weekday())
            return _days(calls, monday - timedelta(days=7), monday - timedelta(days=1))
        if value == "month":
            return _days(calls, today.replace(day=1), today)
        days = 1 if value == "today" else int(value)
        return _days(calls, today - timedelta(days=days - 1), today)

    def by_first_day(self, calls: QuerySet[Call], name: str, value: date) -> QuerySet[Call]:
        return _days(calls, value, None)

    def by_last_day(self, calls: QuerySet[Call], name: str, value: date) -> QuerySet[Call]:
        return _days(calls, None, value)

    def by_missed(self, calls: QuerySet[Call], name: str, value: bool) -> QuerySet[Call]:
        return calls.filter(MISSED) if value else calls.exclude(MISSED)

    def by_outcome(self, calls: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        return calls.filter(MISSED) if value == "missed" else calls.filter(status=value)

    def by_client(self, calls: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        key = numbers.match_key(value)
        return calls.filter(client_match=key) if key else calls.none()

    def by_our_number(self, calls: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        return calls.filter(of_our_number(value))

    def by_responsible(self, calls: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        user = get_user_model()._default_manager.filter(username=value).first()
        return access.charged_to(calls, user.pk) if user is not None else calls.none()

    def by_employee(self, calls: QuerySet[Call], name: str, value: Any) -> QuerySet[Call]:
        return access.with_part_of(calls, [value.pk])

    def by_recording(self, calls: QuerySet[Call], name: str, value: bool) -> QuerySet[Call]:
        stored: Any = Exists(Recording.objects.filter(call=OuterRef("pk"), state=Recording.State.STORED))
        return calls.filter(stored if value else ~stored)

    def by_text(self, calls: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        return calls.filter(calls_matching(value))


def _days(calls: QuerySet[Call], first: date | None, last: date | None) -> QuerySet[Call]:
    """Calls begun from the first day to the last, both whole days in the site's time zone."""
    if first is not None:
        calls = calls.filter(started_at__gte=_midnight(first))
    return calls if last is None else calls.filter(started_at__lt=_midnight(min(last, LATEST) + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    """Its beginning; days that no call is of, before and after them, would not fit into the database."""
    return timezone.make_aware(datetime.combine(min(max(day, EARLIEST), LATEST), time.min))
