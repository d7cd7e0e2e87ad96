"""What came at a new connection's address, what it was taken for, and what is wrong with it: a sentence each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from telephony.domain.events import CallEvent, Direction, Parsed
from telephony.domain.exceptions import MalformedHook
from telephony.health import of_requests
from telephony.health.known import known_of
from telephony.intake.canary_mark import HEADER
from telephony.models import Connection, Delivery
from telephony.ui.markup import page_url
from telephony.ui.presentation import event_label, number_in_words
from telephony.ui.reasons import in_words

LATEST = 5
MOST_EVENTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One message, or several of the same kind of trouble."""

    at: datetime | None
    is_good: bool = False
    taken_for: str = ""
    wrong: str = ""
    """What is wrong and what to do; empty if nothing."""
    url: str = ""


def heard_of(connection: Connection) -> list[Heard]:
    """The latest messages, newest first, and after them what never became one."""
    rows = _told_by_the_pbx(connection).select_related("connection").order_by("-pk")[:LATEST]
    return [*map(_heard, rows), *_turned_away(connection)]


def has_good(connection: Connection) -> bool:
    """Whether a message of a call ever arrived and was read."""
    return _told_by_the_pbx(connection).filter(state=Delivery.State.APPLIED).exists()


def _told_by_the_pbx(connection: Connection) -> QuerySet[Delivery]:
    """Without those of a test call, which proves nothing of the PBX."""
    return connection.deliveries.exclude(headers__has_key=HEADER.lower())


def _heard(delivery: Delivery) -> Heard:
    is_applied = delivery.state == Delivery.State.APPLIED
    wrong = _wrong(delivery)
    return Heard(
        at=delivery.received_at,
        is_good=is_applied and not wrong,
        taken_for=_taken_for(delivery),
        wrong=wrong,
        url=page_url(delivery),
    )


def _wrong(delivery: Delivery) -> str:
    """One sentence; the likeliest cause goes first."""
    connection, hook = delivery.connection, delivery.hook()
    vendor, state = connection.vendor_object, delivery.state
    says = bool(hook.query.strip() or hook.body.strip())
    if state == Delivery.State.REFUSED:
        return gettext(
            "Its signature, key or domain does not fit what was entered here. Copy it once more from the PBX into the "
            "connection: this message is kept, and read then."
        )
    if placeholder := vendor.unfilled(hook):
        text = gettext(
            "The placeholder %(placeholder)s came as it is written instead of being filled in. Paste the template just "
            "as it stands here; the PBX may not know this name, or wants it written otherwise."
        )
        return text % {"placeholder": placeholder}
    if state in (Delivery.State.APPLIED, Delivery.State.RECEIVED):
        return ""
    if hook.method == "GET" and vendor.only_posts and says:
        return gettext("It came by GET, and %(pbx)s sends by POST. Choose the method POST in its settings.") % {
            "pbx": vendor.label
        }
    if state == Delivery.State.FAILED:
        return gettext(
            "It can't be read. Compare the body's form (JSON, form) and the template in the PBX with what stands here. "
            "What the reader says: %(reason)s"
        ) % {"reason": in_words(delivery.error) or "–"}
    return in_words(delivery.error) if delivery.needs_attention else ""


def _taken_for(delivery: Delivery) -> str:
    hook, connection = delivery.hook(), delivery.connection
    if not hook.query.strip() and not hook.body.strip():
        return gettext("A check of the address, as a browser or the PBX makes it: the address is right.")
    if delivery.state == Delivery.State.REFUSED:
        return gettext("A message that nobody has proved to be the PBX's.")
    try:
        parsed = connection.vendor_object.parse(hook, connection.profile())
    except MalformedHook:
        return gettext("A message that can't be read.")
    return _said(parsed) or gettext("A message that changes nothing here.")


def _said(parsed: Parsed) -> str:
    if parsed.asks_about is not None:
        number = number_in_words(parsed.asks_about.e164) or parsed.asks_about.raw
        return gettext("The question who %(number)s is.") % {"number": number}
    return "; ".join(_event(event) for event in parsed.events[:MOST_EVENTS])


def _event(event: CallEvent) -> str:
    directions = {
        Direction.INCOMING: gettext("incoming call"),
        Direction.OUTGOING: gettext("outgoing call"),
        Direction.INTERNAL: gettext("internal call"),
    }
    parts = [
        str(event_label(event)),
        directions.get(event.direction, "") if event.direction else "",
        number_in_words(event.client_e164) or event.client_raw,
        gettext("phone %(number)s") % {"number": event.extension} if event.extension else "",
    ]
    return ", ".join(filter(None, parts))


def _turned_away(connection: Connection) -> list[Heard]:
    """Requests of which only a count is kept: as the health page says it."""
    found = []
    if not connection.enabled:
        text = gettext("This connection is switched off: its address answers 404. Switch it on on its page.")
        found.append(Heard(at=None, wrong=text, url=reverse("admin:telephony_connection_change", args=[connection.pk])))
    for known in known_of([connection.pk], now=timezone.now()):
        told = [*of_requests.wrong_code(known), *of_requests.stray(known)]
        found += [Heard(at=None, wrong=one.text) for one in told]
    return found
