"""Canary calls: whether the whole way of a call was gone lately, and where it is broken."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext

from telephony import conf
from telephony.health.finding import Findings, finding
from telephony.health.known import Known
from telephony.models import CanaryRun

IN_A_ROW = 2
"""One that is lost may be the network's bad minute; two have found something."""


def canary_is_lost(known: Known) -> Findings:
    """The latest calls that came back, of whose periods the last is not over for long."""
    minutes = conf.canary_minutes()
    if not minutes:
        return
    since = known.now - timedelta(minutes=minutes * (IN_A_ROW + 1))
    yield from _lost(known, since, CanaryRun.objects.filter(order_id=""), "canary")


def echo_is_lost(known: Known) -> Findings:
    """The same of calls that the PBX really makes."""
    connection = known.connection
    if connection.echo_number:
        since = known.now - timedelta(minutes=connection.echo_minutes * (IN_A_ROW + 1))
        yield from _lost(known, since, CanaryRun.objects.exclude(order_id=""), "echo")


def _lost(known: Known, since: datetime, runs: QuerySet[CanaryRun], kind: str) -> Findings:
    latest = list(runs.filter(connection=known.connection, ended_at__gt=since).order_by("-id")[:IN_A_ROW])
    if len(latest) == IN_A_ROW and all(run.problem for run in latest):
        run = latest[0]
        text = gettext("Canary calls don't arrive: %(problem)s%(said)s. %(advice)s")
        said = f" ({run.said})" if run.said else ""
        words = {"problem": run.get_problem_display(), "said": said, "advice": advice(run.problem)}
        yield finding(f"{kind}_{run.problem}", text % words, of=known.connection, private=run.said)


def of_last_day(known: Known) -> str:
    """How many arrived, and within which time 95 % were on a screen."""
    return _of_last_day(known, CanaryRun.objects.filter(order_id=""))


def echoes_of_last_day(known: Known) -> str:
    """The same of calls that the PBX really made; empty where it makes none."""
    return _of_last_day(known, CanaryRun.objects.exclude(order_id="")) if known.connection.echo_number else ""


def _of_last_day(known: Known, kind: QuerySet[CanaryRun]) -> str:
    since = known.now - timedelta(days=1)
    runs = kind.filter(connection=known.connection, begun_at__gt=since).exclude(ended_at=None)
    times = sorted(ms for ms in runs.filter(problem="").values_list("heard_ms", flat=True) if ms is not None)
    count = runs.count()
    if not count:
        return gettext("none")
    slowest = times[min(len(times) - 1, int(0.95 * len(times)))] / 1000 if times else 0.0
    words = {"arrived": len(times), "count": count, "seconds": number_format(slowest, 2)}
    return gettext("%(arrived)d of %(count)d arrived, 95%% within %(seconds)s s") % words


def advice(problem: str) -> str:
    """What to do where canary calls get stuck there."""
    if problem in _OF_PROXY:
        return gettext("Look at the proxy or firewall before the application, and at TELEPHONY_PUBLIC_URL.")
    if problem in _OF_STREAMS:
        return gettext(
            "Look how pages are served: README says which server holds streams, and what a proxy must not hold."
        )
    if problem == CanaryRun.Problem.REFUSED:
        return gettext("Look at the secrets of this connection, and whether a proxy removes or changes headers.")
    if problem in _OF_PBX:
        return gettext(
            "Look at the PBX: whether it takes orders to call, its account has money, the phone that calls and the "
            "echo number are right, and its notifications are switched on."
        )
    if problem == CanaryRun.Problem.TOO_MANY:
        return gettext("Look who sends so much, or raise the quota.")
    return gettext("The server's log has the reason; look at the database and at migrations that were not made.")


_OF_PROXY = frozenset(
    {
        CanaryRun.Problem.UNREACHABLE,
        CanaryRun.Problem.REDIRECTED,
        CanaryRun.Problem.NOT_FOUND,
        CanaryRun.Problem.UNMARKED,
        CanaryRun.Problem.NO_ANSWER,
        CanaryRun.Problem.WRONG_ANSWER,
    }
)
_OF_STREAMS = frozenset(
    {
        CanaryRun.Problem.STREAM_NONE,
        CanaryRun.Problem.STREAM_REFUSED,
        CanaryRun.Problem.STREAM_SILENT,
        CanaryRun.Problem.STREAM_CUT,
    }
)
_OF_PBX = frozenset(
    {
        CanaryRun.Problem.NOT_ORDERED,
        CanaryRun.Problem.NOT_TOLD,
        CanaryRun.Problem.NOT_ENDED,
        CanaryRun.Problem.NOT_ANSWERED,
    }
)
