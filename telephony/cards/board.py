"""The board "On the line now": who waits, gave up, rings, talks and is free. For those who see more than their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from telephony.calls import access
from telephony.calls.reaper import TALKING_TOO_LONG
from telephony.cards.decide import PAGE_IS_OPEN
from telephony.cards.presence import sees_board
from telephony.cards.queue import GaveUp, Waiting, gave_up_lately, waiting_in
from telephony.cards.status import AVAILABLE, State, Status, status_of
from telephony.cards.views import of_user
from telephony.domain.events import OPEN, CallStatus, LegRole
from telephony.models import Call, CallLeg, DeskSettings, Extension
from telephony.ui import presentation, shell
from telephony.ui.lines import Lines
from telephony.ui.markup import change_url

MOST_CALLS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class OnLine:
    """One call at somebody's phone; `state` is ringing, calling or talking."""

    state: str
    client: str
    number: str
    url: str
    since: datetime


@dataclass(slots=True, kw_only=True)
class Seat:
    """An employee, or a phone that is nobody's here."""

    name: str
    note: str = ""
    is_here: bool = False
    """A page of theirs is open."""
    status: Status = AVAILABLE
    calls: list[OnLine] = field(default_factory=list)

    @property
    def state(self) -> str:
        states = {call.state for call in self.calls}
        idle = _IDLE[self.status.state]
        return next((state for state in ("talking", "calling", "ringing") if state in states), idle)

    @property
    def tells_status(self) -> bool:
        """Whether it is unusual. Who speaks again has ended the work after the call before."""
        is_over = self.status.state is State.AFTER_CALL and self.state in ("talking", "calling")
        return self.status.state is not State.AVAILABLE and not is_over


_IDLE = {
    State.AVAILABLE: "free",
    State.AFTER_CALL: "after_call",
    State.BREAK: "break",
    State.DO_NOT_DISTURB: "pausing",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """`waiting` are clients whom nobody talks with, longest first; `gave_up` the latest of `gave_up_count`."""

    seats: list[Seat]
    waiting: list[Waiting]
    gave_up: list[GaveUp]
    gave_up_count: int
    talking: int
    ringing: int
    free: int

    @property
    def waiting_since(self) -> datetime | None:
        """Of whom waits longest."""
        return self.waiting[0].since if self.waiting else None

    @property
    def gave_up_unlisted(self) -> int:
        return self.gave_up_count - len(self.gave_up)


def read_board(user: Any, *, now: datetime | None = None) -> Board:
    """What this user may see of it."""
    now = now or timezone.now()
    # One that is open for longer is being written down afterwards, or about to be closed as forgotten.
    open_calls = Call.objects.filter(status__in=OPEN, started_at__gt=now - TALKING_TOO_LONG)
    calls = access.visible_calls(user, open_calls).select_related("connection", "contact")
    calls = calls.prefetch_related("legs__user")
    seats = _seats(user, now)
    unknown: dict[str, Seat] = {}
    waiting, lines = [], Lines()
    for call in calls.order_by("started_at", "pk")[:MOST_CALLS]:
        if (client := waiting_in(call, lines)) is not None:
            waiting.append(client)
        legs = [leg for leg in call.legs.all() if leg.is_open]
        if client is None and not legs:
            _somebody(unknown).calls.append(
                _on_line(call, _STATES[CallStatus(call.status)], call.answered_at or call.started_at)
            )
        for leg in legs:
            # A supervisor's team only: of a call with others only the team's part is shown.
            seat = seats.get(leg.user_id) if leg.user_id else _unknown_seat(unknown, leg)
            if seat is not None:
                seat.calls.append(_of_leg(call, leg))
    everybody = [*seats.values(), *unknown.values()]
    everybody.sort(key=lambda seat: (_ORDER[seat.state], seat.name.lower()))
    states = [seat.state for seat in everybody]
    gave_up_count, gave_up = gave_up_lately(user, now, lines)
    return Board(
        seats=everybody,
        waiting=sorted(waiting, key=lambda client: client.since),
        gave_up=gave_up,
        gave_up_count=gave_up_count,
        talking=states.count("talking"),
        ringing=states.count("ringing") + states.count("calling"),
        free=states.count("free"),
    )


_ORDER = {"ringing": 0, "calling": 1, "talking": 1, "free": 2, "after_call": 3, "break": 4, "pausing": 4}
_STATES = {CallStatus.RINGING: "calling", CallStatus.TALKING: "talking"}


def people_seen(user: Any) -> QuerySet[Any]:
    """Everybody with a phone, as far as the user sees their calls."""
    with_phone = Extension.objects.values("user_id")
    people = get_user_model()._default_manager.filter(is_active=True, pk__in=with_phone)
    if access.seeing(user) < access.Scope.ALL:
        people = people.filter(Q(pk=user.pk) | Q(pk__in=access.colleagues(user)))
    return people.select_related("desk_settings").prefetch_related("extensions")


def _seats(user: Any, now: datetime) -> dict[int, Seat]:
    return {person.pk: _seat(person, now) for person in people_seen(user)}


def _seat(person: Any, now: datetime) -> Seat:
    wishes: DeskSettings | None = getattr(person, "desk_settings", None)
    numbers: Iterable[str] = {extension.number for extension in person.extensions.all() if extension.number}
    return Seat(
        name=presentation.person(person),
        note=", ".join(sorted(numbers)),
        is_here=bool(wishes and wishes.seen_at and wishes.seen_at > now - PAGE_IS_OPEN),
        status=status_of(wishes, now),
    )


def _unknown_seat(unknown: dict[str, Seat], leg: CallLeg) -> Seat:
    name = str(leg)
    return unknown.setdefault(name, Seat(name=name, note=str(_("nobody's phone here"))))


def _somebody(unknown: dict[str, Seat]) -> Seat:
    """For what the PBX does not say whose it is."""
    return unknown.setdefault("", Seat(name=str(_("Somebody")), note=str(_("the PBX does not tell who"))))


def _of_leg(call: Call, leg: CallLeg) -> OnLine:
    if leg.status == CallStatus.TALKING:
        return _on_line(call, "talking", leg.answered_at or call.answered_at or call.started_at)
    state = "calling" if leg.role == LegRole.CALLING else "ringing"
    return _on_line(call, state, leg.rang_at or call.started_at)


def _on_line(call: Call, state: str, since: datetime) -> OnLine:
    number = presentation.shown_number(call) if call.contact is not None else ""
    return OnLine(state=state, client=presentation.client_name(call), number=number, url=change_url(call), since=since)


def may_see(request: HttpRequest) -> bool:
    """For the menu."""
    return sees_board(request.user)


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """The page; its script fetches the rows anew whenever something changed."""
    if not sees_board(request.user):
        raise PermissionDenied
    context = {"board": read_board(request.user), "rows_url": reverse("telephony:board_rows")}
    return shell.page(request, "telephony/desk/board.html", title=_("On the line now"), **context)


@require_GET
@of_user
def rows(request: HttpRequest) -> HttpResponse:
    """The board without the page around it."""
    if not sees_board(request.user):
        raise PermissionDenied
    return render(request, "telephony/desk/board_rows.html", {"board": read_board(request.user)})
