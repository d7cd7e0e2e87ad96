"""Today for a big screen on the wall: few figures, no links. For those who see more calls than their own."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from telephony.cards.board import Board, Seat, read_board
from telephony.cards.presence import sees_board
from telephony.cards.views import of_user
from telephony.reports.figures import read_summary
from telephony.reports.period import Period

FILES = ("telephony/brand.css", "telephony/wallboard.css", "telephony/wallboard.js", "telephony/desk/stream.js")
MOST_SEATS = 12
KEPT_ALIVE = "wallboard_on"
"""In the session: the last day on which a screen asked."""


@require_GET
def wallboard(request: HttpRequest) -> HttpResponse:
    """The page; its script fetches the figures anew whenever something changed."""
    if not sees_board(request.user):
        raise PermissionDenied
    _stay_signed_in(request)
    urls = {"rows": reverse("telephony:wallboard_rows"), "live": reverse("telephony:live")}
    urls |= {"state": reverse("telephony:desk_state"), "board": reverse("telephony:board")}
    return render(request, "telephony/summary/wallboard.html", {**_context(request.user), "urls": urls})


@require_GET
@of_user
def rows(request: HttpRequest) -> HttpResponse:
    """The figures without the page around them."""
    if not sees_board(request.user):
        raise PermissionDenied
    _stay_signed_in(request)
    return render(request, "telephony/summary/wallboard_rows.html", _context(request.user))


def _context(user: Any) -> dict[str, Any]:
    now = timezone.now()
    today = timezone.localdate(now)
    board = read_board(user, now=now)
    return {
        "board": board,
        "seats": _shown(board),
        "seats_left": max(0, len(board.seats) - MOST_SEATS),
        "figures": read_summary(user, Period(first=today, last=today, zone=timezone.get_current_timezone())),
        "version": _version(),
    }


def _shown(board: Board) -> list[Seat]:
    """Who talks or rings comes first; of a big company not all have room."""
    return board.seats[:MOST_SEATS]


def _version() -> str:
    """Another one after an update that changed the page's files: then the screen loads itself anew."""
    return sha256(" ".join(static(name) for name in FILES).encode()).hexdigest()[:12]


def _stay_signed_in(request: HttpRequest) -> None:
    """A screen that is looked at every day must not find itself at the log-in page after two weeks: once a day its
    session begins to count anew."""
    today = timezone.localdate().isoformat()
    if request.session.get(KEPT_ALIVE) != today:
        request.session[KEPT_ALIVE] = today
