"""The first figures of a report, each beside the one of the period before, and with what is behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from telephony.reports.figures import Figures
from telephony.reports.missed import clients_url
from telephony.reports.period import Period
from telephony.reports.tables import log_url
from telephony.ui.presentation import length

_INCOMING = {"direction": "incoming"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    title: str
    value: str
    before: str
    url: str
    is_bad: bool = False


def tiles(now: Figures, before: Figures, period: Period) -> list[Tile]:
    """Calls, answers, and how fast."""

    def tile(title: str, of: Any, url: str, *, is_bad: bool = False) -> Tile:
        return Tile(title=title, value=_text(of(now)), before=_text(of(before)), url=url, is_bad=is_bad)

    answered = log_url(period, **_INCOMING, outcome="answered")
    quick = log_url(period, **_INCOMING, outcome="answered", waited=str(now.service_seconds))
    missed = {"outcome": "missed", "outside": "false"}
    outside = {"outcome": "missed", "outside": "true"}
    within = _("Answered within %(seconds)d s") % {"seconds": now.service_seconds}
    return [
        tile(pgettext("how many", "Calls"), lambda of: of.total.calls, log_url(period)),
        tile(pgettext("how many", "Answered"), lambda of: of.total.answered, answered),
        tile(
            pgettext("how many", "Missed"),
            lambda of: of.total.missed,
            log_url(period, **missed),
            is_bad=now.total.missed > 0,
        ),
        tile(_("Missed outside working hours"), lambda of: of.total.missed_outside, log_url(period, **outside)),
        tile(within, lambda of: _percent(of.answered_quickly, of.service_level), quick),
        tile(_("Time to answer, half of calls"), lambda of: length(of.waits.median), answered),
        tile(_("Talk time"), lambda of: length(of.total.talk_seconds), log_url(period, outcome="answered")),
        tile(pgettext("how many", "Outgoing"), lambda of: of.total.outgoing, log_url(period, direction="outgoing")),
    ]


def client_tiles(now: Figures, before: Figures, period: Period) -> list[Tile]:
    """Who was missed, each client once, and whether anybody has talked with them since."""

    def tile(title: str, of: Any, show: str, *, is_bad: bool = False) -> Tile:
        url = clients_url(period, show)
        return Tile(title=title, value=_text(of(now.clients)), before=_text(of(before.clients)), url=url, is_bad=is_bad)

    return [
        tile(_("Clients who were missed"), lambda of: of.missed, "all"),
        tile(_("Returned"), lambda of: of.returned, "returned"),
        tile(_("Not returned"), lambda of: of.not_returned, "not_returned", is_bad=now.clients.not_returned > 0),
        tile(_("Half of them returned within"), lambda of: length(of.half_within), "returned"),
        tile(_("Nine in ten returned within"), lambda of: length(of.most_within), "returned"),
    ]


def _percent(part: int, percent: int | None) -> str:
    return "" if percent is None else f"{part} ({percent}%)"


def _text(value: Any) -> str:
    return "–" if value in (None, "") else str(value)
