"""All findings, by connection and for the installation: what the page, the API, the command and the alarms read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from telephony.calls.selectors import iso
from telephony.health import (
    of_calls,
    of_canary,
    of_house,
    of_keeping,
    of_messages,
    of_pbx,
    of_processes,
    of_requests,
    of_spool,
)
from telephony.health.finding import Finding, Findings, finding
from telephony.health.known import Known, known_of
from telephony.models import Connection
from telephony.privacy.tracebacks import where

log = logging.getLogger(__name__)

AT_CONNECTION: Sequence[Callable[[Known], Findings]] = (
    *(of_pbx.vendor_is_missing, of_messages.nothing_came, of_messages.is_silent, of_requests.wrong_code),
    *(
        of_requests.stray,
        of_requests.former_is_used,
        of_messages.not_understood,
        of_messages.tell_nothing,
        of_messages.few_calls,
    ),
    *(of_messages.over_quota, of_calls.nobody_has_a_phone, of_calls.unmapped_phones, of_calls.phones_of_the_gone),
    *(
        of_calls.phones_are_missing,
        of_calls.ends_are_missing,
        of_calls.only_ends_come,
        of_pbx.set_up_differs,
        of_calls.said_by_the_pbx,
        of_calls.clock_is_off,
    ),
    *(
        of_canary.canary_is_lost,
        of_canary.echo_is_lost,
        of_messages.slow_answers,
        of_pbx.orders_fail,
        of_pbx.recordings_lost,
        of_pbx.list_is_refused,
    ),
)
"""What keeps calls away comes first."""
AT_HOUSE: Sequence[Callable[[datetime], Findings]] = (
    *(
        of_processes.migrations,
        of_processes.broker,
        of_processes.worker,
        of_processes.beat,
        of_processes.beat_twice,
        of_processes.queues,
    ),
    of_keeping.keys,
    of_processes.other_code,
    *(of_house.disk, of_house.storage, of_house.jobs),
    *(of_spool.spool, of_spool.room),
    *(of_house.certificate, of_house.clock, of_house.rows_that_fail, of_house.webhooks, of_house.mail),
    *(of_keeping.alarm_mails, of_keeping.retention),
)


@dataclass(frozen=True, kw_only=True)
class Health:
    """Of one connection, or of the installation."""

    findings: Sequence[Finding]
    connection: Connection | None = None
    known: Known | None = None
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.findings

    def as_json(self) -> dict[str, Any]:
        return {
            "connection": self.connection.pk if self.connection else None,
            "name": self.connection.name if self.connection else "",
            "ok": self.ok,
            "findings": [one.as_json() for one in self.findings],
            **self.figures,
        }


def connections_health(connections: Sequence[int] | None = None, *, now: datetime | None = None) -> list[Health]:
    """Of these; None: of all, by name. Those that are switched off are not looked at but for what comes to them.

    None where their secrets can't be read: the installation's part says that.
    """
    if not of_keeping.keys_fit():
        return []
    return [_of_connection(known) for known in known_of(connections, now=now or timezone.now())]


def house_health(*, now: datetime | None = None) -> Health:
    at = now or timezone.now()
    return Health(findings=list(_looked(AT_HOUSE, at)))


def without_database() -> Health:
    """All that can be said then."""
    text = gettext(
        "The database does not answer: look whether PostgreSQL runs, whether its disk is full, and at DATABASE_URL. "
        "What PBXs send meanwhile is kept."
    )
    without_room = list(of_spool.room(timezone.now()))
    if without_room:
        text = gettext(
            "The database does not answer: look whether PostgreSQL runs, whether its disk is full, and at DATABASE_URL."
        )
    return Health(findings=[finding("database", text, url=""), *without_room])


def all_health(*, now: datetime | None = None) -> list[Health]:
    """Each connection, and the installation last."""
    return [*connections_health(now=now), house_health(now=now)]


def _of_connection(known: Known) -> Health:
    looks = AT_CONNECTION if known.connection.enabled else (of_requests.stray,)
    return Health(
        findings=list(_looked(looks, known)), connection=known.connection, known=known, figures=_figures(known)
    )


def _looked(looks: Iterable[Callable[[Any], Findings]], at: Any) -> Findings:
    """One that fails is a finding itself, and keeps nobody from the others."""
    for look in looks:
        try:
            yield from look(at)
        except Exception as error:
            log.exception("health: %s", where(error))
            text = gettext("The check “%(name)s” failed (%(error)s): the log says more.")
            words = {"name": look.__name__, "error": type(error).__name__}
            yield finding("check_failed", text % words, of=at.connection if isinstance(at, Known) else None)


def _figures(known: Known) -> dict[str, Any]:
    usual = known.usual
    return {
        "last_message_at": iso(known.last_received_at),
        "messages_last_hour": known.messages_of_hour,
        "messages_usual": _rounded(usual.messages_at(known.now)),
        "calls_last_hour": usual.this_hour,
        "calls_usual": _rounded(usual.at(known.now) if usual.is_known else None),
        "clock_behind_seconds": known.connection.clock_behind,
        **{f"answer_p{share}_seconds": known.answered_within(share / 100) for share in (50, 95, 99)},
    }


def _rounded(usual: float | None) -> float | None:
    return None if usual is None else round(usual, 1)
