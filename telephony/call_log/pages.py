"""The call log: calls newest first, page after page, at the same cost for the first and the millionth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from telephony.call_log.dashboard import listed_calls
from telephony.call_log.filter import CallFilter
from telephony.calls import access
from telephony.models import Call, Connection, Recording
from telephony.ui import presentation
from telephony.ui.said import said_of, with_results

ROWS = 50
ROWS_OF_EXPORT = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some calls, and where the next ones begin."""

    calls: list[Call]
    next_key: str
    """For `page_of`; empty if these are the last."""


def filtered(user: Any, query: Any) -> CallFilter:
    """The calls that this user sees, narrowed down: `.form` has the errors, `.qs` the calls."""
    found = CallFilter(query, queryset=access.visible_calls(user).order_by("-started_at", "-id"))
    found.filters["employee"].queryset = people(user)
    return found


def people(user: Any) -> QuerySet[Any]:
    """Whose calls the user may ask for: those whose calls the user sees, as far as they have a phone."""
    users = get_user_model()._default_manager.filter(extensions__isnull=False).distinct()
    scope = access.seeing(user)
    if scope is access.Scope.TEAM:
        users = users.filter(Q(pk=user.pk) | Q(pk__in=access.colleagues(user)))
    elif scope is not access.Scope.ALL:
        users = users.filter(pk=user.pk)
    return users.order_by("first_name", "last_name", "username")


def page_of(calls: QuerySet[Call], key: str = "", *, rows: int = ROWS) -> Page:
    """The first rows after the key, with what a row of the log shows. A key that is none begins anew."""
    return _page(listed_calls(_after(calls, key)), Recording.objects.defer("link", "peaks"), rows)


def _page(calls: QuerySet[Call], recordings: QuerySet[Recording], rows: int) -> Page:
    with_parts = calls.prefetch_related(Prefetch("recordings", recordings.order_by("position")), with_results())
    page = list(with_parts[: rows + 1])
    return Page(calls=page[:rows], next_key=_key(page[rows - 1]) if len(page) > rows else "")


def table(calls: QuerySet[Call]) -> Iterator[list[Any]]:
    """Head and rows of an export, read page by page: no cursor stays open, however slow the reader is."""
    yield [
        *(_("Started"), _("Direction"), _("Outcome"), _("Client"), _("Number"), _("Our number")),
        *(_("Waited, s"), _("Talked, s"), _("Responsible"), _("Connection"), _("Recording")),
        *(pgettext("what people chose", "Result"), _("Note"), _("Call id")),
    ]
    # Prefetched, a PBX or an employee is one object for all the rows, not one for each.
    connections = Prefetch("connection", Connection.objects.only("name"))
    with_others = calls.prefetch_related(connections, "responsible", "contact")
    recordings = Recording.objects.only("call_id", "state", "position")
    key = ""
    while True:
        page = _page(_after(with_others, key), recordings, ROWS_OF_EXPORT)
        yield from (_row(call) for call in page.calls)
        if not page.next_key:
            return
        key = page.next_key


def _row(call: Call) -> list[Any]:
    said = said_of(call)
    states = [Recording.State(recording.state).label for recording in call.recordings.all()]
    return [
        f"{timezone.localtime(call.started_at):%Y-%m-%d %H:%M:%S}",
        str(presentation.DIRECTIONS[call.direction][1]),
        presentation.outcome(call)[0],
        str(call.contact) if call.contact else "",
        presentation.client_number(call),
        call.our_number,
        call.ring_seconds,
        call.talk_seconds if call.answered_at else None,
        presentation.person(call.responsible),
        call.connection.name,
        ", ".join(map(str, states)),
        ", ".join(dict.fromkeys(one.label for one in said if one.label)) or None,
        "\n".join(one.note for one in said if one.note) or None,
        call.external_id,
    ]


def _key(call: Call) -> str:
    return f"{call.started_at.astimezone(UTC):%Y%m%dT%H%M%S.%f}-{call.pk}"


def _after(calls: QuerySet[Call], key: str) -> QuerySet[Call]:
    moment, _dash, pk = key.partition("-")
    try:
        started_at = datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
        number = int(pk)
    except ValueError:
        return calls
    # The first condition lets the index be entered at the right place; the second one settles equal moments.
    return calls.filter(started_at__lte=started_at).exclude(started_at=started_at, pk__gte=number)
