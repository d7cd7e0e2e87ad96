"""What we ask of a PBX: recordings, lists of calls, orders to call; and whether its kind is here at all."""

from __future__ import annotations

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from telephony.connections import drift
from telephony.dialing.words import PROBLEMS
from telephony.domain.exceptions import DialProblem
from telephony.health.finding import Findings, finding
from telephony.health.known import RECENT, Known
from telephony.models import Dial, PbxCheck, PbxDay, Recording
from telephony.recordings.words import ADVICE
from telephony.ui.markup import list_url
from telephony.vendors import installed

OURS_TO_MEND = (
    *(DialProblem.NOT_SET_UP, DialProblem.WRONG_TOKEN, DialProblem.WRONG_KEY, DialProblem.NO_SUBSCRIBER),
    *(DialProblem.NOT_REGISTERED, DialProblem.PBX_ERROR, DialProblem.BAD_PARAMETERS, DialProblem.UNREADABLE),
)
"""Problems of orders that somebody who sets things up can do something about."""


def vendor_is_missing(known: Known) -> Findings:
    if known.connection.vendor not in installed():
        text = gettext(
            "This kind of PBX (%(vendor)s) is not installed any more, and its messages are answered 404: put it back "
            "into TELEPHONY_VENDORS, or switch the connection off."
        )
        yield finding("vendor_missing", text % {"vendor": known.connection.vendor}, of=known.connection)


def recordings_lost(known: Known) -> Findings:
    """By reason, of the last day."""
    bad = (Recording.State.LOST, Recording.State.REFUSED)
    rows = Recording.objects.filter(call__connection=known.connection, created_at__gt=known.now - RECENT, state__in=bad)
    for reason, count in rows.order_by().values_list("reason").annotate(Count("pk")):
        text = ngettext(
            "%(count)d recording of the last day could not be fetched. %(reason)s %(advice)s",
            "%(count)d recordings of the last day could not be fetched. %(reason)s %(advice)s",
            count,
        )
        words = {"count": count, "reason": _reason(reason), "advice": ADVICE.get(reason, "")}
        url = list_url(Recording, call__connection__id__exact=known.connection.pk)
        code = f"recordings_{reason}" if reason else "recordings_lost"
        yield finding(code, (text % words).strip(), of=known.connection, url=url)


def _reason(reason: str) -> str:
    return str(Recording.Reason(reason).label) if reason in Recording.Reason.values else ""


def list_is_refused(known: Known) -> Findings:
    """The PBX's own list of calls, by which missing ones are found."""
    latest = PbxDay.objects.filter(connection=known.connection, asked_at__gt=known.now - RECENT)
    day = latest.order_by("-asked_at").first()
    if day is not None and day.state == PbxDay.State.FAILED and day.failures > 1:
        text = gettext(
            "The PBX's list of calls could not be read %(count)d times in a row: look there why, and check the access "
            "to its API in the connection's settings."
        )
        yield finding("list_failed", text % {"count": day.failures}, of=known.connection)


def set_up_differs(known: Known) -> Findings:
    """What the PBX itself said of its set-up when it was last asked, each night or on the button."""
    check = PbxCheck.objects.filter(connection=known.connection).first()
    if check is None:
        return
    url = reverse("telephony:connect_check", args=[known.connection.pk])
    if check.error:
        text = gettext(
            "The PBX's API gives no answer when its set-up is asked for: %(reason)s Check its key and address."
        )
        reason = f"{check.error.rstrip('.')}."
        yield finding("pbx_not_asked", text % {"reason": reason}, of=known.connection, private=reason)
    for code, what in check.findings:
        if code in drift.KEEP_CALLS_AWAY:
            yield finding(f"pbx_{code}", drift.sentence(code, what), of=known.connection, url=url, private=what)


def orders_fail(known: Known) -> Findings:
    """The latest orders to call all came to nothing, for the same reason that can be mended."""
    orders = Dial.objects.filter(connection=known.connection, ordered_at__gt=known.now - RECENT)
    latest = list(orders.order_by("-pk").values_list("error_code", flat=True)[:3])
    problem = latest[0] if latest else ""
    if len(latest) >= 2 and set(latest) == {problem} and problem in OURS_TO_MEND:
        text = gettext("The latest orders to call failed: %(reason)s")
        words = {"reason": str(PROBLEMS.get(problem, problem))}
        yield finding(f"orders_{problem}", text % words, of=known.connection)
